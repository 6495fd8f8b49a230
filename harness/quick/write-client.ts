/** The script of one client of a quick drill: what it hears, joins and sends. */
import type { Join, QuickDrill, Send } from './drill.ts';
import { usesSeq } from './template.ts';
import { holesOfPayload, holesOfText } from './used-columns.ts';
import { IN_CLIENT, WIDTH, writeCount, writeKey, writePayload, writeText } from './write-value.ts';

/** The lines of `client`, as they stand in the scenario. */
export function clientLines(drill: QuickDrill): string[] {
  const { joins, sends, heard } = drill;
  if (joins.length === 0)
    return ['  // The connection is open when this is called, and heartbeats keep it so.', '  client() {},'];
  const lines = ['  async client(user) {'];
  if (heard.length > 0) {
    lines.push('    // How often each event arrives, whoever caused it.', ...heardLines(drill));
  }
  lines.push(
    '    // Goes on when the server has accepted; a refused join is tried again, as phoenix.js does.',
  );
  lines.push(...joinLines(joins, heard.length > 0, sends.length > 0));
  if (sends.length > 0) lines.push(...sendLines(drill));
  return [...lines, '  },'];
}

function heardLines({ heard }: QuickDrill): string[] {
  const entries = heard.map(({ event, counter }) => `${writeKey(event)}: () => user.count('${counter}')`);
  const inline = `    const heard = { ${entries.join(', ')} };`;
  if (inline.length <= WIDTH && entries.length < 2) return [inline];
  return ['    const heard = {', ...entries.map((entry) => `      ${entry},`), '    };'];
}

function joinLines(joins: readonly Join[], hears: boolean, sends: boolean): string[] {
  const [first, ...more] = joins;
  if (!first) return [];
  if (more.length === 0) {
    const before = `    ${sends ? 'const channel = ' : ''}await `;
    return [`${before}${writeJoin(first, hears, 4, before.length)};`];
  }
  if (!sends) {
    const inline = `    await Promise.all([${joins.map((join) => writeJoin(join, hears, 4, 0)).join(', ')}]);`;
    if (inline.length <= WIDTH && !inline.includes('\n')) return [inline];
    const calls = joins.map((join) => `      ${writeJoin(join, hears, 6, 6)},`);
    return ['    await Promise.all([', ...calls, '    ]);'];
  }
  // Sending waits for its own topic only: another may be refused for ever.
  return [
    `    const first = ${writeJoin(first, hears, 4, 18)};`,
    ...more.map((join) => `    void ${writeJoin(join, hears, 4, 9)};`),
    '    const channel = await first;',
  ];
}

/** The call, its arguments on lines of their own where they do not fit behind `used` columns. */
function writeJoin({ topic, payload }: Join, hears: boolean, indent: number, used: number): string {
  const name = writeText(topic, IN_CLIENT);
  const body = (deeper: number, before: number): string[] =>
    payload === null ? (hears ? ['{}'] : []) : [writePayload(payload, IN_CLIENT, indent + deeper, before)];
  const heard = hears ? ['heard'] : [];
  const inline = `user.join(${[name, ...body(0, 0), ...heard].join(', ')})`;
  if (used + inline.length < WIDTH && !inline.includes('\n')) return inline;
  // A payload that comes last opens on the line of the call.
  const before = used + name.length + 12;
  if (payload !== null && !hears && before < WIDTH)
    return `user.join(${name}, ${body(0, before + 3).join('')})`;
  const pad = ' '.repeat(indent + 2);
  const lines = [name, ...body(2, indent + 3), ...heard].map((line) => `${pad}${line},\n`);
  return `user.join(\n${lines.join('')}${' '.repeat(indent)})`;
}

function sendLines({ sends, pace }: QuickDrill): string[] {
  const counts = sends.length > 1 || sends.some(usesNumber);
  const schedule = pace.kind === 'each' ? `every(${interval(pace.perSecond)}, ` : 'pace(';
  const why =
    pace.kind === 'each'
      ? '    // Due on the run’s clock, not counted from the last answer; the clients are spread over the interval.'
      : `    // This client's share of load.rate, due on the run’s clock.`;
  const [first] = sends;
  if (!counts && first) {
    const inline = `    await user.${schedule}() => ${writeSend(first, 4, 0)});`;
    if (inline.length <= WIDTH && !inline.includes('\n')) return [why, inline];
  }
  const turns = sends.flatMap((send, index): string[] => {
    if (index === sends.length - 1) return [`      return ${writeSend(send, 6, 14)};`];
    const when = `      if (seq % ${sends.length} === ${index + 1}) `;
    const call = writeSend(send, 8, 16);
    const inline = `${when}return ${call};`;
    if (inline.length <= WIDTH && !call.includes('\n')) return [inline];
    return [`${when}{`, `        return ${call};`, '      }'];
  });
  return [
    ...(counts ? ['    let seq = 0;'] : []),
    why,
    `    await user.${schedule}() => {`,
    ...(counts ? ['      seq += 1;'] : []),
    ...turns,
    '    });',
  ];
}

function writeSend({ kind, event, payload }: Send, indent: number, used: number): string {
  const before = `channel.${kind}(${writeText(event, IN_CLIENT)}`;
  const body =
    payload === null ? '' : `, ${writePayload(payload, IN_CLIENT, indent, used + before.length + 4)}`;
  return `${before}${body})`;
}

function usesNumber({ event, payload }: Send): boolean {
  const holes = [...holesOfText(event), ...holesOfPayload(payload)];
  return holes.some((hole) => hole.kind === 'arithmetic' && usesSeq(hole.value));
}

/** The time between two of a client's sends, exactly: a third of a second has no name. */
function interval(perSecond: number): string {
  const ms = 1_000 / perSecond;
  if (Number.isInteger(ms)) return ms % 1_000 === 0 ? `'${ms / 1_000}s'` : `'${ms}ms'`;
  return `1_000 / ${writeCount(perSecond)}`;
}
