/** What the kernel counted against us: connection attempts it had to repeat or throw away. */
import { readFileSync } from 'node:fs';
import { readNumber } from './machine.ts';

/** Since boot, from the TcpExt table; a difference of two readings is a run's. */
export type KernelCounters = {
  tcpSynRetrans: number;
  listenDrops: number;
  listenOverflows: number;
  tcpTimeouts: number;
};

/** The counters now; null where the kernel does not tell (anything but Linux). */
export function readKernelCounters(): KernelCounters | null {
  try {
    return parseKernelCounters(readFileSync('/proc/net/netstat', 'utf8'));
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
