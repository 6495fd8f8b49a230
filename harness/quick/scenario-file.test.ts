import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type { Problem } from '../base/errors.ts';
import { loadScenario } from '../scenario/load.ts';
import { planRun } from '../scenario/plan.ts';
import type { QuickDrill } from './drill.ts';
import { readDrill, type QuickWords } from './read-drill.ts';
import { eject, writeTemporary } from './scenario-file.ts';
import { withoutPayloadSecrets } from './payload-secrets.ts';
import { NOTHING } from './testing/no-words.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'firedrill-eject-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function drillOf(words: Partial<QuickWords>): QuickDrill {
  const problems: Problem[] = [];
  const drill = readDrill({ ...NOTHING, ...words }, problems);
  assert.deepEqual(problems, []);
  return drill;
}

const LONG =
  '"body":"a payload that is far too long for the line that it begins on, so that it is broken up"';
const users = join(folder, 'users.csv');
writeFileSync(users, 'name,token,room no\nann,t1,1\nbob,t2,2\n');
const rows = join(folder, 'rows.jsonl');
writeFileSync(rows, '{"id":7,"token":"t1"}\n{"id":8,"token":"t2"}\n');

const DRILLS: Record<string, Partial<QuickWords>> = {
  'connect-only': { clients: 12_000 },
  'join-only': { joins: ['room:{client % 100}'] },
  'listen-only': {
    joins: ['feed', 'news:{client / 50 % 7 + 1}'],
    listens: ['item', 'user:joined', '__proto__'],
  },
  'one-push': {
    joins: ['room:{client % 100}'],
    pushes: ['new_msg {"body":"hi {seq}"}'],
    rate: '1/s',
    clients: 5_000,
  },
  'all-kinds': {
    joins: ['lobby', `room:{client} {"n":{random 1..6},${LONG}}`],
    pushes: [`a {"k":{seq},${LONG}}`, 'it\'s {"quote":"\'"}'],
    publishes: ['shout'],
    casts: ['typing {"__proto__":1}'],
    rateTotal: '500/s',
    thresholds: ['push_duration=p(99)<250', 'received_a=count>=0'],
    aborts: ['push_duration=p(99)<2000', 'errors=rate<0.5'],
  },
  'third-of-a-second': { joins: ['a'], pushes: ['ping'], rate: '3/s', rampMs: 0, durationMs: 2_500 },
  'own-values': {
    joins: ['room:{row.room no} {"token":{row.token}}'],
    pushes: ['m'],
    params: ['user_id={client}', 'x={random 1..9}'],
    headers: ['x-tenant: t{client % 3}'],
    authToken: '{row.token}',
    feed: users,
  },
  'rows-of-json': { joins: ['user:{row.id} {"token":{row.token}}'], feed: rows },
};

function ejected(name: string, drill: QuickDrill): string {
  const file = join(folder, `${name}.ts`);
  assert.equal(eject(drill, file, { force: true, head: ['Written by a test.'] }), null);
  return file;
}

/** The source from its first import on: what stands above tells where the file came from. */
function body(file: string): string {
  return readFileSync(file, 'utf8').replace(/^.*?(?=import)/s, '');
}

for (const [name, words] of Object.entries(DRILLS)) {
  test(`${name}: the file that is ejected is the one that runs`, async () => {
    const drill = drillOf(words);
    const file = ejected(name, drill);
    const temporary = writeTemporary(drill);
    try {
      const [kept, ran] = [await loadScenario(file), await loadScenario(temporary.file)];
      assert.deepEqual(planRun(kept.scenario, { seed: 7 }), planRun(ran.scenario, { seed: 7 }));
      assert.deepEqual(kept.scenario.thresholds, ran.scenario.thresholds);
      // A feed is named from where the file lies.
      const feed = /(feed\.\w+(?:<.*?>)?\()'[^']*'/;
      assert.equal(body(file).replace(feed, '$1'), body(temporary.file).replace(feed, '$1'));
    } finally {
      temporary.remove();
    }
    assert.equal(existsSync(dirname(temporary.file)), false);
  });
}

test('what is ejected type-checks, strictly', () => {
  for (const [name, words] of Object.entries(DRILLS)) ejected(name, drillOf(words));
  const settings = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8')) as {
    compilerOptions: object;
  };
  const config = {
    compilerOptions: {
      ...settings.compilerOptions,
      typeRoots: [join(ROOT, 'node_modules/@types')],
      paths: { firedrill: [join(ROOT, 'harness/scenario/api.ts')] },
    },
    files: Object.keys(DRILLS).map((name) => join(folder, `${name}.ts`)),
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const checked = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' });
  // Only what is said of these files: the rest of the program has a check of its own.
  const ours = checked.stdout
    .split('\n')
    .filter((line) => Object.keys(DRILLS).some((name) => line.includes(`${name}.ts(`)));
  assert.deepEqual(ours, []);
  assert.equal(checked.stderr, '');
});

test('what is ejected is formatted: the formatter leaves it alone', () => {
  const own = join(folder, 'formatted');
  mkdirSync(own);
  // Each shape at every width around the end of the line.
  const payload = (size: number): string => `{"a":1,"body":"${'x'.repeat(size)}"}`;
  const widths = Array.from({ length: 60 }, (_, size): [string, Partial<QuickWords>][] => [
    [`join-${size}`, { joins: [`room:{client} ${payload(size)}`] }],
    [`joins-${size}`, { joins: [`room:{client} ${payload(size)}`, 'lobby'], listens: ['x', 'y'] }],
    [`short-joins-${size}`, { joins: [`r:${'x'.repeat(size)}`, 'lobby'], pushes: [`e ${payload(size)}`] }],
    [`others-${size}`, { joins: ['lobby', `r:1 ${payload(size)}`], listens: ['x', 'y'], pushes: ['e'] }],
    [`topic-${size}`, { joins: [`r:{client}${'x'.repeat(size + 20)}`] }],
    [`topics-${size}`, { joins: [`r:${'x'.repeat(size + 20)}`, 'lobby'] }],
    [`topic-heard-${size}`, { joins: [`r:${'x'.repeat(size + 20)}`], pushes: ['e'] }],
    [`push-${size}`, { joins: ['room:1'], pushes: [`event ${payload(size)}`] }],
    [
      `pushes-${size}`,
      { joins: ['room:1'], pushes: [`event ${payload(size)}`, `e ${payload(size)}`], rateTotal: '5' },
    ],
  ]).flat();
  const files = [...Object.entries(DRILLS), ...widths].map(([name, words]) => {
    const file = join(own, `${name}.ts`);
    assert.equal(eject(drillOf(words), file, { force: false, head: ['Written by a test.'] }), null);
    return [file, readFileSync(file, 'utf8')] as const;
  });
  writeFileSync(join(own, '.oxfmtrc.json'), '{"singleQuote":true,"printWidth":100}');
  const formatter = join(ROOT, 'node_modules/oxfmt/bin/oxfmt');
  const formatted = spawnSync(process.execPath, [formatter, '.'], { cwd: own, encoding: 'utf8' });
  assert.equal(formatted.status, 0, formatted.stderr);
  const changed = files.filter(([file, source]) => readFileSync(file, 'utf8') !== source);
  for (const [file, source] of changed.slice(0, 1)) assert.equal(source, readFileSync(file, 'utf8'));
});

test('names from anywhere make a scenario that loads, and nothing else', async () => {
  const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter((text) => !/\s/.test(text));
  let count = 0;
  await fc.assert(
    fc.asyncProperty(name, name, name, async (topic, event, heard) => {
      const plain = (text: string): string => text.replaceAll('{', '{{');
      const drill = drillOf({ joins: [plain(topic)], pushes: [plain(event)], listens: [heard] });
      const { scenario } = await loadScenario(ejected(`fuzz-${count++}`, drill));
      assert.deepEqual(Object.keys(scenario).toSorted(), ['about', 'client', 'load', 'metrics']);
    }),
    { numRuns: 20 },
  );
});

test('a file that is there is not written over, unless asked to', () => {
  const file = join(folder, 'mine.ts');
  writeFileSync(file, 'my own work');
  const drill = drillOf({});
  assert.equal(eject(drill, file, { force: false, head: [] })?.code, 'file-exists');
  assert.equal(readFileSync(file, 'utf8'), 'my own work');
  assert.equal(eject(drill, file, { force: true, head: [] }), null);
  assert.match(readFileSync(file, 'utf8'), /^import/);
});

test('a file that can be no scenario, or lies nowhere, is told', () => {
  const drill = drillOf({});
  assert.equal(eject(drill, join(folder, 'x.txt'), { force: false, head: [] })?.code, 'bad-flag');
  assert.equal(eject(drill, join(folder, 'no/such/x.ts'), { force: true, head: [] })?.code, 'not-written');
});

test('the file that runs is nobody else’s to read', () => {
  const { file, remove } = writeTemporary(drillOf({}));
  assert.equal(statSync(file).mode & 0o077, 0);
  remove();
});

test('a head cannot end its comment', () => {
  const file = join(folder, 'head.ts');
  assert.equal(eject(drillOf({}), file, { force: false, head: ['a\nprocess.exit(1)\u2028b'] }), null);
  assert.match(readFileSync(file, 'utf8'), /^\/\/ a process\.exit\(1\) b\nimport/);
});

test('tokens in payloads stay out of the record of the command', () => {
  const args = [
    'quick',
    '--join',
    'room:1 {"access_token":"eyJ\\"x","n":1}',
    `--push=m {"Password" : "p"}`,
    '--out',
    '"token":"x"',
  ];
  assert.deepEqual(withoutPayloadSecrets(args), [
    'quick',
    '--join',
    'room:1 {"access_token":"…","n":1}',
    '--push=m {"Password" : "…"}',
    '--out',
    '"token":"x"',
  ]);
});
