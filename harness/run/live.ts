/** What the terminal is shown while a run goes, kept up to date window by window. */
import type { FaultSpan } from '../faults/schedule.ts';
import type { LiveView } from '../record/live-view.ts';
import type { BroadcastLine, WindowLine } from '../record/timeline-line.ts';
import { stepText } from '../scenario/ramp.ts';

const HISTORY = 20;

export class LiveState {
  readonly #scenario: string;
  readonly #target: string;
  readonly #planned: number;
  readonly #totalMs: number;
  #line: WindowLine | null = null;
  #drops = 0;
  #pushTimeouts = 0;
  #missing = 0;
  #broadcast: LiveView['broadcast'] = null;
  readonly #history: LiveView['history'] = { pushP99: [], broadcastLast: [], mailboxSum: [] };

  constructor(scenario: string, target: string, planned: number, totalMs: number) {
    this.#scenario = scenario;
    this.#target = target;
    this.#planned = planned;
    this.#totalMs = totalMs;
  }

  /** Takes the newest second; `missing` is what broadcasts older than a few seconds still lack. */
  addWindow(line: WindowLine, missing: number): void {
    this.#line = line;
    this.#drops += line.drops;
    this.#pushTimeouts += line.timeouts['push'] ?? 0;
    this.#missing = missing;
    keep(this.#history.pushP99, line.push?.p99 ?? 0);
    keep(this.#history.mailboxSum, line.mailbox?.sum ?? 0);
  }

  /** Takes a settled broadcast; the widest audience is the one worth showing. */
  addBroadcast(line: BroadcastLine): void {
    if (line.lastMs === null || line.received < (this.#broadcast?.receivers ?? 0) / 2) return;
    this.#broadcast = { receivers: line.received, lastMs: line.lastMs };
    keep(this.#history.broadcastLast, line.lastMs);
  }

  /** `on` is the fault that went on first of those that are on. */
  view(elapsedMs: number, phase: string, on: FaultSpan | null, saturated: boolean): LiveView {
    const line = this.#line;
    const worst = line?.mailbox?.top[0];
    return {
      scenario: this.#scenario,
      target: this.#target,
      elapsedMs,
      totalMs: this.#totalMs,
      phase,
      clients: { joined: line?.clients.joined ?? 0, planned: this.#planned },
      joinsPerSecond: line?.joins ?? 0,
      drops: this.#drops,
      fault: on && faultOf(on, elapsedMs),
      push: line?.push ? { p50: line.push.p50, p99: line.push.p99 } : null,
      pushTimeouts: this.#pushTimeouts,
      sentPerSecond: line?.sent ?? 0,
      plannedPerSecond: line?.offered ?? 0,
      broadcast: this.#broadcast,
      missing: this.#missing,
      server: line?.server
        ? {
            cpu: line.server.cpu,
            mailboxSum: line.mailbox?.sum ?? 0,
            oldestWaitMs: line.mailbox?.oldestWaitMs ?? 0,
            worst: worst ? { topic: worst.topic ?? worst.kind, len: worst.len } : null,
          }
        : null,
      driver: { latenessP99Ms: line?.driver.latenessP99Ms ?? 0, saturated },
      history: this.#history,
    };
  }
}

/** Its name, and of one that rises how far it has: `slow joins 40 %`. */
function faultOf({ fault, steps = [] }: FaultSpan, elapsedMs: number): LiveView['fault'] {
  const { name, ramp, atMs, forMs } = fault;
  const step = steps.at(-1);
  const text = ramp === undefined || step === undefined ? name : `${name} ${stepText(ramp, step.value)}`;
  return { name: text, leftMs: Math.max(0, atMs + forMs - elapsedMs) };
}

function keep(series: number[], value: number): void {
  series.push(value);
  if (series.length > HISTORY) series.shift();
}
