/**
 * How many clients this machine can hold, in how many processes. Limits of the
 * machine look like failures of the server, so they are found before the run.
 */
import { formatCount } from '../base/units.ts';
import type { BindingLimit } from '../record/run-record.ts';
import { descriptorHint, portHint } from './limit-hints.ts';

export type FitInput = {
  /** Asked for. */
  clients: number;
  /** Whether the bundled server runs on this machine too. */
  withServer: boolean;
  /** Decides the commands of the hints; Linux when absent. */
  platform?: NodeJS.Platform;
  /** Hard limit of open files for one process. */
  descriptorsPerProcess: number;
  /** Available now. */
  memoryBytes: number;
  /** Local ports for outgoing connections, for each source address. */
  ephemeralPorts: number;
  /** Local addresses connections can start from: 1, or many of 127.0.0.0/8. */
  sourceAddresses: number;
  cores: number;
  /** Free entries of the firewall's connection table; null when it tracks nothing. */
  conntrackFree?: number | null;
  /** Files all processes together may still open; null where there is no such limit. */
  openFilesFree?: number | null;
  /** Descriptors one user may watch; null where there is no such limit. */
  epollWatches?: number | null;
  /** So many processes of a kind were asked for in so many words; else as many as it takes. */
  asked?: { workers?: number | undefined; nodes?: number | undefined };
};

export type Fit = {
  /** As many of those asked for as fit. */
  clients: number;
  workers: number;
  /** Node processes of the bundled server; 0 without it. */
  nodes: number;
  /** What made it fewer, the tightest first. */
  limits: BindingLimit[];
};

export type LimitKind =
  | 'descriptors'
  | 'workers'
  | 'nodes'
  | 'memory'
  | 'ports'
  | 'conntrack'
  | 'open-files'
  | 'epoll';

/** One limit of the machine: with `holds` clients it is reached. */
export type MachineLimit = {
  kind: LimitKind;
  /** In words, with its figure. */
  limit: string;
  /** Clients it allows, at most `BEYOND_ASKING`. */
  holds: number;
  /** The command that lifts it far enough for those asked for. */
  hint: string;
};

/** No limit is looked for beyond this many clients. */
export const BEYOND_ASKING = 10_000_000;

/** Processes of one kind at most: beyond them their own memory and their turns on the cores cost more than they bring. */
const MOST_PROCESSES = 64;
/** Files a process has open beside its clients. */
const DESCRIPTOR_RESERVE = 500;
/** The kernel deals connections to reusePort listeners by hash, so some get more than their share. */
const BALANCE_HEADROOM = 0.9;
/** Half of what a joined pair on loopback takes in the kernel's slabs. */
const KERNEL_BYTES_PER_SOCKET = 5_350;
/** An idle client on one topic takes 4.4 KB of the driver, one of the flagship under load twice that. */
const DRIVER_BYTES_PER_CLIENT = 9_500 + KERNEL_BYTES_PER_SOCKET;
/** 4.3 KB idle, likewise. */
const SERVER_BYTES_PER_CLIENT = 9_000 + KERNEL_BYTES_PER_SOCKET;
/** A Node process with our code in it takes 45 to 60 MB. */
const BASE_BYTES_PER_PROCESS = 60_000_000;
const MEMORY_SHARE = 0.8;
/** A connection table that is full drops SYNs without a word. */
const CONNTRACK_SHARE = 0.9;
/** Up to here one process of each kind is enough. */
const SMALL_RUN = 2_000;
/** Beyond this a client more costs its neighbours latency, where there are cores for another process. */
const COMFORTABLE_CLIENTS = 10_000;

/** The largest run of at most `clients` that fits, and every limit that made it smaller. */
export function fitRun(input: FitInput): Fit {
  const limits = limitsOf(input)
    .filter(({ holds }) => holds < input.clients)
    .map(({ limit, holds, hint }): BindingLimit => ({ limit, asked: input.clients, fits: holds, hint }));
  const clients = limits[0]?.fits ?? input.clients;
  const processes = processesFor(clients, input);
  return { clients, workers: processes, nodes: input.withServer ? processes : 0, limits };
}

/** Every limit of the machine, the tightest first, whether or not it binds. */
export function limitsOf(input: FitInput): MachineLimit[] {
  const limits = [
    descriptorLimit(input),
    askedLimit(input, 'workers'),
    input.withServer ? askedLimit(input, 'nodes') : null,
    memoryLimit(input),
    portLimit(input),
    conntrackLimit(input),
    openFilesLimit(input),
    epollLimit(input),
  ];
  return limits.filter((limit) => limit !== null).toSorted((a, b) => a.holds - b.holds);
}

/** Connections one process can hold. */
function perProcess({ descriptorsPerProcess }: FitInput): number {
  const reserve = Math.min(DESCRIPTOR_RESERVE, descriptorsPerProcess / 2);
  return Math.max(1, Math.floor((descriptorsPerProcess - reserve) * BALANCE_HEADROOM));
}

/** What as many processes as were asked for can hold, where that was not left to us. */
function askedLimit(input: FitInput, kind: 'workers' | 'nodes'): MachineLimit | null {
  const processes = input.asked?.[kind];
  if (processes === undefined) return null;
  // One of them takes all: nothing is dealt.
  const each = Math.floor(perProcess(input) / (processes === 1 ? BALANCE_HEADROOM : 1));
  const limit = `open files per process (${formatCount(input.descriptorsPerProcess)}), in ${formatCount(processes)} of --${kind}`;
  const hint = `--${kind} ${Math.ceil(input.clients / perProcess(input))}`;
  return { kind, limit, holds: Math.min(BEYOND_ASKING, each * processes), hint };
}

/** Processes of each kind: as many as descriptors need, more where cores are free for them. */
function processesFor(clients: number, input: FitInput): number {
  const needed = Math.ceil(clients / perProcess(input));
  if (clients <= SMALL_RUN) return Math.max(1, needed);
  const coresEach = Math.floor(input.cores / (input.withServer ? 2 : 1));
  const comfortable = Math.min(coresEach, Math.ceil(clients / COMFORTABLE_CLIENTS));
  return Math.max(2, needed, comfortable);
}

function descriptorLimit(input: FitInput): MachineLimit {
  const wanted = Math.ceil(input.clients / MOST_PROCESSES / BALANCE_HEADROOM) + DESCRIPTOR_RESERVE;
  return {
    kind: 'descriptors',
    limit: `open files per process (${formatCount(input.descriptorsPerProcess)}), in at most ${MOST_PROCESSES} processes`,
    holds: Math.min(BEYOND_ASKING, perProcess(input) * MOST_PROCESSES),
    hint: descriptorHint(input.platform, wanted),
  };
}

function memoryLimit(input: FitInput): MachineLimit {
  const budget = input.memoryBytes * MEMORY_SHARE;
  // The largest number that fits: whole processes make the need a staircase, which is searched rather than solved.
  let fits = 0;
  let beyond = BEYOND_ASKING + 1;
  while (beyond - fits > 1) {
    const middle = Math.floor((fits + beyond) / 2);
    if (memoryFor(middle, input) <= budget) fits = middle;
    else beyond = middle;
  }
  const missing = Math.max(0, memoryFor(input.clients, input) - budget) / MEMORY_SHARE;
  return {
    kind: 'memory',
    limit: `available memory (${gigabytes(input.memoryBytes)} GB, of which 80 % are used)`,
    holds: fits,
    hint: `free ${gigabytes(missing)} GB more, or --clients ${fits}`,
  };
}

/** Bytes a run of so many clients takes, the kernel's for its sockets included. */
export function memoryFor(clients: number, input: FitInput): number {
  const kinds = input.withServer ? 2 : 1;
  const perClient = DRIVER_BYTES_PER_CLIENT + (input.withServer ? SERVER_BYTES_PER_CLIENT : 0);
  return clients * perClient + kinds * processesFor(clients, input) * BASE_BYTES_PER_PROCESS;
}

function portLimit(input: FitInput): MachineLimit {
  const { clients, ephemeralPorts, sourceAddresses, platform, withServer } = input;
  const addresses =
    sourceAddresses === 1 ? 'one address' : `each of ${formatCount(sourceAddresses)} addresses`;
  return {
    kind: 'ports',
    limit: `local ports (${formatCount(ephemeralPorts)} from ${addresses} to one target port)`,
    holds: Math.min(BEYOND_ASKING, ephemeralPorts * sourceAddresses),
    hint: portHint({ platform, clients, ports: ephemeralPorts, addresses: sourceAddresses, withServer }),
  };
}

function conntrackLimit({ clients, conntrackFree }: FitInput): MachineLimit | null {
  if (conntrackFree == null) return null;
  return {
    kind: 'conntrack',
    limit: `the firewall's connection table (${formatCount(conntrackFree)} entries free)`,
    holds: Math.max(0, Math.floor(conntrackFree * CONNTRACK_SHARE)),
    hint: `sudo sysctl -w net.netfilter.nf_conntrack_max=${2 ** Math.ceil(Math.log2(clients * 2 + 1))}`,
  };
}

function openFilesLimit({ clients, openFilesFree, withServer }: FitInput): MachineLimit | null {
  if (openFilesFree == null) return null;
  const each = withServer ? 2 : 1;
  const reserve = 2 * MOST_PROCESSES * DESCRIPTOR_RESERVE;
  return {
    kind: 'open-files',
    limit: `open files of the whole machine (${formatCount(openFilesFree)} left)`,
    holds: Math.max(0, Math.min(BEYOND_ASKING, Math.floor((openFilesFree - reserve) / each))),
    hint: `sudo sysctl -w fs.file-max=${2 ** Math.ceil(Math.log2((clients * each + reserve) * 2))}`,
  };
}

function epollLimit({ clients, epollWatches, withServer }: FitInput): MachineLimit | null {
  if (epollWatches == null) return null;
  const each = withServer ? 2 : 1;
  const watches = 2 ** Math.ceil(Math.log2(clients * each * 1.25));
  return {
    kind: 'epoll',
    limit: `descriptors one user may watch (${formatCount(epollWatches)})`,
    holds: Math.min(BEYOND_ASKING, Math.floor((epollWatches * BALANCE_HEADROOM) / each)),
    hint: `sudo sysctl -w fs.epoll.max_user_watches=${watches}`,
  };
}

function gigabytes(bytes: number): string {
  return (Math.ceil(bytes / 1e8) / 10).toFixed(1);
}
