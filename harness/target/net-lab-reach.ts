/** One connection out of a run's own network: whether it opens, and whether the kernel ends it when asked. */
import { createServer, type AddressInfo } from 'node:net';
import type { Lab } from '../faults/kernel/lab.ts';

/**
 * Says `open`, or why not. With a third argument the connection must also be one that `ss -K` ends:
 * a kernel built without that does nothing, and says nothing.
 */
const PROBE = `
const [host, port, kill] = process.argv.slice(1);
const say = (word) => process.stdout.write(word, () => process.exit());
let isOpen = false;
const socket = require('node:net').connect(Number(port), host, () => {
  isOpen = true;
  if (kill === undefined) return say('open');
  const { localPort } = socket;
  require('node:child_process').execFileSync('ss', ['-K', '-H', '-t', '-n', 'sport', '=', ':' + localPort]);
});
socket.setTimeout(2000, () => say(isOpen ? 'ss -K does not end a connection (CONFIG_INET_DIAG_DESTROY)' : 'ETIMEDOUT'));
socket.on('error', ({ code }) => say(isOpen ? 'open' : code));
`;

/** Null when it opens (and with `kills`, can be ended); what was found when not. */
export async function findObstacle(
  lab: Lab,
  host: string,
  port: number,
  kills: boolean,
): Promise<string | null> {
  const args = ['-e', PROBE, host, String(port), ...(kills ? ['kill'] : [])];
  const found = await lab.run('clients', { command: process.execPath, args });
  return found === 'open' ? null : found;
}

/** The same, towards a server of our own on an address of the host. */
export async function findOwnObstacle(lab: Lab, host: string, kills: boolean): Promise<string | null> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.unref();
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, host, resolve);
    });
    return await findObstacle(lab, host, (server.address() as AddressInfo).port, kills);
  } finally {
    server.close();
  }
}
