import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { checkApp } from './load-app.ts';

const folder = mkdtempSync(join(tmpdir(), 'firedrill-app-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const IMPORT = "import { application, channel, ok } from 'firedrill/server';";
const APP = `${IMPORT}\nexport default application({ channels: [channel('a', { join: () => ok() })] });\n`;

function write(name: string, source: string): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, source);
  return file;
}

/** `code path` of every problem, with the folder left out. */
async function problemsOf(file: string): Promise<string[]> {
  const problems = await checkApp(file);
  for (const { got, wanted, hint } of problems) assert.ok(got !== '' && wanted !== '' && hint !== '');
  return problems.map(({ code, path }) => `${code} ${path.replace(`${folder}/`, '')}`);
}

test('every kind of module loads, in a project of either type and below node_modules', async () => {
  const typed = APP.replace('() => ok()', '(topic: string) => ok({ topic })');
  const sources = { 'app.ts': typed, 'app.mts': typed, 'app.js': APP, 'app.mjs': APP };
  for (const place of ['none', 'commonjs', 'module', 'node_modules/some-package']) {
    const type = place === 'commonjs' ? '"type":"commonjs"' : place === 'module' ? '"type":"module"' : '';
    write(`${place}/package.json`, `{${type}}`);
    for (const [name, source] of Object.entries(sources)) {
      assert.deepEqual(await problemsOf(write(`${place}/${name}`, source)), [], `${place}/${name}`);
    }
  }
});

test('an application may be CommonJS where its project is', async () => {
  write('old/package.json', '{"type":"commonjs"}');
  const source = "const { application, channel, ok } = require('firedrill/server');\n";
  const file = write(
    'old/app.js',
    `${source}module.exports = application({ channels: [channel('a', { join: () => ok() })] });`,
  );
  assert.deepEqual(await problemsOf(file), []);
});

test('local files are imported in the same way, and theirs too', async () => {
  write('parts/package.json', '{"type":"commonjs"}');
  write('parts/lib/deep.js', 'export const topic = "a";\n');
  write(
    'parts/lib/rooms.ts',
    `${IMPORT}\nimport { topic } from './deep.js';\nconst name: string = topic;\nexport const room = channel(name, { join: () => ok() });\n`,
  );
  const source = `import { application } from 'firedrill/server';\nimport { room } from './lib/rooms.ts';\nexport default application({ channels: [room] });`;
  assert.deepEqual(await problemsOf(write('parts/app.ts', source)), []);
});

test('a link is followed to the file', async () => {
  write('real/app.ts', APP);
  symlinkSync(join(folder, 'real/app.ts'), join(folder, 'linked.ts'));
  assert.deepEqual(await problemsOf(join(folder, 'linked.ts')), []);
});

test('what is no application is told', async () => {
  const bad = APP.replace("'a'", "'a*b'");
  const cases: Array<[file: string, problem: string]> = [
    [join(folder, 'nope.ts'), 'app_not_found nope.ts'],
    [folder, `app_not_a_module ${folder}`],
    [write('app.txt', APP), 'app_not_a_module app.txt'],
    [write('none.ts', 'export const a = 1;'), 'app_no_default_export none.ts'],
    [write('other.ts', 'export default { channels: [] };'), 'app_no_default_export other.ts'],
    [write('missing.ts', "import './nothing.ts';"), 'app_import_not_found missing.ts'],
    [write('package.ts', "import 'no-such-package';"), 'app_import_not_found package.ts'],
    [write('syntax.ts', 'const a = 1;\nconst = 2;'), 'app_syntax_error syntax.ts:2'],
    [write('syntax.mjs', 'const a = 1;\nconst = 2;'), 'app_syntax_error syntax.mjs:2'],
    [write('enum.ts', '\n\nenum A { B }'), 'app_syntax_error enum.ts:3'],
    [write('throws.ts', "\nthrow new Error('boo');"), 'app_threw throws.ts:2:7'],
    [write('wrong.ts', bad), `bad_app wrong.ts: channels[0]`],
  ];
  for (const [file, problem] of cases) assert.deepEqual(await problemsOf(file), [problem]);
});

test('a syntax error of an imported file is told with that file', async () => {
  write('inner/bad.ts', 'const = 2;');
  const file = write('inner/app.ts', "import './bad.ts';");
  assert.deepEqual(await problemsOf(file), ['app_syntax_error inner/bad.ts:1']);
});
