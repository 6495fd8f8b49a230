/**
 * How many clients this machine can hold, in how many processes. Limits of the
 * machine look like failures of the server, so they are found before the run.
 */
import type { BindingLimit } from '../record/run-record.ts';

export type FitInput = {
  /** Asked for. */
  clients: number;
  /** Whether the bundled server runs on this machine too. */
  withServer: boolean;
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

/** Files a process has open beside its clients. */
const DESCRIPTOR_RESERVE = 500;
/** The kernel deals connections to reusePort listeners by hash, so some get more than their share. */
const BALANCE_HEADROOM = 0.9;
const DRIVER_BYTES_PER_CLIENT = 22_000;
const SERVER_BYTES_PER_CLIENT = 16_000;
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
  const limits = [descriptorLimit(input), memoryLimit(input), portLimit(input), conntrackLimit(input)]
    .filter((limit) => limit.fits < limit.asked)
    .toSorted((a, b) => a.fits - b.fits);
  const clients = limits[0]?.fits ?? input.clients;
  const processes = processesFor(clients, input);
  return { clients, workers: processes, nodes: input.withServer ? processes : 0, limits };
}

/** Connections one process can hold. */
function perProcess({ descriptorsPerProcess }: FitInput): number {
  const reserve = Math.min(DESCRIPTOR_RESERVE, descriptorsPerProcess / 2);
  return Math.max(1, Math.floor((descriptorsPerProcess - reserve) * BALANCE_HEADROOM));
}

/** Processes of each kind: as many as descriptors need, more where cores are free for them. */
function processesFor(clients: number, input: FitInput): number {
  const needed = Math.ceil(clients / perProcess(input));
  if (clients <= SMALL_RUN) return Math.max(1, needed);
  const coresEach = Math.floor(input.cores / (input.withServer ? 2 : 1));
  const comfortable = Math.min(coresEach, Math.ceil(clients / COMFORTABLE_CLIENTS));
  return Math.max(2, needed, comfortable);
}

function descriptorLimit(input: FitInput): BindingLimit {
  const most = Math.max(8, 8 * input.cores);
  const wanted = Math.ceil(input.clients / most / BALANCE_HEADROOM) + DESCRIPTOR_RESERVE;
  return {
    limit: `open files per process (${input.descriptorsPerProcess}), in at most ${most} processes`,
    asked: input.clients,
    fits: Math.min(input.clients, perProcess(input) * most),
    hint: `sudo prlimit --pid $$ --nofile=${wanted}:${wanted}`,
  };
}

function memoryLimit(input: FitInput): BindingLimit {
  const budget = input.memoryBytes * MEMORY_SHARE;
  // The largest number that fits: whole processes make the need a staircase, which is searched rather than solved.
  let fits = 0;
  let beyond = input.clients + 1;
  while (beyond - fits > 1) {
    const middle = Math.floor((fits + beyond) / 2);
    if (memoryFor(middle, input) <= budget) fits = middle;
    else beyond = middle;
  }
  const missing = Math.max(0, memoryFor(input.clients, input) - budget) / MEMORY_SHARE;
  return {
    limit: `available memory (${gigabytes(input.memoryBytes)} GB, of which 80 % are used)`,
    asked: input.clients,
    fits,
    hint: `free ${gigabytes(missing)} GB more, or --clients ${fits}`,
  };
}

function memoryFor(clients: number, input: FitInput): number {
  const kinds = input.withServer ? 2 : 1;
  const perClient = DRIVER_BYTES_PER_CLIENT + (input.withServer ? SERVER_BYTES_PER_CLIENT : 0);
  return clients * perClient + kinds * processesFor(clients, input) * BASE_BYTES_PER_PROCESS;
}

function portLimit(input: FitInput): BindingLimit {
  const { clients, ephemeralPorts, sourceAddresses } = input;
  const addresses = sourceAddresses === 1 ? 'one address' : `each of ${sourceAddresses} addresses`;
  return {
    limit: `local ports (${ephemeralPorts} from ${addresses} to one target port)`,
    asked: clients,
    fits: Math.min(clients, ephemeralPorts * sourceAddresses),
    hint: 'sudo sysctl -w net.ipv4.ip_local_port_range="10000 65535"',
  };
}

function conntrackLimit({ clients, conntrackFree }: FitInput): BindingLimit {
  const fits = conntrackFree == null ? clients : Math.max(0, Math.floor(conntrackFree * CONNTRACK_SHARE));
  return {
    limit: `the firewall's connection table (${conntrackFree ?? 'no'} entries free)`,
    asked: clients,
    fits: Math.min(clients, fits),
    hint: `sudo sysctl -w net.netfilter.nf_conntrack_max=${2 ** Math.ceil(Math.log2(clients * 2 + 1))}`,
  };
}

function gigabytes(bytes: number): string {
  return (Math.ceil(bytes / 1e8) / 10).toFixed(1);
}
