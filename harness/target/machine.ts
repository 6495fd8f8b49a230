/** Reads what this machine can hold: descriptors, memory, ports, connection table, cores. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';

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
  /** Longest listen queue; null where the kernel does not tell. */
  somaxconn: number | null;
  /** Entries of the firewall's connection table; null when it tracks nothing. */
  conntrack: { count: number; max: number } | null;
};

/** All of 127.0.0.0/8 is ours on Linux; other systems answer on 127.0.0.1 alone. */
const LINUX_SOURCE_ADDRESSES = 250;
/** What POSIX systems give without being asked, for a limit that cannot be read. */
const USUAL_DESCRIPTORS = 1_024;
const IANA_PORTS = 16_384;

/** This machine as it is now; what cannot be read falls back to what is usual. */
export function readMachine(): Machine {
  const isLinux = process.platform === 'linux';
  const cgroup = readCgroupMemory();
  const ports = parsePortRange(readText('/proc/sys/net/ipv4/ip_local_port_range') ?? '');
  const available = parseMeminfo(readText('/proc/meminfo') ?? '') ?? freemem();
  return {
    platform: process.platform,
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: Math.min(totalmem(), cgroup?.max ?? Infinity),
    availableBytes: Math.min(available, cgroup ? cgroup.max - cgroup.used : Infinity),
    descriptorsPerProcess: readDescriptors(),
    ephemeralPorts: ports ?? IANA_PORTS,
    sourceAddresses: isLinux ? LINUX_SOURCE_ADDRESSES : 1,
    somaxconn: readNumber('/proc/sys/net/core/somaxconn'),
    conntrack: readConntrack(),
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

function readDescriptors(): number {
  const limits = readText('/proc/self/limits');
  if (limits !== undefined) return parseDescriptors(limits) ?? USUAL_DESCRIPTORS;
  const { stdout } = spawnSync('sysctl', ['-n', 'kern.maxfilesperproc'], { encoding: 'utf8' });
  return Number.parseInt(stdout ?? '', 10) || USUAL_DESCRIPTORS;
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

function readNumber(path: string): number | null {
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
