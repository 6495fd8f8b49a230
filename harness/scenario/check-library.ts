/** Checks what a scenario of the library says beside its run: the claims it measures, its small size. */
import type { Problem } from '../base/errors.ts';
import { MAX_CLIENTS, MAX_RATE } from './load-limits.ts';
import { checkDuration, checkFields, checkNumber, describeValue, isFields } from './shape.ts';

/** A1 to A21 and B1 to B30, as phoenix-semantics 9 counts them. */
const CLAIM = /^(?:A(?:[1-9]|1\d|2[01])|B(?:[1-9]|[12]\d|30))$/;

/** Reports every problem of `claim`. */
export function checkClaim(claim: unknown, problems: Problem[]): void {
  if (claim === undefined) return;
  const claims: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  const wanted = 'A1 to A21 or B1 to B30, the claims of phoenix-semantics 9';
  if (claims.length === 0)
    problems.push({ code: 'not-a-claim', path: 'claim', got: 'an empty list', wanted });
  for (const [index, one] of claims.entries()) {
    if (typeof one === 'string' && CLAIM.test(one)) continue;
    const path = Array.isArray(claim) ? `claim[${index}]` : 'claim';
    problems.push({ code: 'not-a-claim', path, got: describeValue(one), wanted });
  }
}

const SIZES = ['clients', 'duration', 'ramp', 'rate'];

/** Reports every problem of `small`. */
export function checkSmall(small: unknown, problems: Problem[]): void {
  if (small === undefined) return;
  const wanted = "the size of --small: { clients: 20, duration: '6s' }";
  if (!isFields(small) || Object.keys(small).length === 0) {
    const got = isFields(small) ? 'an empty object' : describeValue(small);
    problems.push({ code: 'not-an-object', path: 'small', got, wanted });
    return;
  }
  checkFields(small, SIZES, 'small', problems);
  const { clients, duration, ramp, rate } = small;
  if (clients !== undefined)
    checkNumber(clients, 'small.clients', problems, { min: 1, max: MAX_CLIENTS, whole: true });
  if (duration !== undefined) {
    checkDuration(duration, 'small.duration', problems, { aboveZero: true, example: '6s' });
  }
  if (ramp !== undefined) checkDuration(ramp, 'small.ramp', problems, { example: '1s' });
  if (rate !== undefined) checkNumber(rate, 'small.rate', problems, { min: 0.001, max: MAX_RATE });
}
