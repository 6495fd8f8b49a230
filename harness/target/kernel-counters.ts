/** What the kernel counted against us: connection attempts it had to repeat or throw away. */
import { readFileSync } from 'node:fs';
import { readNumber } from './machine.ts';

/** Since the network began (the machine's: since boot), from the TcpExt table; a difference of two readings is a run's. */
export type KernelCounters = {
  tcpSynRetrans: number;
  listenDrops: number;
  listenOverflows: number;
  tcpTimeouts: number;
};

/** The counters of our own network now; null where the kernel does not tell (anything but Linux). */
export function readKernelCounters(): KernelCounters | null {
  return readCounters('self');
}

/** Those of the network that these processes are in, as the first of them tells that lives; null when none does. */
export function readKernelCountersOf(pids: readonly number[]): KernelCounters | null {
  for (const pid of pids) {
    const counters = readCounters(pid);
    if (counters) return counters;
  }
  return null;
}

function readCounters(process: number | 'self'): KernelCounters | null {
  try {
    return parseKernelCounters(readFileSync(`/proc/${process}/net/netstat`, 'utf8'));
  } catch {
    return null;
  }
}

/** The counters in the text of /proc/net/netstat: a line of names, then a line of values; null when one is missing. */
export function parseKernelCounters(text: string): KernelCounters | null {
  const [names, values] = text.split('\n').filter((line) => line.startsWith('TcpExt:'));
  const columns = names?.split(' ') ?? [];
  const figures = values?.split(' ') ?? [];
  const counterOf = (name: string): number => Number(figures[columns.indexOf(name)] ?? Number.NaN);
  const counters: KernelCounters = {
    tcpSynRetrans: counterOf('TCPSynRetrans'),
    listenDrops: counterOf('ListenDrops'),
    listenOverflows: counterOf('ListenOverflows'),
    tcpTimeouts: counterOf('TCPTimeouts'),
  };
  return Object.values(counters).every(Number.isFinite) ? counters : null;
}

/** Entries of the firewall's connection table; null where there is none. */
export function readConntrackCount(): number | null {
  return readNumber('/proc/sys/net/netfilter/nf_conntrack_count');
}

/** What several networks counted, those that tell; null when none does. */
export function countedTogether(parts: readonly (KernelCounters | null)[]): KernelCounters | null {
  const told = parts.filter((part) => part !== null);
  if (told.length === 0) return null;
  const sumOf = (name: keyof KernelCounters): number => told.reduce((sum, part) => sum + part[name], 0);
  return {
    tcpSynRetrans: sumOf('tcpSynRetrans'),
    listenDrops: sumOf('listenDrops'),
    listenOverflows: sumOf('listenOverflows'),
    tcpTimeouts: sumOf('tcpTimeouts'),
  };
}

/** What was counted between two readings; null when either is. */
export function countedBetween(
  before: KernelCounters | null,
  after: KernelCounters | null,
): KernelCounters | null {
  if (!before || !after) return null;
  return {
    tcpSynRetrans: after.tcpSynRetrans - before.tcpSynRetrans,
    listenDrops: after.listenDrops - before.listenDrops,
    listenOverflows: after.listenOverflows - before.listenOverflows,
    tcpTimeouts: after.tcpTimeouts - before.tcpTimeouts,
  };
}
