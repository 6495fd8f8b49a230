/** Looks at this machine: its limits, its settings, and the programs on it. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { readConntrackCount } from '../target/kernel-counters.ts';
import { readMachine, readNumber } from '../target/machine.ts';
import { ALL_TOOLS, lacksOf, readLabFacts } from '../target/net-lab-needs.ts';
import type { Findings } from './diagnose.ts';
import { findTools } from './tools.ts';

/** So many connections show in the firewall's table beside whatever else comes and goes. */
const PROBES = 24;

export async function examine(): Promise<Findings> {
  return {
    machine: readMachine(),
    settings: {
      synBacklog: readNumber('/proc/sys/net/ipv4/tcp_max_syn_backlog'),
      timeWaitBuckets: readNumber('/proc/sys/net/ipv4/tcp_max_tw_buckets'),
    },
    isTracked: await isLoopbackTracked(readConntrackCount),
    kernelLacks: lacksOf(readLabFacts(), ALL_TOOLS),
    tools: findTools(process.platform, process.env),
    node: process.version,
  };
}

/** Whether connections on loopback take entries of the table: opened, counted, reset. Null without a table. */
export async function isLoopbackTracked(count: () => number | null): Promise<boolean | null> {
  const before = count();
  if (before === null) return null;
  const accepted: Socket[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    accepted.push(socket);
  });
  const sockets: Socket[] = [];
  try {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    for (let probe = 0; probe < PROBES; probe++) sockets.push(await opened(port));
    return (count() ?? before) - before >= PROBES / 2;
  } catch {
    // Not even one's own machine can be reached: the preflight of a run says that better.
    return false;
  } finally {
    for (const socket of [...sockets, ...accepted]) socket.resetAndDestroy();
    server.close();
  }
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.on('error', reject);
  });
}
