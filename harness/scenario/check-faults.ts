/** Checks the faults of a scenario: kinds, parameters with their ranges, times. */
import type { Problem } from '../base/errors.ts';
import { suggest } from '../base/neighbours.ts';
import { formatMs } from '../base/units.ts';
import { FAULT_SPECS } from './fault-plan.ts';
import type { FaultSpec, ParamSpec } from './fault-plan.ts';
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
  const spec = FAULT_SPECS.find((known) => known.kind === kind);
  if (!spec) {
    const kinds = FAULT_SPECS.map((known) => known.kind);
    const hint = suggest(kind, kinds);
    problems.push({
      code: 'unknown-fault',
      path: `${path}.kind`,
      got: `'${kind}'`,
      wanted: kinds.join(', '),
      hint,
    });
  } else {
    checkParams(spec, fault['params'], `${path}.params`, problems);
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
  for (const name of Object.keys(params)) {
    if (names.includes(name)) continue;
    problems.push({
      code: 'unknown-param',
      path: `${path}.${name}`,
      got: `'${name}'`,
      wanted: `for ${spec.kind}: ${names.map((known) => describeParam(known, spec.params[known])).join('; ')}`,
      hint: suggest(name, names),
    });
  }
  const before = problems.length;
  for (const [name, param] of Object.entries(spec.params)) {
    if (params[name] === undefined && param.default !== undefined) continue;
    checkParam(params[name], param, `${path}.${name}`, problems);
  }
  if (problems.length === before && spec.kind === 'network_drop') checkDropShares(params, path, problems);
}

function checkParam(value: unknown, param: ParamSpec, path: string, problems: Problem[]): void {
  if (param.type === 'number') {
    checkNumber(value, path, problems, { min: param.min, max: param.max, unit: param.unit });
  } else if (param.type === 'share') {
    checkNumber(value, path, problems, { min: 0, max: 1, unit: '(a share: 0.1 is 10 %)' });
  } else if (typeof value !== 'string' || value === '') {
    const code = value === undefined ? 'missing' : 'not-a-text';
    problems.push({ code, path, got: describeValue(value), wanted: 'a text that is not empty' });
  }
}

/** A connection is either reset or half-open, so the two shares are parts of one whole. */
function checkDropShares(params: Fields, path: string, problems: Problem[]): void {
  const sum = Number(params['reset'] ?? 0) + Number(params['blackhole'] ?? 0);
  // 0.9 + 0.1 may come out a hair above 1.
  if (sum > 0 && sum <= 1 + 1e-9) return;
  problems.push({
    code: 'out-of-range',
    path,
    got: `reset and blackhole of ${sum} together`,
    wanted: 'above 0 and at most 1 together',
    hint: 'fault.networkDrop({ reset: 0.05, blackhole: 0.03 })',
  });
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
  if (atMs + forMs <= totalMs) return;
  problems.push({
    code: 'fault-outlives-run',
    path,
    got: `on from ${formatMs(atMs)} to ${formatMs(atMs + forMs)}`,
    wanted: `within the run, which is ${formatMs(totalMs)} long (ramp and hold)`,
    hint: 'lengthen load.hold, or move the fault forward',
  });
}

function describeParam(name: string, param: ParamSpec | undefined): string {
  if (param === undefined) return name;
  const range =
    param.type === 'number'
      ? `${param.min} to ${param.max} ${param.unit}`
      : param.type === 'share'
        ? '0 to 1'
        : 'a text';
  return `${name} (${range}${param.default === undefined ? ', required' : ''})`;
}
