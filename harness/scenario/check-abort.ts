/** Checks what lets a threshold end its run: `abortOnFail` and `delayAbortEval`. */
import type { Problem } from '../base/errors.ts';
import { checkDuration, describeValue, type Fields } from './shape.ts';

/** Metrics that no single second has. */
const KNOWN_LATE: readonly string[] = ['recovery_duration', 'clients_joined'];

export const ABORT_FIELDS = ['abortOnFail', 'delayAbortEval'] as const;

/** Reports what is wrong with them in one threshold. */
export function checkAbort(threshold: Fields, metric: string, path: string, problems: Problem[]): void {
  const { abortOnFail, delayAbortEval, during, level } = threshold;
  if (abortOnFail !== undefined && typeof abortOnFail !== 'boolean') {
    const got = describeValue(abortOnFail);
    problems.push({ code: 'not-a-boolean', path: `${path}.abortOnFail`, got, wanted: 'true or false' });
  }
  if (delayAbortEval !== undefined) {
    checkDuration(delayAbortEval, `${path}.delayAbortEval`, problems);
    if (abortOnFail === undefined || abortOnFail === false) {
      problems.push({
        code: 'delay-without-abort',
        path: `${path}.delayAbortEval`,
        got: 'a threshold that ends no run',
        wanted: 'abortOnFail: true beside it',
      });
    }
  }
  if (abortOnFail !== true) return;
  if (during !== undefined && during !== 'all') {
    problems.push({
      code: 'abort-during-a-part',
      path: `${path}.during`,
      got: `${describeValue(during)} beside abortOnFail`,
      wanted:
        'an abort condition for the whole run: it looks at the last ten seconds, whatever is on in them',
      hint: 'two thresholds: { expression, abortOnFail: true } and { expression, during }',
    });
  }
  if (level === 'warn') {
    problems.push({
      code: 'abort-as-warning',
      path: `${path}.level`,
      got: "'warn' beside abortOnFail",
      wanted: 'level error, or a warning that ends no run',
    });
  }
  if (KNOWN_LATE.includes(metric)) {
    problems.push({
      code: 'abort-too-late',
      path: `${path}.abortOnFail`,
      got: `${metric}, which is known when the run is over`,
      wanted: 'a metric that is known second by second: push_duration, push_timeouts, errors',
    });
  }
}
