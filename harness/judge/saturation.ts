/**
 * Was it us? What the driver and its machine show of strain, each beside its
 * limit. Past a limit that decides, a figure speaks of the driver as much as of
 * the server, and the run is inconclusive.
 *
 *   lateness, lag, drops ── decide by themselves: they are in the figures
 *   CPU, garbage collector ── explain; they decide where lateness or lag is half-way to its limit
 */
import { formatCount, formatFigure, formatMs, formatShare } from '../base/units.ts';
import type { SaturationSign } from '../record/run-record.ts';

export const SATURATION_LIMITS = {
  /** p99 of due to sent: a twentieth of the second in which people begin to call an answer slow. */
  latenessMs: 50,
  /**
   * p99 of the workers' event loops. Twice that of sends: it is measured while nothing is sent too,
   * and a broadcast that arrives at all clients of a worker at once takes some tens of milliseconds.
   */
  loopLagMs: 100,
  /** Cores of one worker. JavaScript has one, and a worker that uses it all has no time left to be on time. */
  workerCpu: 0.95,
  /** Share of the workers' time that the garbage collector took. Idle it is under 1 %, in a steep ramp 5 %. */
  gcShare: 0.1,
  /** Share of the connects whose SYN was sent again: each adds a second that is not the server's. */
  synShare: 0.01,
  /** Fewer than so many may be another program's; the kernel counts for all of them together. */
  synLeast: 20,
  /** How full the firewall's table may be: a full one drops SYNs without a word. */
  conntrackShare: 0.95,
} as const;

/** What a run showed of its own strain. */
export type Symptoms = {
  latenessP99Ms: number;
  /** Seconds in which it was over the limit. */
  lateSeconds: number;
  loopLagP99Ms: number;
  gc: { pauses: number; longestMs: number; share: number };
  workers: number;
  cores: number;
  /** Cores of the busiest worker over its busiest ten seconds. */
  busiestWorkerCpu: number;
  /** Cores of all workers and of the bundled server in the seconds that were late, else the most of any ten; null when not known. */
  driverCpu: number;
  serverCpu: number | null;
  /** Connections begun. */
  connects: number;
  /** Over the run, of all programs; null where the kernel does not tell. */
  kernel: { synRetransmits: number; listenDrops: number } | null;
  conntrack: { most: number; max: number } | null;
  /** True when the target listens on this machine: its full queues are the machine's then, not the network's. */
  isLocal: boolean;
};

/** Every sign with its limit, those that were read. */
export function findSigns(symptoms: Symptoms): SaturationSign[] {
  const { latenessP99Ms, loopLagP99Ms, kernel, conntrack } = symptoms;
  const limits = SATURATION_LIMITS;
  const isStrained = latenessP99Ms > limits.latenessMs / 2 || loopLagP99Ms > limits.loopLagMs / 2;
  const signs: SaturationSign[] = [
    sign('send_lateness', latenessP99Ms, limits.latenessMs, 'ms', true, () => lateness(symptoms)),
    sign('loop_lag', loopLagP99Ms, limits.loopLagMs, 'ms', true, () => lag(symptoms)),
    sign('worker_cpu', symptoms.busiestWorkerCpu, limits.workerCpu, 'cores', isStrained, () => cpu(symptoms)),
    sign('gc_pause', symptoms.gc.share, limits.gcShare, 'share', isStrained, () => garbage(symptoms)),
  ];
  if (kernel) {
    const most = Math.max(limits.synLeast, Math.ceil(symptoms.connects * limits.synShare));
    const words = (): string => kernelWords(symptoms, kernel, most);
    signs.push(sign('syn_retransmits', kernel.synRetransmits, most, 'count', symptoms.isLocal, words));
    signs.push(sign('listen_drops', kernel.listenDrops, most, 'count', symptoms.isLocal, words));
  }
  if (conntrack && conntrack.max > 0) {
    const share = conntrack.most / conntrack.max;
    signs.push(
      sign('conntrack', share, limits.conntrackShare, 'share', true, () => tableWords(share, conntrack.max)),
    );
  }
  return signs;
}

/** The signs that keep the figures from being believed. */
export function decisiveSigns(signs: readonly SaturationSign[]): SaturationSign[] {
  return signs.filter((one) => one.isOver && one.decides);
}

function sign(
  name: SaturationSign['name'],
  value: number,
  limit: number,
  unit: SaturationSign['unit'],
  decides: boolean,
  words: () => string,
): SaturationSign {
  const isOver = value > limit;
  return { name, value, limit, unit, isOver, decides, words: isOver ? words() : '' };
}

function lateness(symptoms: Symptoms): string {
  const figures = `sends were ${formatMs(symptoms.latenessP99Ms)} late at p99, limit ${formatMs(SATURATION_LIMITS.latenessMs)}`;
  return `${figures}, over it in ${formatCount(symptoms.lateSeconds)} s of the run; ${advice(symptoms)}`;
}

function lag(symptoms: Symptoms): string {
  const figures = `the load workers came to their work ${formatMs(symptoms.loopLagP99Ms)} late at p99`;
  return `${figures}, limit ${formatMs(SATURATION_LIMITS.loopLagMs)}; ${advice(symptoms)}`;
}

function cpu(symptoms: Symptoms): string {
  const figures = `the busiest load worker used ${formatFigure(symptoms.busiestWorkerCpu)} of the one core it can use`;
  return `${figures}, limit ${formatFigure(SATURATION_LIMITS.workerCpu)}; ${advice(symptoms)}`;
}

function garbage({ gc, workers }: Symptoms): string {
  const figures = `the garbage collector took ${formatShare(gc.share)} of the load workers' time`;
  const most = `limit ${formatShare(SATURATION_LIMITS.gcShare)}, its longest pause ${formatMs(gc.longestMs)}`;
  return `${figures}, ${most}; fewer clients in each worker: --workers ${workers * 2}`;
}

/** What to do, by what the cores were doing. */
function advice({ busiestWorkerCpu, workers, cores, driverCpu, serverCpu }: Symptoms): string {
  const used = driverCpu + (serverCpu ?? 0);
  if (used >= cores * 0.9) {
    const by =
      serverCpu === null
        ? `the workers used ${formatFigure(driverCpu)}`
        : `the workers used ${formatFigure(driverCpu)}, the server ${formatFigure(serverCpu)}`;
    const elsewhere = serverCpu === null ? '' : ', or the server on another machine';
    return `the machine was full (${by} of ${formatCount(cores)} cores): fewer --clients, a lower --rate${elsewhere}`;
  }
  if (busiestWorkerCpu >= SATURATION_LIMITS.workerCpu && workers < cores) {
    return `one worker was full while other cores were free: --workers ${formatCount(Math.min(cores, workers * 2))}`;
  }
  return `the workers used ${formatFigure(driverCpu)} of ${formatCount(cores)} cores, so something else held them up: end what else runs here`;
}

function kernelWords(
  { connects, isLocal }: Symptoms,
  { synRetransmits, listenDrops }: { synRetransmits: number; listenDrops: number },
  limit: number,
): string {
  const figures = `${formatCount(synRetransmits)} SYNs were sent again and ${formatCount(listenDrops)} dropped by full listen queues in ${formatCount(connects)} connects, limit ${formatCount(limit)}`;
  const meaning = 'each adds a second or more to a connect; other programs of this machine count too';
  const todo = isLocal
    ? 'a longer --ramp, or sudo sysctl -w net.core.somaxconn=16384'
    : "the target's listen queue or the network lost them: a longer --ramp, or look there";
  return `${figures} (${meaning}): ${todo}`;
}

function tableWords(share: number, max: number): string {
  const full = `the firewall's connection table was ${formatShare(share)} full, limit ${formatShare(SATURATION_LIMITS.conntrackShare)}`;
  return `${full}; a full one drops connects without a word: sudo sysctl -w net.netfilter.nf_conntrack_max=${max * 2}`;
}
