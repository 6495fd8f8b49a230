/** The flags of a drill: its hypothesis, when it is looked at, what is rolled back. */
import type { Problem } from '../base/errors.ts';
import { nearHint } from '../base/neighbours.ts';
import { LEAST_WINDOW_MS } from '../scenario/check-drill.ts';
import type { DrillFlags } from '../scenario/drill-plan.ts';
import { CHECKS, ROLLBACKS } from '../scenario/drill-shape.ts';
import { readTypedThresholds } from '../scenario/typed-thresholds.ts';
import type { FlagReader } from './flags.ts';

/** With their help, in the order shown. */
export const DRILL_ONLY_FLAGS = {
  hypothesis: {
    type: 'string',
    describe: "metric=expression beside the scenario's: 'push_duration=p(95)<250'; may be repeated",
    requiresArg: true,
  },
  check: {
    type: 'string',
    describe: `when the steady state is looked at: ${CHECKS.map((check) => check.replaceAll(' ', '-')).join(', ')}`,
    requiresArg: true,
  },
  window: { type: 'string', describe: 'the stretch each look covers: 10s', requiresArg: true },
  rollback: {
    type: 'string',
    describe: `when faults that are on are lifted before their time: ${ROLLBACKS.join(', ')}`,
    requiresArg: true,
  },
} as const;

export function readDrill(flags: FlagReader): DrillFlags {
  const check = readWord(flags, 'check', CHECKS);
  const rollback = readWord(flags, 'rollback', ROLLBACKS);
  const windowMs = readWindow(flags);
  return {
    hypothesis: readHypothesis(flags),
    ...(check === undefined ? {} : { check }),
    ...(rollback === undefined ? {} : { rollback }),
    ...(windowMs === undefined ? {} : { windowMs }),
  };
}

function readHypothesis(flags: FlagReader): DrillFlags['hypothesis'] {
  const found: Problem[] = [];
  const hypothesis = readTypedThresholds(flags.texts('hypothesis'), found);
  for (const problem of found) {
    flags.refuse({ ...problem, path: '--hypothesis', hint: "--hypothesis 'push_duration=p(95)<250'" });
  }
  return Object.fromEntries(hypothesis);
}

/** One of these words; a dash stands for a space, which a shell would split. */
function readWord<const Word extends string>(
  flags: FlagReader,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const typed = flags.text(name);
  if (typed === undefined) return undefined;
  const plain = typed.trim().replaceAll('-', ' ');
  const word = words.find((one) => one === plain);
  if (word === undefined) {
    const known = words.map((one) => one.replaceAll(' ', '-'));
    flags.refuse({
      code: 'bad-flag',
      path: `--${name}`,
      got: `'${typed}'`,
      wanted: known.join(', '),
      ...nearHint(typed, known),
    });
  }
  return word;
}

function readWindow(flags: FlagReader): number | undefined {
  const ms = flags.durationMs('window');
  if (ms === undefined || (ms >= LEAST_WINDOW_MS && ms <= DAY_MS)) return ms;
  const wanted = '1s to 24h: a run is measured second by second';
  flags.refuse({ code: 'bad-flag', path: '--window', got: `${ms} ms`, wanted, hint: '--window 10s' });
  return undefined;
}

const DAY_MS = 86_400_000;
