// The library: every scenario says what it claims, can be checked in seconds, and the README says what was measured.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, suite, test } from 'node:test';
import {
  MEASURED_FILE,
  README_FILE,
  readLibrary,
  readMeasured,
  withTable,
  writeMeasured,
  type Measured,
} from '../../bench/scenarios/library.ts';
import { chooseRuns } from '../../harness/scenario/chosen-runs.ts';
import type { ScenarioFile } from '../../harness/scenario/load.ts';
import { planRun } from '../../harness/scenario/plan.ts';

/** A check of a scenario, its processes and its drain included. */
const MOST_MS = 20_000;
/** What a run takes beside its plan. */
const AROUND_MS = 3_000;

suite('the library', () => {
  let library: ScenarioFile[];

  before(async () => {
    library = await readLibrary();
  });

  test('every scenario begins with its claim, and has a small size and a finding', () => {
    assert.ok(library.length > 0);
    for (const { name, claim, small, finding } of library) {
      assert.ok(claim !== null && claim.length > 20, `${name}: its first line is // Claim: …`);
      assert.ok(small !== null, `${name}: small`);
      assert.ok(finding !== null, `${name}: finding`);
    }
  });

  test('the small size of each is a check of seconds', () => {
    for (const file of library) {
      const { runs, overrides } = chooseRuns(file, { variants: [], small: true, overrides: { seed: 7 } });
      const plans = runs.map(({ scenario }) => planRun(scenario, overrides));
      const ms = plans.reduce((sum, plan) => sum + plan.totalMs + AROUND_MS, 0);
      assert.ok(ms <= MOST_MS, `${file.name} takes ${ms} ms`);
      for (const plan of plans) assert.ok(plan.atOnce <= 500, `${file.name} has ${plan.atOnce} clients`);
    }
  });

  test('the README has the table of what was measured, as make measured writes it', () => {
    const text = readFileSync(README_FILE, 'utf8');
    assert.ok(withTable(text, library, readMeasured()) === text, 'write it again: make measured-table');
  });

  test('what was measured was measured with scenarios there are', () => {
    const measured = readMeasured();
    const names = library.map(({ name }) => name);
    for (const [name, one] of measured) {
      assert.ok(names.includes(name), `${name} is gone`);
      assert.match(one.at, /^\d{4}-\d\d-\d\d$/);
      assert.ok(one.finding !== '' && one.size !== '' && one.command.includes(name), name);
    }
    assert.equal(writeMeasured(measured), readFileSync(MEASURED_FILE, 'utf8'));
  });
});

const MARKED = 'before\n<!-- measured: written by `make measured` -->\nold\n<!-- measured: end -->\nafter\n';

const drill = { name: 'drill', claim: 'a | b', about: 'x', claims: ['B14'] } as unknown as ScenarioFile;

test('a row for each scenario, measured or not, and nothing outside the marks', () => {
  const measured: Measured = {
    finding: 'it $& helps',
    at: '2026-11-21',
    size: '5 clients',
    command: 'firedrill run x',
  };
  assert.equal(
    withTable(
      MARKED,
      [drill, { ...drill, name: 'other', claims: [], claim: null }],
      new Map([['drill', measured]]),
    ),
    [
      'before',
      '<!-- measured: written by `make measured` -->',
      '| claim | scenario | what we measured |',
      '|---|---|---|',
      '| **B14** a \\| b | [`drill`](drill.ts) | it $& helps<br>*2026-11-21, 5 clients:* `firedrill run x` |',
      '| x | [`other`](other.ts) | not yet measured at full size |',
      '<!-- measured: end -->',
      'after',
      '',
    ].join('\n'),
  );
});

test('a text without the marks is refused, and so is a file of another kind', () => {
  assert.throws(() => withTable('# scenarios', [drill], new Map()), /make measured/);
  assert.throws(() => readMeasured('{"schema":"other/1","scenarios":{}}'), /other\/1/);
});
