/** Reads what this machine can hold: descriptors, memory, ports, connection table, cores. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { parseLoopback, parseSysctl, parseUlimit, parseVmStat, portsOf } from './macos.ts';

export type Machine = {
  platform: NodeJS.Platform;
  cpuModel: string;
  cores: number;
  /** Of the machine or the container, whichever is less. */
  memoryBytes: number;
  /** What of it can be taken now. */
  availableBytes: number;
  /** Hard limit of open files for one process. */
  descriptorsPerProcess: number;
  ephemeralPorts: number;
  /** Loopback addresses that connections can start from. */
  sourceAddresses: number;
  /** Those there are, where each must be set up first; null where all of 127.0.0.0/8 is ours. */
  loopback: readonly string[] | null;
  /** Longest listen queue; null where the kernel does not tell. */
  somaxconn: number | null;
  /** Entries of the firewall's connection table; null when it tracks nothing. */
  conntrack: { count: number; max: number } | null;
  /** Its free entries; null likewise, and when it is empty: it is loaded then, but tracks nothing. */
  conntrackFree: number | null;
  /** Files all processes together may still open; null where the kernel does not tell. */
  openFilesFree: number | null;
  /** Descriptors one user may watch; null where there is no such limit. */
  epollWatches: number | null;
};

/** All of 127.0.0.0/8 is ours on Linux; other systems answer on 127.0.0.1 alone. */
const LINUX_SOURCE_ADDRESSES = 250;
/** What POSIX systems give without being asked, for a limit that cannot be read. */
const USUAL_DESCRIPTORS = 1_024;
const IANA_PORTS = 16_384;

/** This machine as it is now; what cannot be read falls back to what is usual. */
export function readMachine(): Machine {
  const shared = {
    platform: process.platform,
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
  };
  return process.platform === 'linux' ? { ...shared, ...readLinux() } : { ...shared, ...readElsewhere() };
}

type Readings = Omit<Machine, 'platform' | 'cpuModel' | 'cores'>;

function readLinux(): Readings {
  const cgroup = readCgroupMemory();
  const available = parseMeminfo(readText('/proc/meminfo') ?? '') ?? freemem();
  const conntrack = readConntrack();
  return {
    memoryBytes: Math.min(totalmem(), cgroup?.max ?? Infinity),
    availableBytes: Math.min(available, cgroup ? cgroup.max - cgroup.used : Infinity),
    descriptorsPerProcess: parseDescriptors(readText('/proc/self/limits') ?? '') ?? USUAL_DESCRIPTORS,
    ephemeralPorts: parsePortRange(readText('/proc/sys/net/ipv4/ip_local_port_range') ?? '') ?? IANA_PORTS,
    sourceAddresses: LINUX_SOURCE_ADDRESSES,
    loopback: null,
    somaxconn: readNumber('/proc/sys/net/core/somaxconn'),
    conntrack,
    conntrackFree: freeEntries(conntrack),
    openFilesFree: parseFileCount(readText('/proc/sys/fs/file-nr') ?? '') ?? null,
    epollWatches: readNumber('/proc/sys/fs/epoll/max_user_watches'),
  };
}

/** macOS by its own tools; any other system by what is usual. */
function readElsewhere(): Readings {
  const names = ['kern.maxfiles', 'kern.maxfilesperproc', 'kern.num_files', 'kern.ipc.somaxconn'];
  const ports = ['net.inet.ip.portrange.first', 'net.inet.ip.portrange.last'];
  const values = parseSysctl(outputOf('sysctl', [...names, ...ports]));
  const own = parseUlimit(outputOf('sh', ['-c', 'ulimit -Hn'])) ?? USUAL_DESCRIPTORS;
  const perProcess = Math.min(own, values.get('kern.maxfilesperproc') ?? Infinity);
  const loopback = parseLoopback(outputOf('ifconfig', ['lo0']));
  const files = values.get('kern.maxfiles');
  return {
    memoryBytes: totalmem(),
    availableBytes: parseVmStat(outputOf('vm_stat', [])) ?? freemem(),
    descriptorsPerProcess: Number.isFinite(perProcess) ? perProcess : USUAL_DESCRIPTORS,
    ephemeralPorts: portsOf(values) ?? IANA_PORTS,
    sourceAddresses: Math.max(1, loopback.length),
    loopback,
    somaxconn: values.get('kern.ipc.somaxconn') ?? null,
    conntrack: null,
    conntrackFree: null,
    openFilesFree: files === undefined ? null : Math.max(0, files - (values.get('kern.num_files') ?? 0)),
    epollWatches: null,
  };
}

/** Bytes that can be taken without swapping, from /proc/meminfo. */
export function parseMeminfo(text: string): number | undefined {
  const match = /^MemAvailable:\s+(\d+) kB$/m.exec(text);
  return match ? Number(match[1]) * 1_024 : undefined;
}

/** The hard limit of open files, from /proc/self/limits. */
export function parseDescriptors(text: string): number | undefined {
  const match = /^Max open files\s+\S+\s+(\d+|unlimited)/m.exec(text);
  if (!match) return undefined;
  // The kernel never gives more than fs.nr_open, which is this unless somebody raised it.
  return match[1] === 'unlimited' ? 1_048_576 : Number(match[1]);
}

/** How many ports lie in "first last", both included. */
export function parsePortRange(text: string): number | undefined {
  const match = /^\s*(\d+)\s+(\d+)\s*$/.exec(text);
  return match ? Number(match[2]) - Number(match[1]) + 1 : undefined;
}

/** The path of this process in the one hierarchy of cgroup v2, from /proc/self/cgroup. */
export function parseCgroupPath(text: string): string | undefined {
  return /^0::(\/.*)$/m.exec(text)?.[1];
}

/** An SSH session or one look-up is an entry, so an empty table is one that no rule has put to use. */
function freeEntries(conntrack: Machine['conntrack']): number | null {
  return conntrack === null || conntrack.count === 0 ? null : Math.max(0, conntrack.max - conntrack.count);
}

/** How many more files the machine can open, from /proc/sys/fs/file-nr: "open 0 most". */
export function parseFileCount(text: string): number | undefined {
  const match = /^\s*(\d+)\s+\d+\s+(\d+)\s*$/.exec(text);
  return match ? Math.max(0, Number(match[2]) - Number(match[1])) : undefined;
}

function outputOf(command: string, args: readonly string[]): string {
  const { stdout } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return stdout ?? '';
}

/** The tightest memory limit on the way from our cgroup to the root; null without one. */
function readCgroupMemory(): { max: number; used: number } | null {
  let path = parseCgroupPath(readText('/proc/self/cgroup') ?? '');
  let tightest: { max: number; used: number } | null = null;
  while (path !== undefined) {
    const folder = `/sys/fs/cgroup${path === '/' ? '' : path}`;
    const max = readNumber(`${folder}/memory.max`);
    const used = readNumber(`${folder}/memory.current`);
    // No limit reads "max", which is no number.
    if (max !== null && used !== null && (tightest === null || max - used < tightest.max - tightest.used)) {
      tightest = { max, used };
    }
    path = path === '/' ? undefined : path.slice(0, path.lastIndexOf('/')) || '/';
  }
  return tightest;
}

function readConntrack(): Machine['conntrack'] {
  const count = readNumber('/proc/sys/net/netfilter/nf_conntrack_count');
  const max = readNumber('/proc/sys/net/netfilter/nf_conntrack_max');
  return count === null || max === null ? null : { count, max };
}

/** A file of the kernel that holds one whole number; null when it is not there. */
export function readNumber(path: string): number | null {
  const text = readText(path)?.trim();
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
