/** Checks the faults of a scenario: kinds, parameters with their ranges, times. */
import type { Problem } from '../base/errors.ts';
import { nearHint } from '../base/neighbours.ts';
import { formatMs } from '../base/units.ts';
import { FAULT_SPECS, faultSpec } from './fault.ts';
import { checkRamp } from './check-ramp.ts';
import type { FaultSpec, ParamSpec } from './fault-spec.ts';
import { checkDuration, checkNumber, describeValue, isFields } from './shape.ts';
import type { Fields } from './shape.ts';

const BUILDERS = FAULT_SPECS.map((spec) => `fault.${spec.builder}`);

/** Reports every problem of `faults`; returns the known kinds it names. `totalMs` is the length of the run. */
export function checkFaults(faults: unknown, totalMs: number | undefined, problems: Problem[]): string[] {
  if (faults === undefined) return [];
  if (!Array.isArray(faults)) {
    const wanted = "a list: [fault.slowJoin({ delayMs: 400 }).at('10s').for('5s')]";
    problems.push({ code: 'not-a-list', path: 'faults', got: describeValue(faults), wanted });
    return [];
  }
  const kinds = new Set<string>();
  for (const [index, fault] of faults.entries()) {
    const kind = checkFault(fault, `faults[${index}]`, totalMs, problems);
    if (kind !== undefined) kinds.add(kind);
  }
  return [...kinds];
}

function checkFault(
  fault: unknown,
  path: string,
  totalMs: number | undefined,
  problems: Problem[],
): string | undefined {
  if (!isFields(fault) || typeof fault['kind'] !== 'string') {
    const wanted = `what one of the builders returns: ${BUILDERS.join(', ')}`;
    problems.push({ code: 'not-a-fault', path, got: describeValue(fault), wanted });
    return undefined;
  }
  const kind = fault['kind'];
  const spec = faultSpec(kind);
  if (!spec) {
    const kinds = FAULT_SPECS.map((known) => known.kind);
    problems.push({
      code: 'unknown-fault',
      path: `${path}.kind`,
      got: `'${kind}'`,
      wanted: kinds.join(', '),
      ...nearHint(kind, kinds),
    });
  } else {
    checkParams(spec, fault['params'], `${path}.params`, problems);
    checkRamp(spec, fault, `${path}.ramp`, problems);
  }
  checkTimes(fault, path, totalMs, problems);
  return spec?.kind;
}

function checkParams(spec: FaultSpec, given: unknown, path: string, problems: Problem[]): void {
  const params = given === undefined ? {} : given;
  if (!isFields(params)) {
    const wanted = `{ ${Object.keys(spec.params).join(', ')} }`;
    problems.push({ code: 'not-an-object', path, got: describeValue(params), wanted });
    return;
  }
  const names = Object.keys(spec.params);
  const known = names.map((one) => describeParam(one, spec.params[one])).join('; ');
  for (const name of Object.keys(params)) {
    if (names.includes(name)) continue;
    problems.push({
      code: 'unknown-param',
      path: `${path}.${name}`,
      got: `'${name}'`,
      wanted: `for ${spec.kind}: ${known === '' ? 'no parameters' : known}`,
      ...nearHint(name, names),
    });
  }
  const before = problems.length;
  for (const [name, param] of Object.entries(spec.params)) {
    if (params[name] === undefined && param.default !== undefined) continue;
    checkParam(params[name], param, `${path}.${name}`, problems);
  }
  const problem = problems.length === before ? (spec.check?.(params, path) ?? null) : null;
  if (problem) problems.push(problem);
}

function checkParam(value: unknown, param: ParamSpec, path: string, problems: Problem[]): void {
  if (param.type === 'number') {
    const { min, max, unit, whole } = param;
    checkNumber(value, path, problems, { min, max, unit, ...(whole === undefined ? {} : { whole }) });
  } else if (param.type === 'share') {
    checkNumber(value, path, problems, { min: 0, max: 1, unit: '(a share: 0.1 is 10 %)' });
  } else if (param.type === 'choice') {
    if (typeof value === 'string' && param.of.includes(value)) return;
    const hint = typeof value === 'string' ? nearHint(value, param.of) : {};
    const code = value === undefined ? 'missing' : 'unknown-choice';
    problems.push({ code, path, got: describeValue(value), wanted: param.of.join(', '), ...hint });
  } else if (typeof value !== 'string' || value === '') {
    const code = value === undefined ? 'missing' : 'not-a-text';
    problems.push({ code, path, got: describeValue(value), wanted: 'a text that is not empty' });
  }
}

function checkTimes(fault: Fields, path: string, totalMs: number | undefined, problems: Problem[]): void {
  const time = (name: 'at' | 'for', value: unknown): number | undefined => {
    const timePath = `${path}.${name}`;
    if (value !== undefined) return checkDuration(value, timePath, problems, { aboveZero: name === 'for' });
    const wanted = name === 'at' ? 'when it goes on, from the first arrival' : 'how long it stays on';
    const hint = `add .${name}('10s') behind the fault`;
    problems.push({ code: 'missing', path: timePath, got: 'nothing', wanted, hint });
    return undefined;
  };
  const atMs = time('at', fault['atTime']);
  const forMs = time('for', fault['forTime']);
  if (atMs === undefined || forMs === undefined || totalMs === undefined) return;
  const { gapMs, times } = checkRepeat(fault['repeat'], forMs, `${path}.every`, problems);
  if (atMs + forMs + gapMs * (times - 1) <= totalMs) return;
  problems.push({
    code: 'fault-outlives-run',
    path,
    got: `on from ${formatMs(atMs)} to ${formatMs(atMs + forMs + gapMs * (times - 1))}`,
    wanted: `within the run, which is ${formatMs(totalMs)} long (ramp and hold)`,
    hint: 'lengthen load.hold, or move the fault forward',
  });
}

/** Most times a fault comes again: each is a row of the report. */
const MAX_TIMES = 100;

function checkRepeat(
  repeat: unknown,
  forMs: number,
  path: string,
  problems: Problem[],
): { gapMs: number; times: number } {
  const once = { gapMs: 0, times: 1 };
  if (repeat === undefined) return once;
  if (!isFields(repeat)) {
    const wanted = ".every('30s', 3)";
    problems.push({ code: 'not-an-object', path, got: describeValue(repeat), wanted });
    return once;
  }
  const before = problems.length;
  const gapMs = checkDuration(repeat['gap'], `${path}.gap`, problems, { aboveZero: true }) ?? 0;
  checkNumber(repeat['times'], `${path}.times`, problems, { min: 1, max: MAX_TIMES, whole: true });
  if (problems.length > before) return once;
  if (gapMs > forMs) return { gapMs, times: Number(repeat['times']) };
  const wanted = `longer than the ${formatMs(forMs)} it stays on`;
  problems.push({ code: 'out-of-range', path: `${path}.gap`, got: formatMs(gapMs), wanted });
  return once;
}

function describeParam(name: string, param: ParamSpec | undefined): string {
  if (param === undefined) return name;
  const range =
    param.type === 'number'
      ? `${param.min} to ${param.max} ${param.unit}`
      : param.type === 'share'
        ? '0 to 1'
        : param.type === 'choice'
          ? param.of.join(' or ')
          : 'a text';
  return `${name} (${range}${param.default === undefined ? ', required' : ''})`;
}
