import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FiredrillError } from '../base/errors.ts';
import { validateCommand } from './validate-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'firedrill-validate-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, `import { fault, feed, scenario } from 'firedrill';\nvoid fault; void feed;\n${text}`);
  return path;
}

const good = write(
  'good.ts',
  `export default scenario({
    about: 'pings',
    load: { clients: 1_000, ramp: '5s', hold: '40s', rate: 20 },
    client() { throw new Error('a client was run'); },
    faults: [fault.intercept({ event: 'shout' }).at('10s').for('5s')],
    thresholds: { push_duration: ['p(99)<250', 'max<900'], push_timeouts: ['rate<0.01'] },
  });`,
);
const open = write(
  'open.ts',
  `export default scenario({ about: 'opens', load: { arrivals: { rate: 20, for: '1m', spacing: { burst: 5 }, atMost: 40 } }, client() {} });`,
);
const wrong = write(
  'wrong.ts',
  `export default scenario({ about: '', load: { stages: [] }, feed: feed.csv('none.csv'), client: 7,
    faults: [fault.intercept({ event: 'shout' }).at('10s').for('5s')],
    thresholds: { heard: ['count>0'] } } as never);`,
);

async function validate(
  files: string[],
  typed: Record<string, unknown> = {},
): Promise<{ code: number; text: string }> {
  let text = '';
  const code = await validateCommand(files, typed, (printed) => {
    text += printed;
  });
  return { code, text: text.replaceAll(`${folder}/`, '') };
}

test('says in a line what each file would do, and runs none', async () => {
  assert.deepEqual(await validate([good, open]), {
    code: 0,
    text:
      'ok  good.ts  1,000 clients over 5 s, then 40 s, 20 pushes/s · 1 fault · 3 thresholds\n' +
      'ok  open.ts  1,200 arrivals, up to 20/s in bursts of 5, at most 40 at once, 60 s · no faults · no thresholds\n',
  });
});

const variants = write(
  'variants.ts',
  `export default scenario({ about: 'two', load: { clients: 10, ramp: '1s', hold: '9s' }, small: { clients: 2, duration: '3s' },
    client() {}, variants: { trouble: { about: 'slow' }, remedy: { load: { clients: 20, ramp: 0, hold: '5s' } } } });`,
);

test('says in a line what each variant would do, or those that are picked, at the small size too', async () => {
  assert.deepEqual(await validate([variants]), {
    code: 0,
    text:
      'ok  variants.ts trouble  10 clients over 1 s, then 9 s · no faults · no thresholds\n' +
      'ok  variants.ts remedy  20 clients at once, then 5 s · no faults · no thresholds\n',
  });
  assert.deepEqual(await validate([variants], { variant: 'remedy', small: true }), {
    code: 0,
    text: 'ok  variants.ts remedy  2 clients at once, then 3 s · no faults · no thresholds\n',
  });
  const sized = await validate([variants], { variant: ['remedy'], small: true, clients: '7' });
  assert.match(sized.text, / 7 clients at once, then 3 s/);
});

test('says by which steps a fault rises, and refuses one that cannot', async () => {
  const rising = (name: string, fault: string): string =>
    write(
      name,
      `export default scenario({ about: 'rises', load: { clients: 10, ramp: '1s', hold: '59s' }, client() {},
         faults: [${fault}] });`,
    );
  const stall = "fault.stall({ share: 0.3 }).at('10s').for('20s').ramp('15s', 3)";
  const { code, text } = await validate([rising('rises.ts', stall)]);
  assert.deepEqual(
    [code, text.split('\n').slice(1)],
    [0, ['    stalled readers: 10 % at 0:10, 20 % at 0:15, 30 % at 0:20', '']],
  );
  const refused = await validate([rising('stuck.ts', "fault.deploy().at('10s').for('20s').ramp('15s')")]);
  assert.equal(refused.code, 104);
  assert.match(refused.text, /fault-cannot-ramp {2}faults\[0\]\.ramp/);
});

const drilled = (name: string, load: string, drill: string): string =>
  write(
    name,
    `export default scenario({ about: 'drilled', load: ${load}, client() {},
      faults: [fault.intercept({ event: 'shout' }).at('15s').for('5s')],
      drill: { steadyState: { push_duration: ['p(95)<250', { expression: 'med<50' }], drops: ['count==0'] }, ${drill} } });`,
  );
const LOAD = "{ clients: 10, ramp: '5s', hold: '40s' }";

test('says which drill a scenario is', async () => {
  const usual = drilled('usual.ts', LOAD, '');
  const told = drilled('told.ts', LOAD, "check: 'continuously', window: '5s', rollback: 'deviated'");
  assert.deepEqual(await validate([usual, told]), {
    code: 0,
    text:
      'ok  usual.ts  10 clients over 5 s, then 40 s · 1 fault · no thresholds · ' +
      'drill: 3 thresholds checked before and after, rollback always\n' +
      'ok  told.ts  10 clients over 5 s, then 40 s · 1 fault · no thresholds · ' +
      'drill: 3 thresholds checked continuously, rollback deviated\n',
  });
  const { text } = await validate([told], { json: true });
  const { scenarios } = JSON.parse(text) as { scenarios: { would: { drill: object } }[] };
  assert.deepEqual(scenarios[0]?.would.drill, {
    steadyState: 3,
    check: 'continuously',
    windowMs: 5_000,
    rollback: 'deviated',
  });
});

test('says why one cannot be drilled that can be run, and refuses a drill that is wrong', async () => {
  const steep = drilled('steep.ts', "{ clients: 10, ramp: '15s', hold: '30s' }", '');
  const { code, text } = await validate([steep]);
  assert.equal(code, 0);
  assert.match(text, / · cannot be drilled: no-calm-before-fault faults intercept-1\n$/);
  const json = JSON.parse((await validate([steep], { json: true })).text) as {
    valid: boolean;
    scenarios: { would: { drill: { problems: { code: string }[] } } }[];
  };
  assert.equal(json.valid, true);
  assert.deepEqual(
    json.scenarios[0]?.would.drill.problems.map((problem) => problem.code),
    ['no-calm-before-fault'],
  );
  const refused = await validate([drilled('sometimes.ts', LOAD, "check: 'sometimes' as never")]);
  assert.equal(refused.code, 104);
  assert.match(refused.text, /unknown-choice {2}drill\.check/);
});

test('refuses a variant there is not, and a small size there is not', async () => {
  const { code, text } = await validate([good, variants], { variant: 'remdy', small: true });
  assert.equal(code, 104);
  assert.match(text, /good\.ts {2}2 problems\n {4}unknown-variant {2}--variant\n.*\n.*good has none/);
  assert.match(text, /no-small-size {2}--small/);
  assert.match(text, /variants\.ts {2}1 problem\n(?:.*\n){3}.*did you mean remedy\?/);
});

test('lists every problem of every file', async () => {
  const { code, text } = await validate([wrong, good, join(folder, 'none.ts')]);
  assert.equal(code, 104);
  const found = text.split('\n').filter((line) => /^(?:ok|--| {4}[a-z])/.test(line));
  assert.deepEqual(
    found.map((line) => line.trim().split(/ {2,}/).slice(0, 2).join(' ')),
    [
      '-- wrong.ts',
      'not-a-line about',
      'not-a-list load.stages',
      'no-such-file none.csv',
      'not-a-function client',
      'unknown-metric thresholds.heard',
      'ok good.ts',
      '-- none.ts',
      'no-such-file none.ts',
    ],
  );
});

test('tries the plan under the flags', async () => {
  const { text } = await validate([good], {
    clients: '10',
    duration: '9s',
    rate: '1',
    threshold: 'drops=count==0',
  });
  assert.equal(text, 'ok  good.ts  10 clients over 1 s, then 8 s, 1 push/s · 1 fault · 4 thresholds\n');
  const short = await validate([good, open], { ramp: '1m', duration: '30s' });
  assert.equal(short.code, 104);
  assert.match(short.text, /good\.ts {2}1 problem\n {4}duration-too-short {2}--duration/);
  assert.match(short.text, /open\.ts {2}1 problem\n {4}unfit-flag {2}--ramp/);
  const tagged = await validate([good], { threshold: 'drops{kind:x}=count==0' });
  assert.match(tagged.text, /untagged-metric/);
});

test('prints one JSON document', async () => {
  const { code, text } = await validate([good, wrong], { json: true });
  assert.equal(code, 104);
  const document = JSON.parse(text) as {
    schema: string;
    valid: boolean;
    scenarios: Record<string, unknown>[];
  };
  assert.equal(document.schema, 'firedrill/validate/1');
  assert.equal(document.valid, false);
  assert.deepEqual(document.scenarios[0], {
    file: 'good.ts',
    variant: null,
    problems: [],
    would: {
      about: 'pings',
      model: 'hold',
      clients: 1_000,
      atOnce: 1_000,
      durationMs: 45_000,
      load: '1,000 clients over 5 s, then 40 s, 20 pushes/s',
      faults: [{ kind: 'intercept', atMs: 10_000, forMs: 5_000 }],
      thresholds: 3,
    },
  });
  const problems = document.scenarios[1]?.['problems'];
  assert.equal(Array.isArray(problems) && problems.length, 5);
});

test('refuses flags that are none, and no file at all', async () => {
  await assert.rejects(validate([], { clients: 'many', target: 'ws://x' }), (error: unknown) => {
    assert.ok(error instanceof FiredrillError);
    assert.equal(error.exitCode, 104);
    assert.deepEqual(
      error.problems.map(({ code, path }) => `${code} ${path}`),
      ['unknown-flag --target', 'bad-flag --clients', 'no-scenario firedrill validate'],
    );
    return true;
  });
});

test('the command line finds every drill of scenarios/ valid', () => {
  const root = new URL('../../', import.meta.url);
  const drills = globSync('scenarios/*.ts', { cwd: root });
  assert.ok(drills.length > 0);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['bin/firedrill.js', 'validate', ...drills],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  assert.equal(stderr, '');
  assert.equal(status, 0);
  // A line for each run: a scenario of variants has one for each.
  const told = [...stdout.matchAll(/^ok {2}(\S+)/gm)].map((match) => match[1]);
  assert.deepEqual([...new Set(told)], drills);
});
