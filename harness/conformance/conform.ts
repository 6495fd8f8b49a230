/** A whole conformance run: the bundled server in its profiles, or one target by URL. */
import type { Clock } from '../base/clock.ts';
import { ALL_CASES } from './all-cases.ts';
import { runBundled } from './bundled-servers.ts';
import type { CaseNumber, ConformanceCase } from './case.ts';
import { lookAt } from './look-at-target.ts';
import { runCases, type Judged } from './run-cases.ts';
import type { ConformanceTarget, Settings, WebServer } from './target.ts';
import type { Column } from './verdicts.ts';

export type ConformOptions = {
  clock: Clock;
  /** The numbers to run; null for all. */
  only: ReadonlySet<CaseNumber> | null;
  /** The target, or what the bundled servers are started with. */
  against:
    | { kind: 'url'; target: ConformanceTarget }
    | {
        kind: 'bundled';
        profiles: readonly WebServer[];
        version: string;
        settings: Settings;
        flags: readonly string[];
      };
  onJudged?(profile: WebServer, judged: Judged): void;
};

/** Resolves with the cases that were run and a column for each profile. */
export async function conform(
  options: ConformOptions,
): Promise<{ cases: readonly ConformanceCase[]; columns: Column[] }> {
  const { clock, only, against } = options;
  const cases = ALL_CASES.filter(({ number }) => only === null || only.has(number));
  const columns: Column[] = [];
  const open = (profile: WebServer, version: string): ((judged: Judged) => void) => {
    const column: Column = { profile, version, outcomes: new Map() };
    columns.push(column);
    return (judged) => {
      column.outcomes.set(judged.conformance.number, judged.outcome);
      options.onJudged?.(profile, judged);
    };
  };
  if (against.kind === 'url') {
    const target = await lookAt(against.target, clock);
    await runCases(cases, target, clock, open(target.profile, target.version));
    return { cases, columns };
  }
  const { profiles, version, settings, flags } = against;
  for (const profile of profiles) {
    await runBundled(cases, { clock, profile, version, settings, flags, onJudged: open(profile, version) });
  }
  return { cases, columns };
}
