import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withThresholds } from './added-thresholds.ts';
import type { LoadedScenario } from './load.ts';

const loaded: LoadedScenario = {
  name: 'pings',
  file: '/pings.ts',
  sha256: '',
  variant: null,
  scenario: {
    about: 'pings',
    load: { clients: 1, ramp: 0, hold: 1 },
    client: () => undefined,
    thresholds: { drops: ['count==0'] },
  },
};

test('adds to the thresholds of the file, and leaves the file as it is', () => {
  const { scenario } = withThresholds(loaded, { drops: ['rate<1'], push_duration: ['max<9'] });
  assert.deepEqual(scenario.thresholds, { drops: ['count==0', 'rate<1'], push_duration: ['max<9'] });
  assert.deepEqual(loaded.scenario.thresholds, { drops: ['count==0'] });
  assert.equal(withThresholds(loaded, {}), loaded);
});

test('refuses a metric that does not exist, whatever it is called', () => {
  for (const name of ['dorps', '__proto__', 'constructor']) {
    const added = Object.fromEntries([[name, ['count==0']]]);
    assert.throws(() => withThresholds(loaded, added), /unknown-metric {2}thresholds\./, name);
  }
});
