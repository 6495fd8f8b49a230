/**
 * Load generators of other people on the same task: connect, join one topic, stay. Each runs twice, with few
 * clients and with many; the difference is what a client costs, whatever the program itself does.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../table.ts';
import { costOfGroup, type Cost } from './process-cost.ts';
import { note } from './target.ts';

export type Rival = {
  name: string;
  /** Undefined when it is not on this machine; then `missing` says how to get it. */
  version: string | undefined;
  missing: string;
  /** The command that opens so many clients on the server's port and holds them until it is killed. */
  command(
    clients: number,
    port: number,
    folder: string,
  ): { file: string; args: string[]; env: NodeJS.ProcessEnv };
};

const K6 = process.env['K6'] ?? join(homedir(), '.cache', 'firedrill', 'bin', 'k6');

function versionOf(file: string, flag: string): string | undefined {
  const { stdout, stderr, status } = spawnSync(file, [flag], { encoding: 'utf8' });
  if (status === null) return undefined;
  return /\d+\.\d+\.\d+/.exec(`${stdout}${stderr}`)?.[0];
}

export const K6_RIVAL: Rival = {
  name: 'k6',
  version: existsSync(K6) ? versionOf(K6, 'version') : undefined,
  missing: 'K6=/path/to/k6, or ~/.cache/firedrill/bin/k6',
  command(clients, port, folder) {
    const script = join(folder, 'k6.js');
    writeFileSync(script, k6Script(clients, port));
    return { file: K6, args: ['run', '--quiet', '--no-usage-report', script], env: process.env };
  },
};

/** As lean as k6 can be told to be: 500 sockets a virtual user, nothing recorded by the script. */
function k6Script(clients: number, port: number): string {
  return `import { WebSocket } from 'k6/websockets';
const EACH = 500;
export const options = {
  scenarios: { hold: { executor: 'per-vu-iterations', vus: ${Math.ceil(clients / 500)}, iterations: 1, maxDuration: '10m' } },
  discardResponseBodies: true,
};
export default function () {
  const sockets = [];
  for (let i = 0; i < Math.min(EACH, ${clients} - (__VU - 1) * EACH); i++) {
    const socket = new WebSocket('ws://127.0.0.1:${port}/socket/websocket?vsn=2.0.0');
    socket.onopen = () => socket.send('["1","1","lobby","phx_join",{}]');
    sockets.push(socket);
  }
  setTimeout(() => sockets.forEach((socket) => socket.close()), 300_000);
}
`;
}

export const TSUNG_RIVAL: Rival = {
  name: 'Tsung',
  version: versionOf('tsung', '-v'),
  missing: 'apt-get install tsung',
  command(clients, port, folder) {
    const config = join(folder, 'tsung.xml');
    writeFileSync(config, tsungConfig(clients, port));
    return {
      file: 'tsung',
      args: ['-n', '-f', config, '-l', join(folder, 'log'), 'start'],
      // Schedulers that spin while they wait would be counted as work.
      env: { ...process.env, ERL_FLAGS: '+sbwt none +sbwtdcpu none +sbwtdio none' },
    };
  },
};

function tsungConfig(clients: number, port: number): string {
  return `<?xml version="1.0"?>
<!DOCTYPE tsung SYSTEM "/usr/share/tsung/tsung-1.0.dtd">
<tsung loglevel="error">
  <clients><client host="localhost" use_controller_vm="true" maxusers="100000"/></clients>
  <servers><server host="127.0.0.1" port="${port}" type="tcp"/></servers>
  <load><arrivalphase phase="1" duration="2" unit="minute"><users maxnumber="${clients}" arrivalrate="2000" unit="second"/></arrivalphase></load>
  <sessions><session name="hold" probability="100" type="ts_websocket">
    <request><websocket type="connect" origin="http://localhost" path="/socket/websocket?vsn=2.0.0"/></request>
    <request><websocket type="message" frame="text">["1","1","lobby","phx_join",{}]</websocket></request>
    <thinktime value="300"/>
  </session></sessions>
</tsung>
`;
}

/** Some start others and end before them; all of them are in one group. */
function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

type StartServer = () => Promise<{ port: number; channels(): Promise<number>; stop(): Promise<void> }>;

/** What a rival with so many clients has used when the server counts them all; null when it did not get there. */
async function costOf(rival: Rival, clients: number, startServer: StartServer): Promise<Cost | null> {
  const server = await startServer();
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-rival-'));
  const { file, args, env } = rival.command(clients, server.port, folder);
  const child = spawn(file, args, { stdio: 'ignore', env, detached: true });
  try {
    let joined = 0;
    let most = 0;
    for (let waitedS = 0; joined < clients; waitedS += 1) {
      if (waitedS > 240 || child.exitCode !== null) {
        note(`${rival.name} joined ${most} of ${clients}; that pair is left out`);
        return null;
      }
      await sleep(1_000);
      joined = await server.channels();
      most = Math.max(most, joined);
    }
    await sleep(2_000);
    return costOfGroup(child.pid ?? 0);
  } finally {
    killGroup(child.pid ?? 0);
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a client of a rival costs: the difference of two runs, `few` and `many`; the middling of three such pairs. Null when none came about. */
export async function costPerClient(
  rival: Rival,
  few: number,
  many: number,
  startServer: StartServer,
): Promise<Cost | null> {
  const pairs: Cost[] = [];
  for (let pair = 0; pair < 3; pair += 1) {
    const low = await costOf(rival, few, startServer);
    const high = await costOf(rival, many, startServer);
    if (low === null || high === null) continue;
    const more = many - few;
    pairs.push({
      cpuUs: (high.cpuUs - low.cpuUs) / more,
      rssBytes: (high.rssBytes - low.rssBytes) / more,
    });
  }
  if (pairs.length === 0) return null;
  return {
    cpuUs: median(pairs.map(({ cpuUs }) => cpuUs)),
    rssBytes: median(pairs.map(({ rssBytes }) => rssBytes)),
  };
}
