/** What the kernel counted against a run that the run did not bring about itself. */
import type { FaultSpan } from '../faults/schedule.ts';
import type { WindowLine } from '../record/timeline-line.ts';
import type { KernelCounters } from '../target/kernel-counters.ts';
import type { Surroundings } from './symptoms.ts';

/** A SYN that found nobody is sent again after 1, 3 and 7 s, which is as long as a connect is waited for. */
const AFTERMATH_MS = 4_000;

/**
 * The counts of the whole run without those seconds in which a fault took nodes, packets or connections away: SYNs that are
 * sent again then, for a node that is down or in a herd that returns to a full listen queue, are what it was for, and no sign
 * of a full machine. Null where the kernel does not tell.
 */
export function kernelStrain(
  total: KernelCounters | null,
  windows: readonly WindowLine[],
  spans: readonly FaultSpan[],
): Surroundings['kernel'] {
  if (total === null) return null;
  const takers = spans.filter(({ fault }) => takesAway(fault));
  const taken = windows.filter(({ atMs }) => takers.some((span) => isWithin(span, atMs)));
  const sumOf = (read: (kernel: NonNullable<WindowLine['kernel']>) => number): number =>
    taken.reduce((sum, { kernel }) => sum + (kernel ? read(kernel) : 0), 0);
  return {
    synRetransmits: Math.max(0, total.tcpSynRetrans - sumOf((kernel) => kernel.synRetransmits)),
    listenDrops: Math.max(0, total.listenDrops - sumOf((kernel) => kernel.listenDrops)),
  };
}

/** Of those on links the ones that end connections: what they have done is over when everybody is in again. */
function takesAway({ side, effects }: FaultSpan['fault']): boolean {
  return side === 'process' || side === 'kernel' || (side === 'link' && effects[0] === 'clients joined');
}

/** Of one that was not lifted all that came after it. */
function isWithin({ appliedAtMs, liftedAtMs }: FaultSpan, atMs: number): boolean {
  if (appliedAtMs === null) return false;
  return atMs + 1_000 > appliedAtMs && atMs < (liftedAtMs ?? Infinity) + AFTERMATH_MS;
}
