/** When a fault was on and when the run was steady again, in words. */

import { formatClock } from '../../harness/base/units.ts';
import type { FaultSpan } from './fault-spans.ts';
import { msText } from './figures.ts';

/** When it was on: `1:15–1:35`. */
export function onText(span: FaultSpan): string {
  if (span.fromMs === null) return 'not applied';
  const end = span.fault.liftedAtMs === null ? 'the end' : formatClock(span.toMs);
  return `${formatClock(span.fromMs)}–${end}`;
}

/** From its lift until the run was steady again: `4.6 s`. */
export function steadyText(span: FaultSpan): string {
  if (span.fromMs === null) return '–';
  if (span.fault.liftedAtMs === null) return 'not lifted';
  return span.fault.recoveredAfterMs === null ? 'not reached' : msText(span.fault.recoveredAfterMs);
}
