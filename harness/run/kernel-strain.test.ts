import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FaultSpan } from '../faults/schedule.ts';
import type { WindowLine } from '../record/timeline-line.ts';
import { faultSpec } from '../scenario/fault.ts';
import type { PlannedFault } from '../scenario/plan.ts';
import type { KernelCounters } from '../target/kernel-counters.ts';
import { kernelStrain } from './kernel-strain.ts';

const total = { tcpSynRetrans: 30, listenDrops: 30 } as KernelCounters;
/** Thirty seconds with one of each in every second. */
const windows = Array.from(
  { length: 30 },
  (_, second) => ({ atMs: second * 1_000, kernel: { synRetransmits: 1, listenDrops: 1 } }) as WindowLine,
);

function span(
  side: PlannedFault['side'],
  appliedAtMs: number | null,
  liftedAtMs: number | null,
  effects: PlannedFault['effects'] = ['pushes', 'clients joined'],
): FaultSpan {
  return { fault: { side, effects } as PlannedFault, appliedAtMs, liftedAtMs, failure: null };
}

test('all of it counts where nothing was taken away', () => {
  assert.deepEqual(kernelStrain(total, windows, []), { synRetransmits: 30, listenDrops: 30 });
  for (const side of ['link', 'server'] as const) {
    assert.equal(kernelStrain(total, windows, [span(side, 0, 20_000)])?.synRetransmits, 30);
  }
  assert.equal(kernelStrain(total, windows, [span('process', null, null)])?.synRetransmits, 30);
});

test('the seconds of a fault on nodes or packets and the four after it do not', () => {
  for (const side of ['process', 'kernel'] as const) {
    // Seconds 10 to 14, and 15 to 18.
    assert.deepEqual(kernelStrain(total, windows, [span(side, 10_500, 15_000)]), {
      synRetransmits: 21,
      listenDrops: 21,
    });
  }
  assert.equal(kernelStrain(total, windows, [span('process', 20_000, null)])?.listenDrops, 20);
});

test('nor do those of a fault that ends connections: its herd returns', () => {
  const herd = span('link', 10_500, 15_000, ['clients joined', 'drops']);
  assert.deepEqual(kernelStrain(total, windows, [herd]), { synRetransmits: 21, listenDrops: 21 });
  for (const kind of ['reset', 'close', 'network_drop', 'garbage', 'byte_limit']) {
    assert.deepEqual([faultSpec(kind)?.side, faultSpec(kind)?.effects[0]], ['link', 'clients joined'], kind);
  }
  // Whoever judges a server's fault by who is in has nobody's connection taken away.
  const crash = span('server', 10_500, 15_000, ['clients joined']);
  assert.equal(kernelStrain(total, windows, [crash])?.synRetransmits, 30);
});

test('where two overlap a second is left out once, and never more than there was', () => {
  const both = [span('process', 10_000, 15_000), span('kernel', 12_000, 15_000)];
  assert.equal(kernelStrain(total, windows, both)?.synRetransmits, 21);
  const few = { tcpSynRetrans: 3, listenDrops: 0 } as KernelCounters;
  assert.deepEqual(kernelStrain(few, windows, both), { synRetransmits: 0, listenDrops: 0 });
  assert.equal(kernelStrain(null, windows, both), null);
});
