/** How a check of a scenario ended: did its claim hold, did it not, or could nobody tell? */
import { EXIT } from '../../harness/base/errors.ts';
import { formatCount, formatFigure } from '../../harness/base/units.ts';
import type { Ran } from './run-scenario.ts';

/**
 * `missed`: a threshold says so, of figures that can be trusted. `full`: the machine had no room for
 * the run, which says nothing of the claim. `unclear`: the run could not tell for another reason.
 */
export type Outcome = 'held' | 'missed' | 'full' | 'unclear' | 'broken';

export type Checked = { name: string; outcome: Outcome; exitCode: number; seconds: number };

const SIGNS: Readonly<Record<Outcome, string>> = {
  held: '✓',
  missed: '✕',
  full: '?',
  unclear: '?',
  broken: '✕',
};

const WORDS: Readonly<Record<Outcome, string>> = {
  held: 'as it claims',
  missed: 'not as it claims',
  full: 'the machine was full',
  unclear: 'could not tell',
  broken: 'did not run to its end',
};

/** What a run ends with that was judged; one with another code did not come to its end in good order. */
const JUDGED: ReadonlySet<number> = new Set([EXIT.thresholds, EXIT.deviated, EXIT.inconclusive]);

/** The outcome of all its variants; one that missed its claim is not made better by one that could not tell. */
export function outcomeOf({ exitCode, summaries }: Pick<Ran, 'exitCode' | 'summaries'>): Outcome {
  if (exitCode === EXIT.pass) return 'held';
  // Such a run ends with 113 where it could not tell of another threshold as well.
  const isMissed = summaries.some(
    ({ verdict }) => verdict.status === 'fail' || verdict.status === 'deviated',
  );
  if (!JUDGED.has(exitCode)) return 'broken';
  if (isMissed) return 'missed';
  const unsure = summaries.filter((run) => run.exitCode === EXIT.inconclusive);
  return unsure.length > 0 && unsure.every((run) => run.generator.saturated) ? 'full' : 'unclear';
}

/** A line before the details: `✓ half-open`. */
export function headOf({ name, outcome, exitCode, seconds }: Checked, slowSeconds: number): string {
  const time = `${formatFigure(seconds)} s${seconds > slowSeconds ? ', slow' : ''}`;
  const how = outcome === 'held' ? '' : `  ${WORDS[outcome]}, exit code ${exitCode}`;
  return `${SIGNS[outcome]} ${name}${how}  (${time})`;
}

/** Every check with its seconds, the longest first, and what all of them come to in `seconds` by the clock. */
export function tableOf(checks: readonly Checked[], seconds: number): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const rows = checks
    .toSorted((a, b) => b.seconds - a.seconds)
    .map(({ name, outcome, seconds: own }) => {
      const time = own.toFixed(1).padStart(6);
      return `  ${name.padEnd(width)} ${time} s  ${SIGNS[outcome]} ${WORDS[outcome]}`;
    });
  const counts = (Object.keys(WORDS) as Outcome[]).flatMap((outcome) => {
    const many = checks.filter((check) => check.outcome === outcome).length;
    return many === 0 ? [] : [`${formatCount(many)} ${WORDS[outcome]}`];
  });
  const minutes = `${formatFigure(seconds / 60)} min`;
  return [...rows, `${formatCount(checks.length)} scenarios in ${minutes}: ${counts.join(', ')}`].join('\n');
}

/** What the whole ends with: a claim that was missed before a run that could not tell. */
export function exitCodeOf(checks: readonly Pick<Checked, 'outcome' | 'exitCode'>[]): number {
  const broken = checks.find(({ outcome }) => outcome === 'broken');
  if (broken) return broken.exitCode;
  if (checks.some(({ outcome }) => outcome === 'missed')) return EXIT.thresholds;
  return checks.every(({ outcome }) => outcome === 'held') ? EXIT.pass : EXIT.inconclusive;
}
