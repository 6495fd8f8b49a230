/**
 * Everything that happens in a run, as it happens: windows are merged into the
 * totals and the timeline, broadcasts settle, faults and incidents leave marks.
 */
import type { Clock } from '../base/clock.ts';
import type { CauseCount } from '../base/timeout-causes.ts';
import { formatCount } from '../base/units.ts';
import type { Conductor, ConductorListener } from '../drive/conductor.ts';
import type { Gauges } from '../drive/gauges.ts';
import type { FaultNews, FaultSchedule, FaultSpan, ScheduleListener } from '../faults/schedule.ts';
import { SATURATION_LIMITS } from '../judge/saturation.ts';
import { IntervalLog } from '../measure/interval-log.ts';
import { RunTotals } from '../measure/run-totals.ts';
import { trendsOf, type MergedWindow } from '../measure/merge.ts';
import type { ObserverListener, ObserverReading } from '../observe/observer-client.ts';
import type { BroadcastLine, MarkLine, WindowLine } from '../record/timeline-line.ts';
import type { RunWriter } from '../record/write-run.ts';
import type { RunPlan } from '../scenario/plan.ts';
import { stepName } from './fault-extent.ts';
import { CauseBook } from './cause-book.ts';
import { KernelWatch } from './kernel-watch.ts';
import { LiveState } from './live.ts';
import type { RunHooks } from './run.ts';
import { ServerEvents } from './server-events.ts';
import { toBroadcastLine, toWindowLine, type ServerReading } from './timeline.ts';

type Setting = {
  clock: Clock;
  plan: RunPlan;
  scenario: string;
  target: string;
  writer: RunWriter;
  hooks: RunHooks;
};

export class RunJournal implements ConductorListener, ScheduleListener, ObserverListener {
  readonly totals = new RunTotals();
  readonly causes = new CauseBook(this.totals);
  readonly windows: WindowLine[] = [];
  readonly broadcasts: BroadcastLine[] = [];
  readonly marks: MarkLine[] = [];
  readonly incidents: { atMs: number; what: string }[] = [];
  readonly deadNodes = new Set<string>();
  readonly kernel = new KernelWatch();
  readonly serverEvents = new ServerEvents();
  lostWorkers = 0;
  scenarioThrew: { message: string; stack: string } | null = null;
  isInterrupted = false;
  /** Why an abort condition, somebody at another terminal, or the drill itself ended the run. */
  stopped: { by: 'condition' | 'halt' | 'drill'; why: string } | null = null;
  /** How a fault is taken off by hand, for those that cannot be lifted. */
  undoOf: ((span: FaultSpan) => string) | null = null;
  /** Told of each second when it is merged and written; its end, from the first arrival. */
  readonly onSecond: ((untilMs: number) => void)[] = [];
  startUs = 0;
  startedWallMs = 0;
  mostWorkerRssBytes = 0;
  /** Resolves when the run has a reason to end before its time. */
  readonly ended: Promise<void>;
  readonly #end: () => void;
  readonly #setting: Setting;
  readonly #live: LiveState;
  #conductor: Conductor | null = null;
  #schedule: FaultSchedule | null = null;
  #hlog = '';
  #log: IntervalLog | null = null;
  #reading: ServerReading = {};
  #phase = 'ramp';
  /** How the bundled server ended, when it did before the run. */
  serverGone: string | null = null;

  constructor(setting: Setting) {
    this.#setting = setting;
    const { plan, scenario, target } = setting;
    this.#live = new LiveState(scenario, target, plan.clients, plan.totalMs);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
  }

  attach(conductor: Conductor, schedule: FaultSchedule): void {
    this.#conductor = conductor;
    this.#schedule = schedule;
  }

  begin(startUs: number, startedWallMs: number): void {
    this.startUs = startUs;
    this.startedWallMs = startedWallMs;
    this.#log = new IntervalLog((text) => (this.#hlog += text), startedWallMs);
    this.kernel.begin();
    this.phase('ramp');
  }

  /** True when the run ends before its plan. */
  get isCutShort(): boolean {
    const { isInterrupted, stopped, scenarioThrew, serverGone } = this;
    return isInterrupted || stopped !== null || scenarioThrew !== null || serverGone !== null;
  }

  phase(name: string): void {
    this.#phase = name;
    this.#mark({ mark: 'phase', name });
  }

  interrupted(): void {
    this.isInterrupted = true;
    this.#mark({ mark: 'interrupted', name: 'interrupted by a signal' });
    this.#setting.hooks.onNote?.(
      'interrupted: lifting faults and writing the report; once more ends it at once',
    );
  }

  /** Ends the run in good order before its time; the first reason to is the one it has. */
  stop(by: 'condition' | 'halt' | 'drill', why: string): void {
    if (this.isCutShort || this.#phase === 'drain') return;
    this.stopped = { by, why };
    this.#mark({ mark: 'interrupted', name: why });
    this.#setting.hooks.onNote?.(`stopped: ${why}: lifting faults and writing the report`);
    this.#end();
  }

  /** The steady state of a drill was seen not to hold, at that moment for the first time. */
  deviated(words: string, atMs: number): void {
    this.#mark({ mark: 'deviated', name: words }, atMs);
    this.#setting.hooks.onNote?.(words);
  }

  onWindow(merged: MergedWindow, gauges: Gauges, workers: number): void {
    const { plan, writer, hooks } = this.#setting;
    this.totals.add(merged);
    for (const [name, histogram] of trendsOf(merged)) {
      this.#log?.interval(name, histogram, merged.window, merged.window + 1);
    }
    this.mostWorkerRssBytes = Math.max(this.mostWorkerRssBytes, gauges.rssBytes);
    const line = toWindowLine(merged, gauges, workers, this.#reading);
    this.#reading = {};
    if (line.server) Object.assign(line.server, this.serverEvents.take());
    this.#addOwnLoad(line, merged);
    this.windows.push(line);
    writer.append(line);
    this.#settleBroadcasts();
    if (this.#phase === 'ramp' && line.atMs + 1_000 >= plan.rampMs) this.phase('hold');
    this.#live.addWindow(line, this.#missing());
    const { latenessMs, loopLagMs } = SATURATION_LIMITS;
    const saturated = line.driver.latenessP99Ms > latenessMs || line.driver.loopLagP99Ms > loopLagMs;
    const [first] = this.#schedule?.active() ?? [];
    const on = this.#schedule?.spans.find(({ fault }) => fault === first) ?? null;
    hooks.onLive?.(this.#live.view(line.atMs + 1_000, this.#phase, on, saturated));
    for (const told of this.onSecond) told(line.atMs + 1_000);
  }

  /** What this second cost us, and what the kernel counted in it. */
  #addOwnLoad(line: WindowLine, merged: MergedWindow): void {
    line.driver.busiestCpu = (this.#conductor?.busiestCpuUs() ?? 0) / 1e6;
    line.driver.gcMs = (merged.trends.gc_pause?.sum ?? 0) / 1e3;
    const counted = this.kernel.take();
    if (counted) line.kernel = counted;
  }

  #settleBroadcasts(): void {
    const conductor = this.#conductor;
    if (!conductor) return;
    for (const result of conductor.broadcasts.takeSettled(conductor.liveWorkers())) {
      this.#addBroadcast(toBroadcastLine(result, this.startUs));
    }
  }

  /** Takes the broadcasts that some receiver still misses at the end. */
  closeBroadcasts(): void {
    for (const result of this.#conductor?.broadcasts.takeRest() ?? []) {
      this.#addBroadcast(toBroadcastLine(result, this.startUs));
    }
    this.broadcasts.sort((a, b) => a.atMs - b.atMs);
  }

  onCauses(settled: readonly CauseCount[]): void {
    this.#setting.writer.append(...this.causes.add(settled));
  }

  /** The timeouts whose cause died with a worker. */
  closeCauses(): void {
    if (this.lostWorkers > 0) this.#setting.writer.append(...this.causes.addLost());
  }

  #addBroadcast(line: BroadcastLine): void {
    const at = this.broadcasts.findIndex(
      (known) =>
        known.sequence === line.sequence && known.publisher === line.publisher && known.topic === line.topic,
    );
    // A double that arrived after it had settled changes the line, not the count of lines.
    if (at >= 0) this.broadcasts[at] = line;
    else this.broadcasts.push(line);
    this.#setting.writer.append(line);
    this.#live.addBroadcast(line);
  }

  #missing(): number {
    const limitUs = this.#setting.clock.nowUs() - 5e6;
    let missing = 0;
    for (const result of this.#conductor?.broadcasts.open() ?? []) {
      if (result.dueUs < limitUs) missing += result.missing;
    }
    return missing;
  }

  onReading({ mailbox, server, tables, events }: ObserverReading): void {
    this.serverEvents.add(events);
    const etsBytes = tables.reduce((sum, table) => sum + table.bytes, 0);
    this.#reading = { mailbox, server: { ...server, etsBytes } };
  }

  onNodeDead(name: string): void {
    if (this.deadNodes.has(name)) return;
    this.deadNodes.add(name);
    this.incident(`server node ${name} died; its connections are lost`);
  }

  onWorkerLost(worker: number, clients: number, how: string): void {
    this.lostWorkers += 1;
    this.incident(`worker ${worker} ended (${how}); its ${formatCount(clients)} clients are lost`);
  }

  onTagsFolded(name: string): void {
    this.incident(
      `tag ${name} has more values than are kept apart; the rest counts as {${name}:other values}`,
    );
  }

  onSilence(fault: string, answered: number, asked: number): void {
    this.incident(`${fault} may not be on everywhere: only ${answered} of ${asked} workers answered`);
  }

  onScenarioThrew(message: string, stack: string, client: number | null): void {
    if (this.scenarioThrew) return;
    this.scenarioThrew = { message, stack };
    this.incident(`the scenario threw in client ${client ?? 'none'}: ${message}`);
    this.#end();
  }

  serverDied(how: string): void {
    this.serverGone = how;
    this.incident(`the server ended: ${how}`);
    this.#end();
  }

  onFault(span: FaultSpan, what: FaultNews): void {
    const { id, name } = span.fault;
    if (what === 'on') this.#mark({ mark: 'fault-on', name, fault: id });
    else if (what === 'raised') this.#mark({ mark: 'fault-share', name: stepName(span), fault: id });
    else if (what === 'off') this.#mark({ mark: 'fault-off', name, fault: id });
    else if (what === 'not-raised') this.incident(`${name} could not rise ${span.shortfall}`);
    else if (what === 'not-injected') this.incident(`${name} could not be injected: ${span.failure}`);
    else this.incident(`${name} could not be lifted: ${span.failure}`);
    if (what === 'on' || what === 'off') this.#setting.hooks.onNote?.(`${name} ${what}`);
    if (what === 'not-lifted' && span.liftedAtMs === null && this.undoOf) this.note(this.undoOf(span));
    else if (what === 'raised') this.#setting.hooks.onNote?.(stepName(span));
  }

  incident(what: string): void {
    const atMs = this.#nowMs();
    this.incidents.push({ atMs, what });
    this.#mark({ mark: 'incident', name: what });
    this.#setting.hooks.onNote?.(what);
  }

  /** Says something that is no event of the run. */
  note(text: string): void {
    this.#setting.hooks.onNote?.(text);
  }

  /** The HdrHistogram log so far. */
  get intervals(): string {
    return this.#hlog;
  }

  #mark(mark: Omit<MarkLine, 'type' | 'atMs'>, atMs = this.#nowMs()): void {
    const line: MarkLine = { type: 'mark', atMs, ...mark };
    this.marks.push(line);
    this.#setting.writer.append(line);
  }

  #nowMs(): number {
    if (this.startUs === 0) return 0;
    return Math.max(0, Math.round((this.#setting.clock.nowUs() - this.startUs) / 1e3));
  }
}
