import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Result } from '../scenario/finding.ts';
import { loadFile, type ScenarioFile } from '../scenario/load.ts';
import { tellFinding, type OverRun, type ToldFinding } from './tell-finding.ts';

const folder = mkdtempSync(join(tmpdir(), 'firedrill-finding-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let written = 0;
/** A scenario file with that finding on line 3. */
function fileWith(
  finding: string,
  variants = 'variants: { trouble: {}, remedy: {} },',
): Promise<ScenarioFile> {
  const path = join(folder, `drill-${written++}.ts`);
  const source = `import { scenario } from 'firedrill';
export default scenario({ about: 'x', load: { clients: 1, ramp: 0, hold: 1 }, client() {}, ${variants}
  ${finding}
} as never);\n`;
  writeFileSync(path, source);
  return loadFile(path);
}

function over(variant: string | null, clients: number, isWhole = true): OverRun {
  return { variant, result: { clients, verdict: 'pass', thresholds: [] } as unknown as Result, isWhole };
}

const BOTH = [over('trouble', 1), over('remedy', 2)];
const words = ({ finding, why, problems }: ToldFinding): unknown => [finding, why, problems.length];

test('hands each variant its result by name, and the one of a plain scenario as run', async () => {
  const file = await fileWith(
    'finding: ({ remedy, trouble }) => `${trouble.clients} and\\n  ${remedy.clients} `,',
  );
  assert.deepEqual(words(tellFinding(file, BOTH)), ['1 and 2', null, 0]);
  const plain = await fileWith('finding: ({ run }) => `${run.clients}`,', '');
  assert.deepEqual(words(tellFinding(plain, [over(null, 5)])), ['5', null, 0]);
});

test('says nothing where the scenario has nothing to say', async () => {
  assert.deepEqual(words(tellFinding(await fileWith(''), BOTH)), [null, null, 0]);
});

test('needs every variant, and each to its end', async () => {
  const file = await fileWith("finding: () => 'never asked',");
  assert.deepEqual(words(tellFinding(file, BOTH.slice(0, 1))), [
    null,
    'it needs every variant, and remedy did not run',
    0,
  ]);
  assert.deepEqual(words(tellFinding(file, [over('trouble', 1), over('remedy', 2, false)])), [
    null,
    'remedy ended before its time',
    0,
  ]);
});

test('one that throws is told with its place', async () => {
  const file = await fileWith("finding: () => { throw new Error('no figures'); },");
  const [problem] = tellFinding(file, BOTH).problems;
  assert.equal(problem?.code, 'finding-threw');
  assert.match(problem?.path ?? '', /drill-\d+\.ts:3:\d+$/);
  assert.equal(problem?.got, 'no figures');
});

test('one that asks for a result there is not is told with its place too', async () => {
  const file = await fileWith('finding: ({ tow }) => tow.verdict,');
  assert.match(tellFinding(file, BOTH).problems[0]?.path ?? '', /drill-\d+\.ts:3:\d+$/);
});

test('one line it must be', async () => {
  for (const [finding, got] of [
    ['async finding() { return "later"; },', 'a promise'],
    ['finding: () => 3,', '3'],
    ['finding() {},', 'nothing'],
    ['finding: () => null,', 'null'],
  ] as const) {
    const { finding: told, problems } = tellFinding(await fileWith(finding), BOTH);
    assert.deepEqual([told, problems[0]?.code, problems[0]?.got], [null, 'finding-not-a-text', got]);
  }
});
