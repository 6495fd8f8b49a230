/** Runs cases against one target: what is independent together, the rest one by one. */
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { ConformanceCase, Needs, Outcome, RunnableCase } from './case.ts';
import { NotAsSpecified } from './exchange.ts';
import type { ConformanceTarget, SettingName } from './target.ts';
import { Trial } from './trial.ts';

export type Judged = { conformance: ConformanceCase; outcome: Outcome };

/** Cases under way at a time: they wait more than they work. */
const AT_ONCE = 16;
/** A case that has not come to an end by then never will. */
const CASE_US = 90e6;

export async function runCases(
  cases: readonly ConformanceCase[],
  target: ConformanceTarget,
  clock: Clock,
  onJudged: (judged: Judged) => void,
): Promise<void> {
  const run = async (conformance: ConformanceCase): Promise<void> => {
    onJudged({ conformance, outcome: await judge(conformance, target, clock) });
  };
  const needsOf = (conformance: ConformanceCase): Needs =>
    'elsewhere' in conformance ? {} : (conformance.needs ?? {});
  const isShared = (needs: Needs): boolean => needs.alone === undefined && needs.ends === undefined;
  const shared = cases.filter((conformance) => isShared(needsOf(conformance)));
  const waiting = shared.values();
  const lane = async (): Promise<void> => {
    for (const conformance of waiting) await run(conformance);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  const lonely = cases.filter((conformance) => !isShared(needsOf(conformance)));
  // What breaks the server comes last.
  for (const conformance of lonely.filter((one) => needsOf(one).ends === undefined)) await run(conformance);
  for (const conformance of lonely.filter((one) => needsOf(one).ends !== undefined)) await run(conformance);
}

/** The outcome of one case; whatever is thrown is a failure with the exchange beside it. */
export async function judge(
  conformance: ConformanceCase,
  target: ConformanceTarget,
  clock: Clock,
): Promise<Outcome> {
  if ('elsewhere' in conformance) return { status: 'n/a', reason: conformance.elsewhere };
  const reason = missing(conformance.needs ?? {}, target);
  if (reason !== null) return { status: 'n/a', reason };
  // The clock makes the name another in every run: a channel of an earlier one may still be about.
  const name = `c${conformance.number}-${Math.floor(clock.nowUs()).toString(36)}`;
  const trial = new Trial(clock, target, name);
  try {
    await withinTime(conformance, trial, clock);
    return { status: 'passed', notes: trial.notes };
  } catch (error) {
    const wrong = error instanceof NotAsSpecified ? error : null;
    return {
      status: 'failed',
      expected: wrong?.expected ?? 'the case to run to its end',
      got: wrong?.got ?? messageOf(error),
      exchange: trial.exchange.lines(),
      notes: trial.notes,
    };
  } finally {
    trial.close();
  }
}

async function withinTime(conformance: RunnableCase, trial: Trial, clock: Clock): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const alarm = clock.at(clock.nowUs() + CASE_US, () => reject(new Error(`no end after ${CASE_US / 1e6} s`)));
  try {
    await Promise.race([conformance.run(trial), promise]);
  } finally {
    alarm.cancel();
  }
}

/** What a case needs and the target does not offer; null when there is nothing. */
export function missing(needs: Needs, target: ConformanceTarget): string | null {
  const { control, probe, settings, stop } = target;
  const names = Object.keys(needs.settings ?? {}) as SettingName[];
  const undeclared = names.filter((name) => settings[name] === undefined);
  if (undeclared.length > 0) return `--settings does not declare ${undeclared.join(', ')}`;
  if (needs.probe && !probe) return 'probe:* is not mounted';
  if (needs.control && control === null) return 'there is no control port';
  if (needs.refusals && settings.secret === undefined && !probe) {
    return '--settings declares no secret, and probe:* is not mounted';
  }
  if (needs.broadcasts && control === null && !probe) return 'there is neither a control port nor probe:*';
  if (needs.ends === 'drain' && control === null) return 'there is no control port';
  if (needs.ends === 'stop' && stop === null) return 'the server is not ours to stop';
  return null;
}
