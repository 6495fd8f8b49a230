import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { listCommand } from './list-command.ts';
import { renderList, type Listed } from './list-table.ts';

const root = mkdtempSync(join(tmpdir(), 'firedrill-list-'));
after(() => rmSync(root, { recursive: true, force: true }));

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function write(folder: string, name: string, text: string): string {
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, folder, name), text);
  return join(root, folder);
}

const LOAD = "about: 'pings', load: { clients: 1_200, ramp: 0, hold: '1s' }, client() {}";
const library = write(
  'library',
  'b-two.ts',
  `// Claim: the remedy helps\tmuch.
import { scenario } from 'firedrill';
export default scenario({ ${LOAD}, claim: ['B14', 'A2'], small: { clients: 2 },
  variants: { trouble: { about: 'slow', load: { clients: 3, ramp: 0, hold: '1s' } }, remedy: {} } });`,
);
write(
  'library',
  'a-plain.ts',
  `import { scenario } from 'firedrill';\nexport default scenario({ ${LOAD} });`,
);
write('library', 'a-plain.test.ts', 'throw new Error("a test is no scenario")');
write('library', 'types.d.ts', 'export {}');
write('library', 'README.md', '# no scenario');
const own = write('own', 'broken.ts', '// Claim: nothing works.\nexport default { about: 7 };');

async function list(
  folders: string[],
  typed: Record<string, unknown> = {},
): Promise<{ code: number; text: string }> {
  let text = '';
  const places = folders.map((folder) => ({ folder, library: folder === library }));
  const code = await listCommand(typed, places, (printed) => {
    text += printed;
  });
  return { code, text: text.replaceAll(`${root}/`, '') };
}

test('a line for each scenario by name: its place, its size, its variants, its claim', async () => {
  assert.deepEqual(await list([library]), {
    code: 0,
    text:
      'ok\ta-plain\tlibrary/a-plain.ts\t1200\t-\t-\tpings\n' +
      'ok\tb-two\tlibrary/b-two.ts\t1200\ttrouble,remedy\tB14,A2\tthe remedy helps much.\n',
  });
  assert.deepEqual(await list([]), { code: 0, text: '' });
});

test('one that cannot be run is listed with its first problem, and only then the exit code is 104', async () => {
  const { code, text } = await list([library, own]);
  assert.equal(code, 104);
  assert.equal(text.split('\n')[2], '--\tbroken\town/broken.ts\t-\t-\t-\tnot-a-line about 7');
});

test('one JSON document with everything', async () => {
  const { code, text } = await list([library, own], { json: true });
  assert.equal(code, 104);
  const { schema, scenarios } = JSON.parse(text) as { schema: string; scenarios: Listed[] };
  assert.equal(schema, 'firedrill/list/1');
  assert.deepEqual(scenarios[1], {
    name: 'b-two',
    file: 'library/b-two.ts',
    library: true,
    claim: 'the remedy helps\tmuch.',
    claims: ['B14', 'A2'],
    about: 'pings',
    variants: [
      { name: 'trouble', about: 'slow' },
      { name: 'remedy', about: null },
    ],
    clients: 1_200,
    small: true,
    problem: null,
  });
  assert.equal(scenarios[2]?.claim, 'nothing works.');
  assert.equal(scenarios[2].problem?.code, 'not-a-line');
  const { library: isOfLibrary } = scenarios[2];
  assert.equal(isOfLibrary, false);
});

test('keeps to the width of a terminal', async () => {
  const { text } = await list([library, own], { json: true });
  const { scenarios } = JSON.parse(text) as { scenarios: Listed[] };
  for (const columns of [30, 60, 120]) {
    const lines = renderList(scenarios, { columns, colour: false }).split('\n');
    for (const line of lines) assert.ok([...line].length <= columns, line);
    const words = lines.join(' ').replaceAll(/\s+/g, ' ');
    for (const wanted of ['b-two', 'the remedy helps much.', 'trouble: slow', '1,200 clients', 'not-a-line'])
      assert.ok(words.includes(wanted), wanted);
  }
  assert.equal(renderList([], { columns: 80, colour: false }), 'no scenarios');
});

test('the program lists the library, and the scenarios of the folder it is started in', () => {
  const project = join(root, 'project');
  write('project/scenarios', 'mine.ts', `export default { ${LOAD} };`);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'bin/firedrill.js'), 'list', '--json'],
    { cwd: project, encoding: 'utf8' },
  );
  assert.deepEqual([status, stderr], [0, '']);
  const { scenarios } = JSON.parse(stdout) as { scenarios: Listed[] };
  const drills = globSync('scenarios/*.ts', { cwd: ROOT }).map((file) => basename(file, '.ts'));
  assert.deepEqual(
    scenarios.map(({ name, library }) => [name, library]),
    [...drills.toSorted().map((name) => [name, true]), ['mine', false]],
  );
  assert.equal(scenarios.at(-1)?.file, 'scenarios/mine.ts');
});
