/** What the kernel counted against a run that the run did not bring about itself. */
import type { FaultSpan } from '../faults/schedule.ts';
import type { WindowLine } from '../record/timeline-line.ts';
import type { KernelCounters } from '../target/kernel-counters.ts';
import type { Surroundings } from './symptoms.ts';

/** A SYN that found nobody is sent again 1 s and 3 s later. */
const AFTERMATH_MS = 3_000;

/**
 * The counts of the whole run without those seconds in which a fault took nodes or packets away:
 * SYNs that are sent again then are what it was for, and no sign of a full machine. Null where the kernel does not tell.
 */
export function kernelStrain(
  total: KernelCounters | null,
  windows: readonly WindowLine[],
  spans: readonly FaultSpan[],
): Surroundings['kernel'] {
  if (total === null) return null;
  const takers = spans.filter(({ fault }) => fault.side === 'process' || fault.side === 'kernel');
  const taken = windows.filter(({ atMs }) => takers.some((span) => isWithin(span, atMs)));
  const sumOf = (read: (kernel: NonNullable<WindowLine['kernel']>) => number): number =>
    taken.reduce((sum, { kernel }) => sum + (kernel ? read(kernel) : 0), 0);
  return {
    synRetransmits: Math.max(0, total.tcpSynRetrans - sumOf((kernel) => kernel.synRetransmits)),
    listenDrops: Math.max(0, total.listenDrops - sumOf((kernel) => kernel.listenDrops)),
  };
}

/** Of one that was not lifted all that came after it. */
function isWithin({ appliedAtMs, liftedAtMs }: FaultSpan, atMs: number): boolean {
  if (appliedAtMs === null) return false;
  return atMs + 1_000 > appliedAtMs && atMs < (liftedAtMs ?? Infinity) + AFTERMATH_MS;
}
