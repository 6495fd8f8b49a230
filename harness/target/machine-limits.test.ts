import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BEYOND_ASKING, fitRun, limitsOf, memoryFor } from './machine-limits.ts';
import type { FitInput } from './machine-limits.ts';

const machine: FitInput = {
  clients: 100_000,
  withServer: true,
  descriptorsPerProcess: 20_000,
  memoryBytes: 23e9,
  ephemeralPorts: 28_232,
  sourceAddresses: 250,
  cores: 2,
};

test('100,000 clients on 20,000 descriptors take six workers and six nodes', () => {
  assert.deepEqual(fitRun(machine), { clients: 100_000, workers: 6, nodes: 6, limits: [] });
});

test('a small run takes one process of each kind, a larger one two', () => {
  const at = (clients: number): number[] => {
    const fit = fitRun({ ...machine, clients });
    return [fit.workers, fit.nodes];
  };
  assert.deepEqual(at(1), [1, 1]);
  assert.deepEqual(at(2_000), [1, 1]);
  assert.deepEqual(at(2_001), [2, 2]);
});

test('uses the cores of a large machine, half of them for the server', () => {
  const large = { ...machine, cores: 16, descriptorsPerProcess: 1_048_576, memoryBytes: 128e9 };
  assert.deepEqual([fitRun(large).workers, fitRun(large).nodes], [8, 8]);
  assert.deepEqual(
    [fitRun({ ...large, withServer: false }).workers, fitRun({ ...large, withServer: false }).nodes],
    [10, 0],
  );
});

test('too little memory makes the run smaller and says by how much', () => {
  const fit = fitRun({ ...machine, memoryBytes: 2e9 });
  assert.ok(fit.clients > 40_000 && fit.clients < 45_000, String(fit.clients));
  assert.equal(fit.limits.length, 1);
  assert.deepEqual([fit.limits[0]?.asked, fit.limits[0]?.fits], [100_000, fit.clients]);
  assert.match(fit.limits[0]?.limit ?? '', /^available memory \(2\.0 GB/);
});

test('one source address gives out after its ports', () => {
  const fit = fitRun({ ...machine, withServer: false, sourceAddresses: 1 });
  assert.equal(fit.clients, 28_232);
  assert.match(fit.limits[0]?.hint ?? '', /ip_local_port_range/);
});

test('a connection table that is nearly full makes the run smaller', () => {
  const fit = fitRun({ ...machine, conntrackFree: 50_000 });
  assert.equal(fit.clients, 45_000);
  assert.match(fit.limits[0]?.hint ?? '', /nf_conntrack_max=262144/);
  assert.equal(fitRun({ ...machine, conntrackFree: null }).limits.length, 0);
});

test('few descriptors bind where more processes would not help', () => {
  const fit = fitRun({ ...machine, descriptorsPerProcess: 1_024 });
  assert.equal(fit.clients, 471 * 64);
  assert.match(fit.limits[0]?.hint ?? '', /nofile/);
});

test('half a million clients on 24 GiB take 29 processes of each kind', () => {
  const fit = fitRun({ ...machine, clients: 500_000, memoryBytes: 24.4e9, epollWatches: 5_491_511 });
  assert.deepEqual(fit, { clients: 500_000, workers: 29, nodes: 29, limits: [] });
});

test('the memory of the flagship is estimated above what it took', () => {
  // 2.3 GiB of processes and 10.7 KB of kernel memory a pair were measured at 100,000 clients.
  const measured = 2.3 * 2 ** 30 + 100_000 * 10_700;
  const estimate = memoryFor(100_000, machine);
  assert.ok(estimate > measured && estimate < 1.25 * measured, String(estimate / measured));
});

test('the files of the machine and the watches of the user bind too', () => {
  const files = fitRun({ ...machine, openFilesFree: 164_000 });
  assert.equal(files.clients, 50_000);
  assert.match(files.limits[0]?.hint ?? '', /fs\.file-max=1048576$/);
  const watches = fitRun({ ...machine, epollWatches: 100_000 });
  assert.equal(watches.clients, 45_000);
  assert.match(watches.limits[0]?.hint ?? '', /max_user_watches=262144$/);
  assert.equal(fitRun({ ...machine, epollWatches: 100_000, withServer: false }).clients, 90_000);
});

test('tells every limit there is, whether or not it binds', () => {
  const limits = limitsOf(machine);
  assert.deepEqual(
    limits.map(({ kind, holds }) => [kind, holds]),
    [
      ['memory', limits[0]?.holds],
      ['descriptors', 17_550 * 64],
      ['ports', 28_232 * 250],
    ],
  );
  assert.equal(limitsOf({ ...machine, descriptorsPerProcess: 1_000_000 }).at(-1)?.holds, BEYOND_ASKING);
});

test('names every limit, the tightest first', () => {
  const fit = fitRun({ ...machine, descriptorsPerProcess: 1_024, memoryBytes: 2e9, sourceAddresses: 1 });
  const fits = fit.limits.map((limit) => limit.fits);
  assert.equal(fits.length, 3);
  assert.deepEqual(
    fits,
    fits.toSorted((a, b) => a - b),
  );
  assert.equal(fit.clients, fits[0]);
});

test('what fits holds within every limit, and fits again', () => {
  fc.assert(
    fc.property(
      fc.record({
        clients: fc.integer({ min: 1, max: 10_000_000 }),
        withServer: fc.boolean(),
        descriptorsPerProcess: fc.integer({ min: 64, max: 2_000_000 }),
        memoryBytes: fc.integer({ min: 500_000_000, max: 256_000_000_000 }),
        ephemeralPorts: fc.integer({ min: 1_000, max: 60_000 }),
        sourceAddresses: fc.integer({ min: 1, max: 250 }),
        cores: fc.integer({ min: 1, max: 128 }),
      }),
      (input) => {
        const fit = fitRun(input);
        assert.ok(fit.clients > 0 && fit.clients <= input.clients);
        assert.ok(fit.clients <= fit.workers * input.descriptorsPerProcess);
        assert.ok(fit.clients <= input.ephemeralPorts * input.sourceAddresses);
        assert.equal(fit.limits.length > 0, fit.clients < input.clients);
        assert.deepEqual(fitRun({ ...input, clients: fit.clients }).limits, []);
      },
    ),
  );
});
