/**
 * Checks what a scenario file exports: every problem at once, each with its
 * path in the scenario, so that one edit mends them all.
 */
import type { Problem } from '../base/errors.ts';
import { checkConnect } from './check-connect.ts';
import { checkDrill } from './check-drill.ts';
import { checkFaults } from './check-faults.ts';
import { checkClaim, checkSmall } from './check-library.ts';
import { checkLoad } from './check-load.ts';
import { checkMetrics } from './check-metrics.ts';
import { checkThresholds } from './check-thresholds.ts';
import { checkVariants } from './check-variants.ts';
import { isFeed, problemsOfFeed, type Feed } from './feed.ts';
import { checkServer } from './server-settings.ts';
import { checkFields, describeValue, isFields, type Fields } from './shape.ts';
import { RUN_FIELDS } from './variants.ts';

const FIELDS = [...RUN_FIELDS, 'claim', 'small', 'variants', 'finding'];

/**
 * Every problem of a loaded default export; none means it is a `Definition`, or a run of one.
 * `knownMetrics` are the names thresholds may use beside the scenario's own metrics,
 * `feeds` those its file has built, whether or not the scenario names them.
 */
export function checkScenario(
  candidate: unknown,
  knownMetrics: readonly string[],
  feeds: Iterable<Feed<unknown>> = [],
): Problem[] {
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
  const hasVariants = candidate['variants'] !== undefined;
  // An old spelling of `metrics`, told where they are checked.
  const { counters: _, ...fields } = candidate;
  checkFields(hasVariants ? candidate : fields, FIELDS, '', problems);
  checkClaim(candidate['claim'], problems);
  checkSmall(candidate['small'], problems);
  checkFinding(candidate['finding'], problems);
  const checkOne = (run: Fields, found: Problem[]): void => checkRun(run, knownMetrics, feeds, found);
  if (!hasVariants) {
    checkOne(candidate, problems);
  } else {
    // A variant may have an `about` of its own; the scenario has one all the same.
    checkAbout(candidate['about'], problems);
    checkVariants(candidate, checkOne, problems);
  }
  return problems;
}

/** What a single run goes by. */
function checkRun(
  candidate: Fields,
  knownMetrics: readonly string[],
  feeds: Iterable<Feed<unknown>>,
  problems: Problem[],
): void {
  checkAbout(candidate['about'], problems);
  const totalMs = checkLoad(candidate['load'], problems);
  checkFeeds(candidate, feeds, problems);
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
  const metrics = checkMetrics(candidate, knownMetrics, problems);
  checkThresholds(candidate['thresholds'], { knownMetrics, own: metrics, faultKinds: kinds }, problems);
  checkServer(candidate['server'], problems);
  checkDrill(candidate['drill'], { knownMetrics, own: metrics }, problems);
}

function checkAbout(about: unknown, problems: Problem[]): void {
  if (typeof about === 'string' && about.trim() !== '' && !about.includes('\n')) return;
  const wanted = 'one line that says what the scenario measures';
  const code = about === undefined ? 'missing' : 'not-a-line';
  problems.push({ code, path: 'about', got: describeValue(about), wanted });
}

function checkFinding(finding: unknown, problems: Problem[]): void {
  if (finding === undefined || typeof finding === 'function') return;
  problems.push({
    code: 'not-a-function',
    path: 'finding',
    got: describeValue(finding),
    wanted: 'a function of the results that returns one line',
    hint: "finding: ({ run }) => `p(99) was ${run.text('push_duration', 'p(99)')}`",
  });
}

/** The feeds a scenario names, and those its file has built beside; each file is read here. */
function checkFeeds(candidate: Fields, built: Iterable<Feed<unknown>>, problems: Problem[]): void {
  const feeds = new Set(built);
  const { feed, connect } = candidate;
  if (isFeed(feed)) feeds.add(feed);
  else if (feed !== undefined) {
    const wanted = "what one of the builders returns: feed.csv('users.csv')";
    problems.push({ code: 'not-a-feed', path: 'feed', got: describeValue(feed), wanted });
  }
  if (isFields(connect) && isFeed(connect['params'])) feeds.add(connect['params']);
  for (const one of feeds) problems.push(...problemsOfFeed(one));
}
