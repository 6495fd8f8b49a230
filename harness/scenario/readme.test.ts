import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadScenario } from './load.ts';
import { planRun } from './plan.ts';
import { typeErrors } from './testing/type-check.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const scenarios = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] ?? '');

test('every scenario of the README loads and can be planned', async () => {
  assert.ok(scenarios.length > 0);
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-readme-'));
  try {
    for (const [nth, source] of scenarios.entries()) {
      const file = join(folder, `readme-${nth}.ts`);
      writeFileSync(file, source);
      const { scenario } = await loadScenario(file);
      assert.ok(planRun(scenario, { seed: 7 }).totalMs > 0);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('an editor is content with every scenario of the README', () => {
  assert.deepEqual(
    typeErrors(Object.fromEntries(scenarios.map((source, nth) => [`readme-${nth}`, source]))),
    [],
  );
});
