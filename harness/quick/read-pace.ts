/** `--rate 1/s`: pushes of each client; `--rate-total 500/s`: of all clients together. */
import type { Problem } from '../base/errors.ts';
import { parseDurationMs } from '../base/units.ts';
import type { Pace } from './drill.ts';

const RATE = /^(\d+(?:\.\d+)?)(?:\/(\d+(?:\.\d+)?)?(ms|s|m|h))?$/;
/** Beyond these a slip of the finger is likelier than a plan. */
const MOST_EACH = 1_000;
const MOST_TOTAL = 1_000_000;
const LEAST = 0.000_1;

export const EVERY_SECOND: Pace = { kind: 'each', perSecond: 1, typed: '1/s' };

/** The pace of a run with so many clients; once a second for each client when nothing was said. */
export function readPace(
  { rate, rateTotal }: { rate: string | undefined; rateTotal: string | undefined },
  clients: number,
  problems: Problem[],
): Pace {
  if (rate !== undefined && rateTotal !== undefined) {
    problems.push({
      code: 'bad-flag',
      path: '--rate-total',
      got: 'a --rate as well',
      wanted: 'one of the two: --rate is of each client, --rate-total of all together',
    });
  }
  const each =
    rate === undefined
      ? EVERY_SECOND
      : { kind: 'each' as const, ...readRate('--rate', rate, MOST_EACH, problems) };
  if (rateTotal !== undefined) {
    return { kind: 'total', ...readRate('--rate-total', rateTotal, MOST_TOTAL, problems) };
  }
  if (each.perSecond * clients > MOST_TOTAL) {
    problems.push({
      code: 'bad-flag',
      path: '--rate',
      got: `${each.typed} of each of ${clients} clients`,
      wanted: `at most ${MOST_TOTAL} a second of all together`,
      hint: '--rate-total 500/s is of all clients together',
    });
  }
  return each;
}

function readRate(
  flag: string,
  typed: string,
  most: number,
  problems: Problem[],
): { perSecond: number; typed: string } {
  const match = RATE.exec(typed.trim());
  const timeMs = parseDurationMs(`${match?.[2] ?? 1}${match?.[3] ?? 's'}`) ?? 0;
  const perSecond = (Number(match?.[1]) / timeMs) * 1_000;
  if (perSecond >= LEAST && perSecond <= most)
    return { perSecond, typed: `${match?.[1]}/${match?.[2] ?? ''}${match?.[3] ?? 's'}` };
  problems.push({
    code: 'bad-flag',
    path: flag,
    got: `'${typed}'`,
    wanted: `a number for a time, at most ${most}/s: 1/s, 10/m, 1/5s`,
    hint: `${flag} 1/s`,
  });
  return { perSecond: 1, typed: '1/s' };
}
