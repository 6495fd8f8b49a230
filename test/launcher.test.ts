import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = mkdtempSync(join(tmpdir(), 'firedrill-launcher-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** Makes a Node of today say it is an old one, to the launcher alone. */
const OLD = [
  '--import',
  `data:text/javascript,${encodeURIComponent(
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });",
  )}`,
];

let made = 0;
/** A package with the launcher and these files in it. */
function packageWith(files: Record<string, string>, withNode = false): string {
  const dir = join(root, `package-${made++}`);
  const all = { 'package.json': '{"type":"module"}', ...files };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  cpSync(fileURLToPath(new URL('../bin/firedrill.js', import.meta.url)), join(dir, 'bin/firedrill.js'));
  if (withNode) {
    mkdirSync(join(dir, 'node_modules/node/bin'), { recursive: true });
    symlinkSync(process.execPath, join(dir, 'node_modules/node/bin/node'));
  }
  return join(dir, 'bin/firedrill.js');
}

const run = (launcher: string, flags: string[], ...args: string[]): ReturnType<typeof spawnSync> =>
  spawnSync(process.execPath, [...flags, launcher, ...args], { encoding: 'utf8' });

const TELL = (what: string): string =>
  `console.log('${what}', process.argv.slice(2).join(' ')); process.exitCode = 7;`;

test('runs the sources of a clone, and what was built elsewhere', () => {
  const clone = packageWith({
    'harness/cli/main.ts': `const x: string = 'typed'; ${TELL('sources')}`,
    'dist/harness/cli/main.js': TELL('dist'),
  });
  const sources = run(clone, [], 'run', '--clients', '5');
  assert.deepEqual([sources.stdout, sources.stderr, sources.status], ['sources run --clients 5\n', '', 7]);
  const dist = run(packageWith({ 'dist/harness/cli/main.js': TELL('dist') }), [], 'list');
  assert.deepEqual([dist.stdout, dist.status], ['dist list\n', 7]);
});

test('an old Node hands over to the one the clone brought along, with its exit code', () => {
  const launcher = packageWith({ 'harness/cli/main.ts': TELL('newer') }, true);
  const handed = run(launcher, OLD, 'run');
  assert.deepEqual([handed.stdout, handed.stderr, handed.status], ['newer run\n', '', 7]);
});

test('an old Node alone says what is missing and ends with 104', () => {
  const refused = run(packageWith({ 'dist/harness/cli/main.js': TELL('never') }), OLD);
  assert.equal(refused.status, 104);
  assert.equal(refused.stdout, '');
  assert.match(String(refused.stderr), /needs Node 22\.22 or newer, this is v/);
});

test('passes a signal on once, and waits for what the program makes of it', async () => {
  const program = `let heard = 0;
    process.on('SIGINT', () => { heard += 1; console.log('heard', heard); setTimeout(() => process.exit(105), 50); });
    setInterval(() => {}, 1e6);
    console.log('ready');`;
  const launcher = packageWith({ 'harness/cli/main.ts': program }, true);
  const child = spawn(process.execPath, [...OLD, launcher], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    output += part;
    if (output === 'ready\n') child.kill('SIGINT');
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(output, 'ready\nheard 1\n');
  assert.equal(code, 105);
});

test('warnings are told, but not those of things Node calls experimental', () => {
  const program = "process.emitWarning('careful'); process.emitWarning('new', 'ExperimentalWarning');";
  const warned = run(packageWith({ 'harness/cli/main.ts': program }), []);
  assert.match(String(warned.stderr), /careful/);
  assert.doesNotMatch(String(warned.stderr), /new/);
});
