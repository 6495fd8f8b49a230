/**
 * Checks what a scenario file exports: every problem at once, each with its
 * path in the scenario, so that one edit mends them all.
 */
import type { Problem } from '../base/errors.ts';
import { checkFaults } from './check-faults.ts';
import { checkCounters, checkThresholds } from './check-thresholds.ts';
import { checkDuration, checkFields, checkNumber, describeValue, isFields } from './shape.ts';

/** Most clients one run may ask for. */
export const MAX_CLIENTS = 10_000_000;
/** Most pushes per second one run may ask for. */
export const MAX_RATE = 10_000_000;

const FIELDS = ['about', 'load', 'connect', 'client', 'faults', 'thresholds', 'counters'];

/**
 * Every problem of a loaded default export; none means it is a `Scenario`.
 * `knownMetrics` are the names thresholds may use beside the scenario's own counters.
 */
export function checkScenario(candidate: unknown, knownMetrics: readonly string[]): Problem[] {
  if (!isFields(candidate)) {
    return [
      {
        code: 'not-a-scenario',
        path: 'default export',
        got: describeValue(candidate),
        wanted: 'a scenario',
        hint: "write: export default scenario({ about: '…', load: { clients: 100, ramp: '5s', hold: '30s' }, client(user) { … } })",
      },
    ];
  }
  const problems: Problem[] = [];
  checkFields(candidate, FIELDS, '', problems);
  checkAbout(candidate['about'], problems);
  const totalMs = checkLoad(candidate['load'], problems);
  checkConnect(candidate['connect'], problems);
  if (typeof candidate['client'] !== 'function') {
    problems.push({
      code: candidate['client'] === undefined ? 'missing' : 'not-a-function',
      path: 'client',
      got: describeValue(candidate['client']),
      wanted: 'a function of the user',
      hint: "async client(user) { const room = await user.join('room:1'); }",
    });
  }
  const kinds = checkFaults(candidate['faults'], totalMs, problems);
  const counters = checkCounters(candidate['counters'], knownMetrics, problems);
  checkThresholds(candidate['thresholds'], { knownMetrics, counters, faultKinds: kinds }, problems);
  return problems;
}

function checkAbout(about: unknown, problems: Problem[]): void {
  if (typeof about === 'string' && about.trim() !== '' && !about.includes('\n')) return;
  const wanted = 'one line that says what the scenario measures';
  const code = about === undefined ? 'missing' : 'not-a-line';
  problems.push({ code, path: 'about', got: describeValue(about), wanted });
}

/** Returns ramp and hold together in milliseconds, undefined when either is wrong. */
function checkLoad(load: unknown, problems: Problem[]): number | undefined {
  if (!isFields(load)) {
    problems.push({
      code: load === undefined ? 'missing' : 'not-an-object',
      path: 'load',
      got: describeValue(load),
      wanted: "how many clients, how fast, how long: { clients: 100, ramp: '5s', hold: '30s' }",
    });
    return undefined;
  }
  checkFields(load, ['clients', 'ramp', 'hold', 'rate'], 'load', problems);
  checkNumber(load['clients'], 'load.clients', problems, { min: 1, max: MAX_CLIENTS, whole: true });
  const rampMs = checkDuration(load['ramp'], 'load.ramp', problems);
  const holdMs = checkDuration(load['hold'], 'load.hold', problems, { aboveZero: true, example: '30s' });
  if (load['rate'] !== undefined) {
    const unit = 'pushes per second of all clients together';
    checkNumber(load['rate'], 'load.rate', problems, { min: 0.001, max: MAX_RATE, unit });
  }
  return rampMs === undefined || holdMs === undefined ? undefined : rampMs + holdMs;
}

function checkConnect(connect: unknown, problems: Problem[]): void {
  if (connect === undefined) return;
  if (!isFields(connect)) {
    const wanted = "{ params: { user_id: '1' }, heartbeat: '30s' }";
    problems.push({ code: 'not-an-object', path: 'connect', got: describeValue(connect), wanted });
    return;
  }
  checkFields(connect, ['params', 'heartbeat'], 'connect', problems);
  if (connect['heartbeat'] !== undefined && connect['heartbeat'] !== false) {
    checkDuration(connect['heartbeat'], 'connect.heartbeat', problems, { aboveZero: true, example: '30s' });
  }
  const params = connect['params'];
  if (params === undefined || typeof params === 'function') return;
  if (!isFields(params)) {
    const wanted = 'an object of texts, or a function of the client index that returns one';
    problems.push({ code: 'not-an-object', path: 'connect.params', got: describeValue(params), wanted });
    return;
  }
  for (const [name, value] of Object.entries(params)) {
    if (typeof value === 'string') continue;
    // Only the type is told: parameters carry tokens.
    problems.push({
      code: 'not-a-text',
      path: `connect.params.${name}`,
      got: `a ${typeof value}`,
      wanted: 'a text',
    });
  }
}
