/** Checks how a fault rises: whether its kind can, over what time, in how many steps. */
import type { Problem } from '../base/errors.ts';
import { formatMs, parseDurationMs } from '../base/units.ts';
import { FAULT_SPECS } from './fault.ts';
import type { FaultSpec } from './fault-spec.ts';
import { rampParam } from './ramp.ts';
import { checkDuration, checkNumber, describeValue, isFields, type Fields } from './shape.ts';

/** A step is a moment of its own on the timeline. */
const STEPS = { min: 2, max: 50, whole: true };

/** Reports every problem of how a fault of that kind rises. */
export function checkRamp(spec: FaultSpec, fault: Fields, path: string, problems: Problem[]): void {
  const ramp = fault['rise'];
  if (ramp === undefined) return;
  if (rampParam(spec) === null) {
    problems.push(cannotRise(spec, path));
    return;
  }
  if (!isFields(ramp)) {
    const wanted = ".ramp('30s', 5)";
    problems.push({ code: 'not-an-object', path, got: describeValue(ramp), wanted });
    return;
  }
  const timeMs = checkDuration(ramp['time'], path, problems, { aboveZero: true, example: '30s' });
  checkNumber(ramp['steps'], `${path}.steps`, problems, { ...STEPS, unit: 'steps' });
  const forMs = durationOf(fault['forTime']);
  if (timeMs === undefined || forMs === undefined || timeMs <= forMs) return;
  const wanted = `at most the ${formatMs(forMs)} it stays on`;
  problems.push({ code: 'out-of-range', path, got: formatMs(timeMs), wanted });
}

function cannotRise({ builder, params }: FaultSpec, path: string): Problem {
  const able = FAULT_SPECS.filter((spec) => rampParam(spec) !== null).map((spec) => spec.builder);
  const shares = Object.values(params).filter(({ type }) => type === 'share');
  const problem: Problem = {
    code: 'fault-cannot-ramp',
    path,
    got: `a ramp of fault.${builder}, ${WHY_NOT[Math.min(shares.length, 2)]}`,
    wanted: `a fault with a share that can rise: ${able.join(', ')}`,
  };
  return shares.length < 2 ? problem : { ...problem, hint: EACH_ITS_OWN };
}

/** By the number of shares that it has. */
const WHY_NOT = [
  'which hits no share of anything',
  'which cannot tell whom it has hit before',
  'which has two shares',
] as const;

const EACH_ITS_OWN = 'fault.reset and fault.blackhole, each with a .ramp of its own';

function durationOf(value: unknown): number | undefined {
  return typeof value === 'string' || typeof value === 'number' ? parseDurationMs(value) : undefined;
}
