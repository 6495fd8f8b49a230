/** When a fault was on, whom it hit, and when the run was steady again, in words. */

import { hitNoun } from '../../harness/base/hits.ts';
import { formatClock } from '../../harness/base/units.ts';
import type { FaultSummary } from '../../harness/record/run-record.ts';
import type { AppliedSpan, FaultSpan } from './fault-spans.ts';
import { countText, msText } from './figures.ts';
import { visibleLine } from './visible-text.ts';

/** When it was on: `1:15–1:35`. */
export function onText(span: FaultSpan): string {
  if (span.fromMs === null) return 'not applied';
  const end = span.fault.liftedAtMs === null ? 'the end' : formatClock(span.toMs);
  return `${formatClock(span.fromMs)}–${end}`;
}

/** How many it hit: `20,000 of 100,000 clients`, `412 calls` where nobody knows of how many; empty where nobody counted. */
export function hitText({ hit }: FaultSummary): string {
  if (hit === undefined) return '';
  const { count, of, what } = hit;
  const who = visibleLine(hitNoun(what, of ?? count), 20);
  return of === null ? `${countText(count)} ${who}` : `${countText(count)} of ${countText(of)} ${who}`;
}

/** A span, or a step of one that rose. */
export type Stretch = { name: string; fromMs: number; toMs: number };

/** The steps of a fault that rose, each until the next; of any other all of it. */
export function stretchesOf({ fault, fromMs, toMs }: AppliedSpan): Stretch[] {
  const name = visibleLine(fault.name, 60);
  const steps = fault.ramp?.steps ?? [];
  if (steps.length === 0) return [{ name, fromMs, toMs }];
  return steps.map(({ atMs, text }, nth) => ({
    name: `${name}: ${visibleLine(text, 20)}`,
    fromMs: nth === 0 ? fromMs : atMs,
    toMs: steps[nth + 1]?.atMs ?? toMs,
  }));
}

/** From its lift until the run was steady again: `4.6 s`. */
export function steadyText(span: FaultSpan): string {
  if (span.fromMs === null) return '–';
  if (span.fault.liftedAtMs === null) return 'not lifted';
  return span.fault.recoveredAfterMs === null ? 'not reached' : msText(span.fault.recoveredAfterMs);
}
