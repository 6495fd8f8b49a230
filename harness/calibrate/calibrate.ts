/**
 * Measures what the driver can do on this machine and how far two identical
 * runs lie apart, by runs like any other: one worker against the bundled
 * server, which has the other cores.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../base/clock.ts';
import { EXIT, FiredrillError } from '../base/errors.ts';
import type { LiveView } from '../record/live-view.ts';
import type { RunRecord } from '../record/run-record.ts';
import type { WindowLine } from '../record/timeline-line.ts';
import { runScenario } from '../run/run.ts';
import { startBundled, type BundledServer } from '../target/bundled.ts';
import { readMachine } from '../target/machine.ts';
import { machineKey, type Calibration, type Ceiling, type NoiseFloor, type Work } from './calibration.ts';
import { ceilingOf, findCeiling, type WorkSecond } from './find-ceiling.ts';
import { ROOM } from './load.scenario.ts';
import { noiseFloor, type Pair } from './noise-floor.ts';

export type CalibrateOptions = {
  /** Seconds instead of a minute and a half. */
  quick: boolean;
  version: string;
  /** What is being measured, as it begins. */
  onStep(what: string): void;
  interrupt: AbortSignal;
};

type Effort = {
  joins: number;
  durationMs: number;
  pairMs: number;
  pairs: number;
  /** The last rate of the search: pushes, and broadcasts to a room each. */
  pushes: number;
  broadcasts: number;
};

const FULL: Effort = {
  joins: 4_000,
  durationMs: 12_000,
  pairMs: 2_000,
  pairs: 5,
  pushes: 60_000,
  broadcasts: 3_000,
};
const QUICK: Effort = {
  joins: 500,
  durationMs: 4_000,
  pairMs: 1_000,
  pairs: 1,
  pushes: 16_000,
  broadcasts: 600,
};

const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const SCENARIO = fileURLToPath(new URL(`./load.scenario.${EXTENSION}`, import.meta.url));
/** The server gives way, as in any run. */
const NICE = 5;
/** Answers as slow as this mean that the server has had enough: what follows is its queue, not our speed. */
const SLOW_MS = 500;

/** Calibrates; `FiredrillError` 105 when it was interrupted, 113 when nothing could be measured. */
export async function calibrate(options: CalibrateOptions, clock: Clock): Promise<Calibration> {
  const effort = options.quick ? QUICK : FULL;
  const machine = readMachine();
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-calibrate-'));
  const server = await startBundled({ clock, nodes: 1, port: 0, controlPort: 0, nice: NICE });
  const bench = new Bench(options, clock, server, folder);
  try {
    options.onStep('joins');
    const joins = joinCeiling(await bench.joins(effort), machine.cores);
    options.onStep('pushes');
    const pushes = needed(findCeiling((await bench.search('pushes', effort)).map(toPushes), machine.cores));
    options.onStep('deliveries');
    const toDeliveries = deliveriesBeside(pushes.cpuUs);
    const deliveries = needed(
      findCeiling((await bench.search('deliveries', effort)).map(toDeliveries), machine.cores),
    );
    const runs: RunRecord[] = [];
    for (let run = 0; run < 2 * effort.pairs; run++) {
      options.onStep(`pair ${(run >> 1) + 1} of ${effort.pairs}, ${run % 2 === 0 ? 'first' : 'second'} run`);
      runs.push(await bench.run('pairs', { clients: 400, durationMs: effort.pairMs, rampMs: 500 }));
    }
    return {
      machine: machineKey(machine.cpuModel, machine.cores, options.version),
      measuredAt: new Date(clock.wallMs()).toISOString(),
      quick: options.quick,
      sink: 'the bundled server, one node on the same machine',
      ceilings: { joins, pushes, deliveries },
      pairs: effort.pairs,
      noise: noiseOf(runs),
    };
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Size = { clients: number; durationMs: number; rampMs: number; rate?: number };

/** Runs the scenario of the calibration in one worker against one server. */
class Bench {
  readonly #options: CalibrateOptions;
  readonly #clock: Clock;
  readonly #server: BundledServer;
  readonly #folder: string;
  #runs = 0;

  constructor(options: CalibrateOptions, clock: Clock, server: BundledServer, folder: string) {
    this.#options = options;
    this.#clock = clock;
    this.#server = server;
    this.#folder = folder;
  }

  async joins({ joins }: Effort): Promise<readonly WindowLine[]> {
    return (await this.run('joins', { clients: joins, durationMs: 2_000, rampMs: 100 })).windows;
  }

  /** More and more of it, until the driver is late or the server slow. */
  async search(work: Exclude<Work, 'joins'>, effort: Effort): Promise<readonly WindowLine[]> {
    const enough = new AbortController();
    const rate = work === 'pushes' ? effort.pushes : effort.broadcasts;
    let inARow = 0;
    const size = { clients: 4 * ROOM, durationMs: effort.durationMs, rampMs: 1_000, rate };
    const { windows } = await this.run(work, size, enough, (view) => {
      inARow = view.driver.saturated || (view.push?.p99 ?? 0) > SLOW_MS ? inARow + 1 : 0;
      if (inARow > 1) enough.abort();
    });
    // What drains after the plan is not asked for any more.
    return windows.filter((line) => line.atMs >= 1_000 && line.atMs + 1_000 <= effort.durationMs);
  }

  async run(
    work: Work | 'pairs',
    { clients, durationMs, rampMs, rate }: Size,
    enough = new AbortController(),
    onLive: (view: LiveView) => void = () => {},
  ): Promise<RunRecord> {
    const { interrupt, version } = this.#options;
    const { record } = await runScenario(
      {
        scenarioFile: SCENARIO,
        overrides: { seed: 7, clients, durationMs, rampMs, ...(rate === undefined ? {} : { rate }) },
        target: { kind: 'url', url: this.#server.url, allowTargets: [], control: this.#server.control },
        workers: 1,
        out: join(this.#folder, String(this.#runs++)),
        thresholds: {},
        env: { WORK: work },
        command: 'firedrill calibrate',
        version,
      },
      { onLive, interrupt: AbortSignal.any([interrupt, enough.signal]) },
      this.#clock,
    );
    if (interrupt.aborted) {
      throw new FiredrillError(EXIT.signal, [
        { code: 'interrupted', path: 'firedrill calibrate', got: 'a signal', wanted: 'a minute and a half' },
      ]);
    }
    return record;
  }
}

function toPushes(line: WindowLine): WorkSecond {
  const { latenessP99Ms, cpu } = line.driver;
  return { done: line.push?.count ?? 0, due: line.offered, cpuUs: cpu * 1e6, latenessP99Ms };
}

/** Each broadcast is a push too, whose CPU is known by now. */
function deliveriesBeside(pushUs: number): (line: WindowLine) => WorkSecond {
  return (line) => {
    const { latenessP99Ms, cpu } = line.driver;
    const cpuUs = Math.max(0, cpu * 1e6 - line.sent * pushUs);
    return { done: line.deliveries, due: line.offered * ROOM, cpuUs, latenessP99Ms };
  };
}

/** All of them are due at once, so the seconds until the last was in are one. */
function joinCeiling(windows: readonly WindowLine[], cores: number): Ceiling {
  const busy = windows.filter(({ joins }) => joins > 0);
  const joins = busy.reduce((sum, line) => sum + line.joins, 0);
  const cpuUs = busy.reduce((sum, line) => sum + line.driver.cpu * 1e6, 0);
  const reached = Math.max(0, ...busy.map((line) => line.joins));
  return needed(joins === 0 || cpuUs === 0 ? null : ceilingOf(cpuUs / joins, cores, reached, 'plan'));
}

function needed(ceiling: Ceiling | null): Ceiling {
  if (ceiling) return ceiling;
  const wanted = 'a second in which anything was answered: end what else runs on this machine';
  throw new FiredrillError(EXIT.inconclusive, [
    { code: 'nothing-measured', path: 'firedrill calibrate', got: 'no such second', wanted },
  ]);
}

function noiseOf(runs: readonly RunRecord[]): NoiseFloor[] {
  const floors: NoiseFloor[] = [];
  for (const metric of ['push_duration', 'broadcast_latency'] as const) {
    for (const statistic of ['p50', 'p99'] as const) {
      const figures = runs.map((run) => figureOf(run, metric, statistic));
      const pairs = figures.flatMap((first, run): Pair[] =>
        run % 2 === 0 ? [[first, figures[run + 1] ?? 0]] : [],
      );
      const floor = noiseFloor(metric, statistic, pairs);
      if (floor) floors.push(floor);
    }
  }
  return floors;
}

function figureOf({ summary }: RunRecord, metric: string, statistic: 'p50' | 'p99'): number {
  const trend = summary.metrics[metric];
  if (!trend || !('med' in trend)) return 0;
  return statistic === 'p50' ? trend.med : trend.p99;
}
