/** The steady state of a drill in words: each look, how it ended, and what was left on. */

import { formatClock } from '../../harness/base/units.ts';
import type { DrillLook, DrillProbe, DrillSummary, LookStatus } from '../../harness/record/drill-record.ts';
import type { ThresholdResult } from '../../harness/record/run-record.ts';
import { countText, msText, numbered } from './figures.ts';

/** Sign of a look: never colour alone. */
export const LOOK_SIGNS: Readonly<Record<LookStatus, string>> = {
  held: '✓',
  deviated: '✕',
  'cannot tell': '?',
};

/** Class and threshold status a look is drawn as. */
export const LOOK_STATUS = { held: 'pass', deviated: 'fail', 'cannot tell': 'inconclusive' } as const;

/** `before the faults`, `during, the first that deviated` */
export function lookName(look: DrillLook, drill: DrillSummary): string {
  if (look.when === 'before') return 'before the faults';
  if (look.when === 'after') return 'after the faults';
  if (drill.during?.looks === 1) return 'during the faults';
  return look.status === 'deviated' ? 'during, the first that deviated' : 'during, the tightest';
}

/** The seconds it is about: `0:05–0:15`. */
export function lookTime({ fromMs, untilMs }: DrillLook): string {
  return `${formatClock(fromMs)}–${formatClock(untilMs)}`;
}

/** An expression of a look as the threshold it would be. */
export function asThreshold(probe: DrillProbe): ThresholdResult {
  return {
    ...probe,
    status: LOOK_STATUS[probe.status],
    during: 'all',
    level: 'error',
    worstAtMs: null,
    worstDuring: null,
  };
}

const CHECKS: Readonly<Record<string, string>> = {
  during: 'each second while a fault was on',
  continuously: 'before the faults, each second from then on, and after',
};

/** `looked at before and after the faults, over up to 10 s` */
export function checkText({ check, windowMs }: DrillSummary): string {
  const when = Object.hasOwn(CHECKS, check) ? CHECKS[check] : `${check} the faults`;
  return `looked at ${when}, over up to ${msText(windowMs)}`;
}

/** `30 looks during the faults: 26 held, 4 deviated`; empty where there were none. */
export function duringText({ during }: DrillSummary): string {
  if (during === null) return '';
  const ends = [
    [during.held, 'held'],
    [during.deviated, 'deviated'],
    [during.cannotTell, 'could not tell'],
  ] as const;
  const told = ends.flatMap(([count, word]) => (count === 0 ? [] : [`${countText(count)} ${word}`]));
  const looks = `${numbered(during.looks, 'look')} while it went on`;
  return told.length === 0 ? looks : `${looks}: ${told.join(', ')}`;
}

/** All of it in a phrase: `steady state before held, during deviated at 0:31, after held`. */
export function steadyPhrase(drill: DrillSummary): string {
  const looks = drill.looks.map((look) => {
    const at = look.when === 'during' && look.status === 'deviated' ? ` at ${formatClock(look.untilMs)}` : '';
    return `${look.when} ${look.status === 'cannot tell' ? 'could not be told' : look.status}${at}`;
  });
  return looks.length === 0 ? 'the steady state was not looked at' : `steady state ${looks.join(', ')}`;
}
