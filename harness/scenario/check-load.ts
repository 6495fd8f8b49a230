/** Checks the load of a scenario: which of the three shapes it has, and that shape's figures. */
import type { Problem } from '../base/errors.ts';
import { formatCount, formatMs, parseDurationMs } from '../base/units.ts';
import { MAX_CLIENTS, MAX_RATE, MAX_RUN_MS, MAX_STAGES } from './load-limits.ts';
import { checkDuration, checkFields, checkNumber, describeValue, isFields } from './shape.ts';
import type { Fields } from './shape.ts';

const SHAPES = [
  "{ clients: 100, ramp: '5s', hold: '30s' }",
  "{ stages: [{ to: 100, for: '30s' }, { to: 0, for: '10s' }] }",
  "{ arrivals: { rate: 20, for: '60s' } }",
];

/** Reports every problem of `load`; returns the length of the run in milliseconds, undefined when it has none. */
export function checkLoad(load: unknown, problems: Problem[]): number | undefined {
  if (!isFields(load)) {
    problems.push({
      code: load === undefined ? 'missing' : 'not-an-object',
      path: 'load',
      got: describeValue(load),
      wanted: `how many clients, how fast, how long: ${SHAPES.join(', or ')}`,
    });
    return undefined;
  }
  const shapes = ['clients', 'stages', 'arrivals'].filter((name) => load[name] !== undefined);
  if (shapes.length > 1) {
    const wanted = `one of them: ${SHAPES.join(', or ')}`;
    problems.push({ code: 'mixed-load', path: 'load', got: shapes.join(' and '), wanted });
    return undefined;
  }
  if (load['arrivals'] !== undefined) return checkArrivals(load, problems);
  const totalMs = load['stages'] === undefined ? checkHold(load, problems) : checkStaged(load, problems);
  checkRate(load['rate'], totalMs, problems);
  return totalMs;
}

function checkHold(load: Fields, problems: Problem[]): number | undefined {
  checkFields(load, ['clients', 'ramp', 'hold', 'rate', 'stages', 'arrivals'], 'load', problems);
  checkNumber(load['clients'], 'load.clients', problems, { min: 1, max: MAX_CLIENTS, whole: true });
  const rampMs = checkDuration(load['ramp'], 'load.ramp', problems);
  const holdMs = checkDuration(load['hold'], 'load.hold', problems, { aboveZero: true, example: '30s' });
  return rampMs === undefined || holdMs === undefined ? undefined : rampMs + holdMs;
}

function checkStaged(load: Fields, problems: Problem[]): number | undefined {
  checkFields(load, ['stages', 'rate'], 'load', problems);
  const totalMs = checkStages(load['stages'], 'load.stages', { unit: 'clients' }, problems);
  if (totalMs !== 0) return totalMs;
  const hint = 'the last stage says how long they stay';
  problems.push({ code: 'out-of-range', path: 'load.stages', got: '0 ms', wanted: 'a time above 0', hint });
  return undefined;
}

function checkRate(rate: unknown, totalMs: number | undefined, problems: Problem[]): void {
  if (rate === undefined) return;
  const unit = 'pushes per second of all clients together';
  if (!Array.isArray(rate)) {
    checkNumber(rate, 'load.rate', problems, { min: 0.001, max: MAX_RATE, unit });
    return;
  }
  const ms = checkStages(rate, 'load.rate', { unit }, problems);
  if (ms === undefined || totalMs === undefined || ms <= totalMs) return;
  const wanted = `within the run, which is ${formatMs(totalMs)} long`;
  problems.push({ code: 'stages-outlive-run', path: 'load.rate', got: formatMs(ms), wanted });
}

function checkArrivals(load: Fields, problems: Problem[]): number | undefined {
  if (load['rate'] !== undefined) {
    problems.push({
      code: 'unknown-field',
      path: 'load.rate',
      got: 'a rate beside arrivals',
      wanted: 'no shared rate of pushes where clients come and go',
      hint: "each pushes by itself: await user.every('1s', () => room.push('ping'))",
    });
  }
  checkFields(load, ['arrivals', 'hold', 'rate'], 'load', problems);
  const holdMs = load['hold'] === undefined ? 0 : checkDuration(load['hold'], 'load.hold', problems);
  const { arrivals } = load;
  const path = 'load.arrivals';
  if (!isFields(arrivals)) {
    const wanted = "{ rate: 20, for: '60s' } or { stages: [{ to: 20, for: '60s' }] }";
    problems.push({ code: 'not-an-object', path, got: describeValue(arrivals), wanted });
    return undefined;
  }
  checkFields(arrivals, ['rate', 'stages', 'for', 'spacing', 'atMost'], path, problems);
  const found = problems.length;
  const arrivingMs = checkArrivalRate(arrivals, path, problems);
  if (problems.length === found) checkArrivalCount(arrivals, path, problems);
  checkSpacing(arrivals['spacing'], `${path}.spacing`, problems);
  const { atMost } = arrivals;
  if (atMost !== undefined) {
    const unit = 'clients at once';
    checkNumber(atMost, `${path}.atMost`, problems, { min: 1, max: MAX_CLIENTS, whole: true, unit });
  }
  return holdMs === undefined || arrivingMs === undefined ? undefined : arrivingMs + holdMs;
}

/** Returns the time in which clients arrive. */
function checkArrivalRate(arrivals: Fields, path: string, problems: Problem[]): number | undefined {
  const unit = 'arrivals per second';
  const staged = arrivals['stages'] !== undefined;
  if (!staged || arrivals['rate'] !== undefined) {
    const min = staged ? 0 : 0.001;
    checkNumber(arrivals['rate'], `${path}.rate`, problems, { min, max: MAX_RATE, unit });
  }
  if (!staged)
    return checkDuration(arrivals['for'], `${path}.for`, problems, { aboveZero: true, example: '60s' });
  if (arrivals['for'] !== undefined) {
    const wanted = 'no for beside stages, which have their own';
    problems.push({ code: 'mixed-load', path: `${path}.for`, got: describeValue(arrivals['for']), wanted });
  }
  return checkStages(arrivals['stages'], `${path}.stages`, { unit, from: arrivals['rate'] }, problems);
}

/** The whole plan is drawn before the first arrives. */
function checkArrivalCount(arrivals: Fields, path: string, problems: Problem[]): void {
  const rate = typeof arrivals['rate'] === 'number' ? arrivals['rate'] : 0;
  const stages = (arrivals['stages'] ?? [{ to: rate, for: arrivals['for'] }]) as {
    to: number;
    for: string;
  }[];
  let from = rate;
  let count = 0;
  for (const stage of stages) {
    count += (((from + stage.to) / 2) * (parseDurationMs(stage.for) ?? 0)) / 1e3;
    from = stage.to;
  }
  if (count > 0 && count <= MAX_CLIENTS) return;
  const wanted = `some, and at most ${formatCount(MAX_CLIENTS)}`;
  problems.push({ code: 'out-of-range', path, got: `${formatCount(count)} arrivals`, wanted });
}

function checkSpacing(spacing: unknown, path: string, problems: Problem[]): void {
  if (spacing === undefined || spacing === 'even' || spacing === 'poisson') return;
  if (!isFields(spacing)) {
    const wanted = "'even', 'poisson' or { burst: 100 }";
    problems.push({ code: 'unknown-spacing', path, got: describeValue(spacing), wanted });
    return;
  }
  checkFields(spacing, ['burst'], path, problems);
  const unit = 'clients at once';
  checkNumber(spacing['burst'], `${path}.burst`, problems, { min: 1, max: MAX_CLIENTS, whole: true, unit });
}

/** Returns their time together in milliseconds, undefined when something is wrong; `from` is where the line begins. */
function checkStages(
  stages: unknown,
  path: string,
  line: { unit: string; from?: unknown },
  problems: Problem[],
): number | undefined {
  const wanted = `a list of at most ${MAX_STAGES} stages: [{ to: 100, for: '30s' }]`;
  if (!Array.isArray(stages) || stages.length === 0 || stages.length > MAX_STAGES) {
    problems.push({ code: 'not-a-list', path, got: describeValue(stages), wanted });
    return undefined;
  }
  const found = problems.length;
  const clients = line.unit === 'clients';
  const range = { min: 0, max: clients ? MAX_CLIENTS : MAX_RATE, whole: clients, unit: line.unit };
  let totalMs = 0;
  let peak = typeof line.from === 'number' ? line.from : 0;
  for (const [index, stage] of stages.entries()) {
    const at = `${path}[${index}]`;
    if (!isFields(stage)) {
      const one = "{ to: 100, for: '30s' }";
      problems.push({ code: 'not-an-object', path: at, got: describeValue(stage), wanted: one });
      continue;
    }
    checkFields(stage, ['to', 'for'], at, problems);
    peak = Math.max(peak, checkNumber(stage['to'], `${at}.to`, problems, range) ?? 0);
    totalMs += checkDuration(stage['for'], `${at}.for`, problems) ?? 0;
  }
  if (problems.length > found) return undefined;
  if (peak === 0 || totalMs > MAX_RUN_MS) {
    const got = peak === 0 ? 'never above 0' : formatMs(totalMs);
    problems.push({ code: 'out-of-range', path, got, wanted: `${line.unit} above 0, within 24h` });
    return undefined;
  }
  return totalMs;
}
