import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FiredrillError } from '../base/errors.ts';
import { chooseRuns, type Asked, type ChosenRuns } from './chosen-runs.ts';
import type { ScenarioFile } from './load.ts';
import type { CheckedScenario } from './variants.ts';

const scenario: CheckedScenario = {
  about: '',
  load: { clients: 1, ramp: 0, hold: 1 },
  client: () => undefined,
};

function file(variants: readonly (string | null)[], small: ScenarioFile['small'] = null): ScenarioFile {
  return {
    name: 'drill',
    file: '/drill.ts',
    sha256: '',
    about: '',
    claim: null,
    claims: [],
    small,
    runs: variants.map((variant) => ({ variant, about: null, scenario })),
    finding: null,
  };
}

const asked = (changes: Partial<Asked> = {}): Asked => ({
  variants: [],
  small: false,
  overrides: { seed: 7 },
  ...changes,
});

const names = ({ runs }: ChosenRuns): (string | null)[] => runs.map(({ variant }) => variant);

function refused(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof FiredrillError);
    assert.equal(error.exitCode, 104);
    return error.message;
  }
  return assert.fail('should be refused');
}

test('all runs in the order written, or those that were picked', () => {
  const three = file(['c', 'a', 'b']);
  assert.deepEqual(names(chooseRuns(three, asked())), ['c', 'a', 'b']);
  assert.deepEqual(names(chooseRuns(three, asked({ variants: ['b', 'c', 'b'] }))), ['c', 'b']);
  assert.deepEqual(names(chooseRuns(file([null]), asked())), [null]);
});

test('a variant there is not is refused with its neighbours', () => {
  const two = file(['trouble', 'remedy']);
  const message = refused(() => chooseRuns(two, asked({ variants: ['remdy', 'trouble', 'toString'] })));
  assert.match(
    message,
    /unknown-variant {2}--variant\n {2}got {5}'remdy'\n.*\n {2}hint {4}did you mean remedy\?/,
  );
  assert.match(message, /got {5}'toString'\n {2}wanted {2}trouble, remedy/);
  assert.match(
    refused(() => chooseRuns(file([null]), asked({ variants: ['a'] }))),
    /drill has none/,
  );
});

test('the small size is that of the scenario, and what is typed wins over it', () => {
  const small = { clients: 20, duration: '6s', ramp: 0, rate: 5 };
  const sized = (overrides: Asked['overrides']): unknown =>
    chooseRuns(file([null], small), asked({ small: true, overrides })).overrides;
  assert.deepEqual(sized({ seed: 7 }), { seed: 7, clients: 20, durationMs: 6_000, rampMs: 0, rate: 5 });
  assert.deepEqual(sized({ seed: 1, clients: 3, rate: 1 }), {
    seed: 1,
    clients: 3,
    durationMs: 6_000,
    rampMs: 0,
    rate: 1,
  });
  assert.deepEqual(chooseRuns(file([null], small), asked()).overrides, { seed: 7 });
});

test('a scenario without a small size is refused by its name', () => {
  const message = refused(() => chooseRuns(file([null]), asked({ small: true })));
  assert.match(message, /no-small-size {2}--small\n {2}got {5}drill/);
});
