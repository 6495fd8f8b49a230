import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WindowLine } from '../record/timeline-line.ts';
import type { Calibration, Ceiling } from './calibration.ts';
import { ceilingShare, ceilingWords } from './ceiling-share.ts';

const at = (cpuUs: number): Ceiling => ({
  cpuUs,
  perWorker: 1e6 / cpuUs,
  allCores: 2e6 / cpuUs,
  reached: 0,
  endedBy: 'plan',
});
const calibration = { ceilings: { joins: at(100), pushes: at(50), deliveries: at(5) } } as Calibration;
const line = (atMs: number, joins: number, sent: number, deliveries: number): WindowLine =>
  ({ atMs, joins, sent, deliveries }) as unknown as WindowLine;

test('the busiest second counts by what all its work takes together', () => {
  const windows = [line(0, 5_000, 0, 0), line(1_000, 1_000, 4_000, 200_000), line(2_000, 0, 0, 0)];
  const share = ceilingShare(windows, { workers: 6, cores: 2 }, calibration);
  assert.deepEqual(share, {
    what: 'deliveries',
    reached: 200_000,
    ceiling: 400_000,
    share: 0.65,
    scope: 'machine',
    atMs: 1_000,
  });
});

test('fewer workers than cores have a ceiling of their own', () => {
  const share = ceilingShare([line(0, 0, 18_000, 0)], { workers: 1, cores: 2 }, calibration);
  assert.deepEqual([share?.share, share?.ceiling, share?.scope], [0.9, 20_000, 'worker']);
  assert.match(ceilingWords(share) ?? '', /18,000 pushes in its busiest second.*20,000 here; more --workers/);
});

test('a run that stays below, or does nothing, is told nothing', () => {
  assert.equal(ceilingShare([line(0, 0, 0, 0)], { workers: 1, cores: 1 }, calibration), null);
  assert.equal(ceilingWords(null), null);
  assert.equal(
    ceilingWords(ceilingShare([line(0, 0, 15_000, 0)], { workers: 1, cores: 1 }, calibration)),
    null,
  );
});
