// The library: every scenario says what it claims, can be checked in seconds, and the README says what was measured.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, suite, test } from 'node:test';
import {
  MEASURED_FILE,
  README_FILE,
  readLibrary,
  readMeasured,
  withMeasured,
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
    for (const [name, list] of measured) {
      assert.ok(names.includes(name), `${name} is gone`);
      for (const { at, finding, size, command } of list) {
        assert.match(at, /^\d{4}-\d\d-\d\d$/);
        assert.ok(finding !== '' && size !== '' && command.includes(name), name);
      }
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
      new Map([
        ['drill', [measured, { ...measured, finding: 'more', command: 'firedrill run x --clients 9' }]],
      ]),
    ),
    [
      'before',
      '<!-- measured: written by `make measured` -->',
      '| claim | scenario | what we measured |',
      '|---|---|---|',
      '| **B14** a \\| b | [`drill`](drill.ts) | it $& helps<br>*2026-11-21, 5 clients:* `firedrill run x`<br>more<br>*2026-11-21, 5 clients:* `firedrill run x --clients 9` |',
      '| x | [`other`](other.ts) | not yet measured |',
      '<!-- measured: end -->',
      'after',
      '',
    ].join('\n'),
  );
});

test('what the same command finds again takes the place of what it found before; the full size comes first', () => {
  const one = (command: string, finding: string): Measured => ({
    finding,
    at: '2026-11-21',
    size: '',
    command,
  });
  let all: ReadonlyMap<string, readonly Measured[]> = new Map();
  for (const [command, finding] of [
    ['run x --clients 9', 'few'],
    ['run x', 'full'],
    ['run x --clients 99', 'many'],
    ['run x --clients 9', 'few again'],
  ] as const) {
    all = withMeasured(all, 'x', one(command, finding));
  }
  assert.deepEqual(
    all.get('x')?.map(({ finding }) => finding),
    ['full', 'many', 'few again'],
  );
});

test('a text without the marks is refused, and so is a file of another kind', () => {
  assert.throws(() => withTable('# scenarios', [drill], new Map()), /make measured/);
  assert.throws(() => readMeasured('{"schema":"other/1","scenarios":{}}'), /other\/1/);
});
