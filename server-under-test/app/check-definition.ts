import { matchesTopic } from '../phoenix/routes.ts';
import { ChannelDefinition } from './channel-definition.ts';
import type { AppProblem } from './problem.ts';
import { ServerDefinition } from './worker-definition.ts';

const APP_KEYS = ['connect', 'id', 'channels', 'workers'];
const FUNCTIONS = ['join', 'handleOut', 'handleInfo', 'handleCall', 'handleCast', 'terminate'];
const CALLBACK_KEYS = [...FUNCTIONS, 'handleIn', 'intercept', 'assigns'];

type Fields = Readonly<Record<string, unknown>>;
type Rest = Pick<AppProblem, 'path' | 'got' | 'wanted' | 'hint'>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80));
  if (Array.isArray(value)) return 'a list';
  return value === null ? 'null' : `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
}

function bad({ path, got, wanted, hint }: Rest): AppProblem {
  return { code: 'bad_app', path, got, wanted, hint };
}

/** Whether all but two letters are the same, counted from both ends. */
function isSlipOf(typed: string, word: string): boolean {
  const [left, right] = [typed.toLowerCase(), word.toLowerCase()];
  const longest = Math.max(left.length, right.length);
  let head = 0;
  while (head < longest && left[head] === right[head]) head += 1;
  let tail = 0;
  while (tail < longest - head && left.at(-1 - tail) === right.at(-1 - tail)) tail += 1;
  return head + tail >= longest - 2;
}

function unknownKeys(path: string, fields: Fields, known: readonly string[]): AppProblem[] {
  return Object.keys(fields).flatMap((key) => {
    if (known.includes(key)) return [];
    const meant = known.find((name) => isSlipOf(key, name));
    const hint = meant === undefined ? 'leave it out' : `did you mean ${meant}?`;
    return [bad({ path: `${path}.${key}`, got: 'an unknown field', wanted: known.join(', '), hint })];
  });
}

function wantFunctions(path: string, fields: Fields, names: readonly string[]): AppProblem[] {
  return names.flatMap((name) => {
    const value = fields[name];
    if (value === undefined || typeof value === 'function') return [];
    return [
      bad({ path: `${path}.${name}`, got: describe(value), wanted: 'a function', hint: `${name}() { … }` }),
    ];
  });
}

function checkCallbacks(path: string, callbacks: unknown): AppProblem[] {
  const wanted = 'callbacks: { join, handleIn, … }';
  const hint = `channel('room:*', { join: () => ok() })`;
  if (!isFields(callbacks)) return [bad({ path, got: describe(callbacks), wanted, hint })];
  const problems = [
    ...unknownKeys(path, callbacks, CALLBACK_KEYS),
    ...wantFunctions(path, callbacks, FUNCTIONS),
  ];
  const { join, handleIn, handleOut, intercept, assigns } = callbacks;
  if (join === undefined) {
    problems.push(
      bad({ path: `${path}.join`, got: 'nothing', wanted: 'a function', hint: 'join: () => ok()' }),
    );
  }
  if (isFields(handleIn))
    problems.push(...wantFunctions(`${path}.handleIn`, handleIn, Object.keys(handleIn)));
  else if (handleIn !== undefined && typeof handleIn !== 'function') {
    const got = describe(handleIn);
    problems.push(
      bad({
        path: `${path}.handleIn`,
        got,
        wanted: 'a function, or handlers by event',
        hint: `{ ping: () => reply('ok') }`,
      }),
    );
  }
  const events = Array.isArray(intercept) ? (intercept as readonly unknown[]) : null;
  if (intercept !== undefined && (events === null || !events.every((event) => typeof event === 'string'))) {
    const got = describe(intercept);
    problems.push(
      bad({ path: `${path}.intercept`, got, wanted: 'a list of events', hint: `intercept: ['shout']` }),
    );
  } else if (events !== null && events.length > 0 && handleOut === undefined) {
    const hint = 'handleOut(event, payload, socket) { socket.push(event, payload); return noreply(); }';
    problems.push(
      bad({ path: `${path}.handleOut`, got: 'nothing', wanted: 'a function, for intercept', hint }),
    );
  }
  if (assigns !== undefined && !isFields(assigns)) {
    problems.push(
      bad({
        path: `${path}.assigns`,
        got: describe(assigns),
        wanted: 'an object',
        hint: `{ role: 'guest' }`,
      }),
    );
  }
  return problems;
}

function checkPattern(path: string, pattern: unknown, before: readonly ChannelDefinition[]): AppProblem[] {
  if (typeof pattern !== 'string' || !/^(?:[^*]+\*?|\*)$/s.test(pattern)) {
    const hint = `'room:*' covers room:1, 'lobby' only itself`;
    return [bad({ path, got: describe(pattern), wanted: 'a topic, or a prefix and one final *', hint })];
  }
  const earlier = before.find((one) => typeof one.pattern === 'string' && covers(one.pattern, pattern));
  if (earlier === undefined) return [];
  const hint = `put it before ${JSON.stringify(earlier.pattern)}, or leave it out`;
  return [
    bad({
      path,
      got: `${JSON.stringify(pattern)}, which ${JSON.stringify(earlier.pattern)} before it takes`,
      wanted: 'a pattern that topics can reach',
      hint,
    }),
  ];
}

function covers(earlier: string, later: string): boolean {
  return earlier.endsWith('*') ? matchesTopic(earlier, later) : earlier === later;
}

function checkChannels(channels: unknown): AppProblem[] {
  const wanted = 'a list of channel(…)';
  const hint = `channels: [channel('room:*', { join: () => ok() })]`;
  if (!Array.isArray(channels) || channels.length === 0) {
    const got = Array.isArray(channels) ? 'an empty list' : describe(channels);
    return [bad({ path: 'channels', got, wanted, hint })];
  }
  const list = channels as readonly unknown[];
  return list.flatMap((route, index) => {
    const path = `channels[${index}]`;
    if (!(route instanceof ChannelDefinition)) {
      return [bad({ path, got: describe(route), wanted: 'channel(pattern, callbacks)', hint })];
    }
    const before = list.slice(0, index).filter((one) => one instanceof ChannelDefinition);
    const callbacks = route.isOurs ? [] : checkCallbacks(path, route.callbacks);
    return [...checkPattern(path, route.pattern, before), ...callbacks];
  });
}

function checkWorkers(workers: unknown): AppProblem[] {
  if (workers === undefined) return [];
  const hint = 'workers: { adder: (request) => Number(request) + 1 }';
  if (!isFields(workers))
    return [bad({ path: 'workers', got: describe(workers), wanted: 'workers by name', hint })];
  return Object.entries(workers).flatMap(([name, worker]) => {
    if (typeof worker === 'function' || worker instanceof ServerDefinition) return [];
    const wanted = 'a function of one request, or server(…)';
    return [bad({ path: `workers.${name}`, got: describe(worker), wanted, hint })];
  });
}

/** Everything wrong with what was handed to `application`. */
export function problemsOf(definition: unknown): AppProblem[] {
  if (!isFields(definition)) {
    const hint = `application({ channels: [channel('room:*', { join: () => ok() })] })`;
    return [bad({ path: 'application', got: describe(definition), wanted: '{ channels: […] }', hint })];
  }
  return [
    ...unknownKeys('application', definition, APP_KEYS),
    ...wantFunctions('application', definition, ['connect', 'id']),
    ...checkChannels(definition['channels']),
    ...checkWorkers(definition['workers']),
  ];
}
