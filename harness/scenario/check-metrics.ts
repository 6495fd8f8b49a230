/** Checks the metrics a scenario declares as its own. */
import type { Problem } from '../base/errors.ts';
import type { MetricKind } from '../base/metrics.ts';
import { neighbours } from '../base/neighbours.ts';
import { OWN_NAME } from '../base/own-metrics.ts';
import { checkFields, describeValue, isFields, type Fields } from './shape.ts';

const KINDS: readonly string[] = ['counter', 'rate', 'gauge', 'trend'];
const WITH_UNIT = ['trend', 'gauge'];
const UNITS = ['ms', 'count', 'bytes'];
const FORMS = "'counter', 'rate', 'gauge', 'trend' or { kind: 'trend', unit: 'bytes' }";

/** Reports every problem of `metrics`; returns the usable ones with their kinds. */
export function checkMetrics(
  candidate: Fields,
  knownMetrics: readonly string[],
  problems: Problem[],
): Map<string, MetricKind> {
  const usable = new Map<string, MetricKind>();
  checkOldSpelling(candidate['counters'], usable, problems);
  const { metrics } = candidate;
  if (metrics === undefined) return usable;
  if (!isFields(metrics)) {
    const got = describeValue(metrics);
    const wanted = "names and kinds: { heard: 'counter', spread: 'trend' }";
    problems.push({ code: 'not-an-object', path: 'metrics', got, wanted });
    return usable;
  }
  for (const [name, declared] of Object.entries(metrics)) {
    const path = `metrics.${name}`;
    if (!OWN_NAME.test(name)) {
      const wanted = 'a name of small letters, digits and _, that begins with a letter';
      problems.push({ code: 'not-a-name', path, got: describeValue(name), wanted });
    } else if (knownMetrics.includes(name)) {
      const wanted = 'a name that is no metric of ours';
      problems.push({ code: 'name-taken', path, got: `'${name}'`, wanted, hint: `my_${name}` });
    } else {
      usable.set(name, checkKind(declared, path, problems) ?? 'counter');
    }
  }
  return usable;
}

/** `counters: ['heard']` of earlier scenarios; the names count as declared, so that one edit is asked for. */
function checkOldSpelling(counters: unknown, usable: Map<string, MetricKind>, problems: Problem[]): void {
  if (counters === undefined) return;
  const list: unknown[] = Array.isArray(counters) ? counters : [];
  const names = list.filter((name) => typeof name === 'string');
  for (const name of names) usable.set(name, 'counter');
  const shown = names.length === 0 ? ['heard'] : names;
  const hint = `metrics: { ${shown.map((name) => `${name}: 'counter'`).join(', ')} }`;
  problems.push({ code: 'unknown-field', path: 'counters', got: "'counters'", wanted: 'metrics', hint });
}

function checkKind(declared: unknown, path: string, problems: Problem[]): MetricKind | undefined {
  if (typeof declared === 'string') {
    if (KINDS.includes(declared)) return declared as MetricKind;
    const near = neighbours(declared, KINDS)[0];
    const hint = near === undefined ? {} : { hint: `did you mean ${near}?` };
    problems.push({ code: 'unknown-kind', path, got: `'${declared}'`, wanted: FORMS, ...hint });
    return undefined;
  }
  if (!isFields(declared)) {
    problems.push({ code: 'unknown-kind', path, got: describeValue(declared), wanted: FORMS });
    return undefined;
  }
  checkFields(declared, ['kind', 'unit'], path, problems);
  const { kind, unit } = declared;
  if (typeof unit !== 'string' || !UNITS.includes(unit)) {
    const got = describeValue(unit);
    problems.push({ code: 'unknown-unit', path: `${path}.unit`, got, wanted: UNITS.join(', ') });
  }
  if (typeof kind === 'string' && WITH_UNIT.includes(kind)) return kind as MetricKind;
  const wanted = 'trend or gauge, which have a unit';
  problems.push({ code: 'unknown-kind', path: `${path}.kind`, got: describeValue(kind), wanted });
  return undefined;
}
