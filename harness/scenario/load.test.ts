import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { FiredrillError } from '../base/errors.ts';
import type { Problem } from '../base/errors.ts';
import { loadFile, loadScenario } from './load.ts';

const folder = mkdtempSync(join(tmpdir(), 'firedrill-load-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const GOOD = `import { fault, scenario } from 'firedrill';
const seconds: number = 30;
export default scenario({
  about: 'pings',
  load: { clients: 10, ramp: '5s', hold: seconds * 1000 },
  client() {},
  faults: [fault.intercept({ event: 'shout' }).at('10s').for('5s')],
});
`;

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

async function problemsOf(path: string): Promise<readonly Problem[]> {
  const error: unknown = await loadScenario(path).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof FiredrillError, `${path} should be refused`);
  assert.equal(error.exitCode, 104);
  for (const problem of error.problems) assert.doesNotMatch(JSON.stringify(problem), /\\n\s+at /);
  return error.problems;
}

test('loads a scenario that lies outside of any package', async () => {
  const path = write('plain/pings.ts', GOOD);
  const loaded = await loadScenario(path);
  assert.equal(loaded.name, 'pings');
  assert.equal(loaded.file, path);
  assert.equal(loaded.sha256, createHash('sha256').update(GOOD).digest('hex'));
  assert.deepEqual(loaded.scenario.load, { clients: 10, ramp: '5s', hold: 30_000 });
  assert.equal(loaded.scenario.faults?.[0]?.kind, 'intercept');
});

test('loads TypeScript from below node_modules, where Node itself strips no types', async () => {
  const loaded = await loadScenario(write('node_modules/firedrill/scenarios/pings.ts', GOOD));
  assert.equal(loaded.scenario.about, 'pings');
});

test('loads from a project that calls itself CommonJS, with what the scenario imports', async () => {
  write('cjs/package.json', '{"type":"commonjs"}');
  write('cjs/rooms.ts', 'export const about: string = "rooms";\n');
  const source = `import { about } from './rooms.ts';\n${GOOD.replace("about: 'pings'", 'about')}`;
  assert.equal((await loadScenario(write('cjs/rooms-drill.ts', source))).scenario.about, 'rooms');
  const script = GOOD.replace(': number', '');
  assert.equal((await loadScenario(write('cjs/script.js', script))).scenario.about, 'pings');
});

test('loads through a symbolic link, and still names the line of an error', async () => {
  write('linked/package.json', '{"type":"commonjs"}');
  write('linked/pings.ts', GOOD);
  write('linked/throws.ts', '\nthrow new Error("x");\nexport default 1;\n');
  symlinkSync(join(folder, 'linked'), join(folder, 'link'));
  assert.equal((await loadScenario(join(folder, 'link/pings.ts'))).scenario.about, 'pings');
  assert.match((await problemsOf(join(folder, 'link/throws.ts')))[0]?.path ?? '', /link\/throws\.ts:2:7$/);
});

test('loads in a fresh process without a warning on its stderr', () => {
  const path = write('quiet/package.json', '{"type":"commonjs"}').replace('package.json', 'pings.ts');
  write('quiet/pings.ts', GOOD);
  const program = `import { loadScenario } from ${JSON.stringify(new URL('./load.ts', import.meta.url).href)};
    const { scenario } = await loadScenario(${JSON.stringify(path)});
    console.log(scenario.about);`;
  // Node 22 still warns of type stripping as such; the launcher turns that off.
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program];
  const child = spawnSync(process.execPath, flags, { encoding: 'utf8', cwd: folder });
  assert.equal(child.stderr, '');
  assert.equal(child.stdout, 'pings\n');
});

test('refuses what is no file or no module', async () => {
  assert.equal((await problemsOf(join(folder, 'nowhere.ts')))[0]?.code, 'no-such-file');
  assert.equal((await problemsOf(folder))[0]?.code, 'not-a-file');
  assert.equal((await problemsOf(write('notes.md', '# no')))[0]?.code, 'not-a-module');
  assert.equal((await problemsOf(write('named.ts', 'export const x = 1;\n')))[0]?.code, 'no-default-export');
});

test('names the line of a syntax error, in JavaScript as in TypeScript', async () => {
  for (const name of ['broken.ts', 'broken.js', 'broken.mjs']) {
    const path = write(name, 'export default 1;\nconst a = ;\n');
    const problems = await problemsOf(path);
    assert.equal(problems.length, 1);
    assert.equal(problems[0]?.code, 'syntax-error');
    assert.equal(problems[0]?.path, `${path}:2`);
  }
  const twice = write('twice.ts', 'export default 1;\nlet a: number = 1;\nlet a = 2;\n');
  assert.equal((await problemsOf(twice))[0]?.path, `${twice}:3`);
});

test('says that enums are no part of a scenario', async () => {
  const problems = await problemsOf(write('enum.ts', 'enum Room { one }\nexport default Room;\n'));
  assert.match(problems[0]?.wanted ?? '', /no enums/);
  assert.match(problems[0]?.path ?? '', /enum\.ts:1$/);
});

test('says which import is missing', async () => {
  const problems = await problemsOf(write('import.ts', "import x from './nope.ts';\nexport default x;\n"));
  assert.equal(problems[0]?.code, 'import-not-found');
  assert.match(problems[0]?.got ?? '', /nope\.ts/);
});

test('names the line of a file that throws while it loads', async () => {
  const path = write('throws.ts', 'export default 1;\n\nthrow new Error("no rooms");\n');
  const problems = await problemsOf(path);
  assert.deepEqual(
    problems.map((problem) => [problem.code, problem.got]),
    [['scenario-threw', 'no rooms']],
  );
  assert.equal(problems[0]?.path, `${path}:3:7`);
});

test('reports every problem of the scenario it has loaded', async () => {
  const problems = await problemsOf(write('wrong.ts', 'export default { load: {} };\n'));
  assert.deepEqual(
    problems.map((problem) => problem.path),
    ['about', 'load.clients', 'load.ramp', 'load.hold', 'client'],
  );
});

const VARIANTS = `// Claim: the remedy helps.
import { scenario } from 'firedrill';
export default scenario({
  about: 'pings',
  claim: ['B14'],
  load: { clients: 10, ramp: '5s', hold: '5s' },
  small: { clients: 2 },
  variants: { trouble: { about: 'slow', client: () => 'trouble' }, remedy: { client: () => 'remedy' } },
  finding: ({ trouble, remedy }) => trouble.verdict + remedy.verdict,
});
`;

test('loads the variant that is named, and the first where none is', async () => {
  const path = write('variants/pings.ts', VARIANTS);
  const alive = async (variant?: string | null): Promise<unknown> => {
    const loaded = await loadScenario(path, variant);
    return [loaded.variant, loaded.scenario.client(null as never)];
  };
  assert.deepEqual(await alive('remedy'), ['remedy', 'remedy']);
  assert.deepEqual(await alive('trouble'), ['trouble', 'trouble']);
  assert.deepEqual(await alive(), ['trouble', 'trouble']);
  assert.deepEqual(await alive(null), ['trouble', 'trouble']);
  await assert.rejects(alive('constructor'), /unknown-variant/);
});

test('knows a file by its claim, its small size, its runs and its finding', async () => {
  const file = await loadFile(write('variants/pings.ts', VARIANTS));
  assert.deepEqual(
    [file.name, file.about, file.claim, file.claims, file.small],
    ['pings', 'pings', 'the remedy helps.', ['B14'], { clients: 2 }],
  );
  assert.deepEqual(
    file.runs.map(({ variant, about }) => [variant, about]),
    [
      ['trouble', 'slow'],
      ['remedy', null],
    ],
  );
  assert.equal(typeof file.finding, 'function');
  const plain = await loadFile(write('plain/pings.ts', GOOD));
  assert.deepEqual([plain.claim, plain.claims, plain.small, plain.finding], [null, [], null, null]);
  assert.deepEqual(
    plain.runs.map(({ variant }) => variant),
    [null],
  );
});
