/**
 * The order of a run: read the scenario, fit it to the machine, start the
 * target, start the workers, let the plan go by, end it, judge it, write it down.
 */
import { realClock, type Clock } from '../base/clock.ts';
import type { ExitCode } from '../base/errors.ts';
import { upgradeFor } from '../drive/client-settings.ts';
import { Conductor } from '../drive/conductor.ts';
import type { Crew } from '../drive/crew.ts';
import { undoWords } from '../faults/undo-words.ts';
import { FaultSchedule } from '../faults/schedule.ts';
import type { LiveView } from '../record/live-view.ts';
import type { RunRecord } from '../record/run-record.ts';
import { RunWriter } from '../record/write-run.ts';
import type { Threshold } from '../scenario/api.ts';
import { planDrill, type DrillFlags } from '../scenario/drill-plan.ts';
import type { Result } from '../scenario/finding.ts';
import { loadScenario, type LoadedScenario } from '../scenario/load.ts';
import { planRun, type PlanOverrides } from '../scenario/plan.ts';
import { readKernelCountersOf } from '../target/kernel-counters.ts';
import { bareTransport } from '../wire/connection.ts';
import type { Transport } from '../wire/transport.ts';
import { withThresholds } from '../scenario/added-thresholds.ts';
import { withServerSettings } from './bundled-choice.ts';
import { watchAborts } from './abort-watch.ts';
import { conclude } from './conclude.ts';
import type { TransportChoice } from './connect-with.ts';
import { refuseWithoutFaults } from './drill-faults.ts';
import { drillJournal } from './drill-journal.ts';
import { openDrill } from './drill-run.ts';
import { handsOf, leasesOf } from './fault-hands.ts';
import { hireFirst } from './first-worker.ts';
import { noteInterrupt } from './halted.ts';
import { actsOnServer, leaveFaults } from './left-faults.ts';
import { openTarget, type TargetChoice } from './open-target.ts';
import { RunJournal } from './run-journal.ts';
import { undoPlace } from './undo-faults.ts';

export type RunOptions = Partial<TransportChoice> & {
  scenarioFile: string;
  /** Which of its variants; without one the first, or the only run it stands for. */
  variant?: string | null;
  overrides: PlanOverrides;
  target: TargetChoice;
  /** Runs as many as fit of a number of clients that was asked for, instead of refusing (114). */
  fit?: boolean;
  /** Worker processes; undefined lets the machine's limits decide. */
  workers?: number;
  /** Folder of the run; undefined makes one under reports/runs. */
  out?: string;
  /** Runs it as a chaos drill, by these flags. */
  drill?: DrillFlags;
  /** Thresholds beside the scenario's own. */
  thresholds: Record<string, Threshold[]>;
  env: Record<string, string>;
  /** The command as typed, for the record. */
  command: string;
  version: string;
};

export type RunHooks = {
  /** Once a second while the run goes. */
  onLive?(view: LiveView): void;
  /** A line worth saying as it happens: a phase, a fault, an incident, a limit. */
  onNote?(text: string): void;
  /** Aborted by the first Ctrl-C, or with `HALTED` from another terminal: end in good order, now. */
  interrupt?: AbortSignal;
  /** The run has its folder, and its workers load what they need: it can be ended from now on. */
  onBegun?(begun: Begun): void;
};

/** A run in progress, for whoever wants to know or to end it. */
export type Begun = {
  scenario: string;
  dir: string;
  target: string;
  /** ISO 8601, UTC; the first arrival comes a moment later. */
  startedAt: string;
  command: string;
  /** Names of the faults that are on. */
  faultsOn(): string[];
};

export type RunResult = {
  record: RunRecord;
  /** What the scenario's finding may ask of it. */
  result: Result;
  dir: string;
  exitCode: ExitCode;
};

/** After the plan: how long replies and deliveries under way are waited for. */
const DRAIN_MS = 12_000;
/** Time for every worker to hear of the start before the first arrival is due: for each of them, and at most. */
const HEAD_START_US = { each: 15_000, most: 250_000 };

/** Runs a scenario; rejects with `FiredrillError` when it cannot begin. */
export async function runScenario(
  options: RunOptions,
  hooks: RunHooks = {},
  clock: Clock = realClock,
  crew: Crew = hireFirst(),
): Promise<RunResult> {
  try {
    return await runWith(crew, options, hooks, clock);
  } finally {
    crew.kill();
  }
}

async function runWith(crew: Crew, options: RunOptions, hooks: RunHooks, clock: Clock): Promise<RunResult> {
  const file = await loadScenario(options.scenarioFile, options.variant);
  const loaded = withThresholds(file, options.thresholds);
  const wanted = planRun(loaded.scenario, options.overrides);
  const drillPlan = options.drill ? planDrill(loaded.scenario, wanted, options.drill) : null;
  const interrupt = hooks.interrupt ?? new AbortController().signal;
  const { choice, note } = withServerSettings(options.target, loaded.scenario.server);
  if (note !== null) hooks.onNote?.(note);

  let journal: RunJournal | null = null;
  const target = await openTarget(
    {
      choice,
      clients: wanted.atOnce,
      insists: options.overrides.clients !== undefined && options.fit !== true,
      workers: options.workers,
      faults: wanted.faults,
      transport: await transportOf(options.transport),
      upgradeAt: (address) => upgradeFor(address, loaded.scenario.connect ?? {}, wanted.seed, 0),
    },
    clock,
    {
      onServerLine: (line) => hooks.onNote?.(`server: ${line}`),
      onServerExit: (how) => journal?.serverDied(how),
      onReached: (note) => hooks.onNote?.(note),
    },
  );
  const plan =
    target.fit.clients < wanted.atOnce
      ? planRun(loaded.scenario, { ...options.overrides, clients: target.fit.clients })
      : wanted;
  for (const limit of target.fit.limits) {
    hooks.onNote?.(`${limit.limit}: ${limit.asked} clients asked, ${limit.fits} fit; ${limit.hint}`);
  }

  let conductor: Conductor | null = null;
  try {
    if (drillPlan) refuseWithoutFaults(plan.faults, target.ground.leftOut);
    const writer = new RunWriter(options.out ?? defaultFolder(loaded.name, clock));
    const scenario = titleOf(loaded);
    journal = new RunJournal({ clock, plan, scenario, target: target.display, writer, hooks });
    writer.writeReplay({
      seed: plan.seed,
      scenario: options.scenarioFile,
      variant: loaded.variant,
      scenarioSha256: loaded.sha256,
      firedrill: options.version,
      node: process.version,
      command: options.command,
    });
    if (target.ground.lab) {
      crew.enter(target.ground.lab.prefix);
      journal.kernel.include(() => readKernelCountersOf(crew.pids()));
    }
    conductor = new Conductor(clock, journal, crew);
    const faults = plan.faults.filter(({ id }) => !target.ground.leftOut.has(id));
    const leases = leasesOf(target, clock);
    const declared = loaded.scenario.metrics;
    const drill =
      drillPlan &&
      openDrill({ clock, drill: drillPlan, plan: { ...plan, faults }, journal, conductor, declared });
    const hands = handsOf(target, leases, conductor, plan.seed);
    const schedule = new FaultSchedule(clock, faults, hands, journal, drill?.gate);
    drill?.attach(schedule);
    journal.attach(conductor, schedule);
    journal.undoOf = (span) => `by hand: ${undoWords(span, undoPlace(target)).byHand}`;
    watchAborts({ journal, conductor, spans: schedule.spans, plan, declared }, loaded);
    const launched = conductor.launch({
      workers: target.fit.workers,
      scenarioFile: options.scenarioFile,
      variant: loaded.variant,
      clients: plan.clients,
      load: plan.load,
      rampMs: plan.rampMs,
      totalMs: plan.totalMs,
      rate: plan.rate,
      seed: plan.seed,
      env: options.env,
      target: target.address,
      transport: options.transport ?? 'bare',
      ...(options.maxFrameBytes === undefined ? {} : { maxFrameBytes: options.maxFrameBytes }),
      connectsAtOnce: target.connectsAtOnce,
    });
    hooks.onBegun?.({
      scenario,
      dir: writer.dir,
      target: target.display,
      startedAt: new Date(clock.wallMs()).toISOString(),
      command: options.command,
      faultsOn: () => schedule.active().map(({ name }) => name),
    });
    await launched;

    const headStartUs = Math.min(HEAD_START_US.each * (1 + target.fit.workers), HEAD_START_US.most);
    const startUs = clock.nowUs() + headStartUs;
    journal.begin(startUs, clock.wallMs() + headStartUs / 1e3);
    conductor.start(startUs);
    schedule.start(startUs);
    target.observe(startUs, journal);
    await planOver(clock, startUs + plan.totalMs * 1e3, [journal.ended, aborted(interrupt)]);
    noteInterrupt(interrupt, journal);

    drill?.end();
    journal.phase('drain');
    await schedule.end({ leave: drill?.leavesFaults ?? false });
    const note = (text: string): void => journal?.note(text);
    const place = undoPlace(target);
    const left = await leaveFaults(schedule.spans, { clock, startUs, place, leases, note });
    await conductor.stop(journal.isCutShort ? 1_500 : DRAIN_MS);
    await target.stopObserving();
    await conductor.finish();
    drill?.lookAfter(journal.isCutShort);
    const { record, result } = conclude({
      options,
      loaded,
      plan,
      target,
      conductor,
      schedule,
      journal,
      drill: drill && { watch: drill, left },
    });
    writer.writeFile('intervals.hlog', journal.intervals);
    if (drill) writer.writeFile('journal.json', drillJournal(record.summary, drill, schedule.spans, journal));
    writer.writeSummary(record.summary);
    writer.close();
    // A server of ours ends more readily without what was left on.
    if (target.nodes !== null) await schedule.letGo(actsOnServer);
    return { record, result, dir: writer.dir, exitCode: record.summary.exitCode as ExitCode };
  } finally {
    conductor?.kill();
    await target.close();
  }
}

/** The stock client is read only where it is asked for. */
async function transportOf(name: RunOptions['transport']): Promise<Transport> {
  return name === 'ws' ? (await import('../wire/ws-transport.ts')).wsTransport : bareTransport;
}

/** What a run is called on the screen: `blocking-handler trouble`. */
function titleOf({ name, variant }: LoadedScenario): string {
  return variant === null ? name : `${name} ${variant}`;
}

/** Where a run goes that was given no folder. */
export function defaultFolder(scenario: string, clock: Clock): string {
  const time = new Date(clock.wallMs()).toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-');
  return `reports/runs/${time}-${scenario}`;
}

/** Resolves at the plan's end or when something ends it before; leaves no timer behind. */
async function planOver(clock: Clock, endUs: number, sooner: readonly Promise<void>[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const alarm = clock.at(endUs, resolve);
  await Promise.race([promise, ...sooner]);
  alarm.cancel();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
