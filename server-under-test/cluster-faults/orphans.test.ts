import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

const MAIN = new URL('../main.ts', import.meta.url).pathname;

interface Node {
  readonly os_pid: number;
  readonly state: string;
}

/** How `ps` sees a process; nothing for one that is gone, or waits to be collected. */
function statOf(pid: number): string {
  try {
    const stat = execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return stat.startsWith('Z') ? '' : stat;
  } catch {
    return '';
  }
}

test(
  'a primary that is killed outright leaves no stopped node behind, nor its files',
  { timeout: 60_000 },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'orphans-'));
    const flags = ['--no-env', '--port', '0', '--control-port', '0', '--nodes', '2'];
    const primary = spawn(process.execPath, [MAIN, ...flags], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: process.env['PATH'] ?? '', TMPDIR: folder },
    });
    const nodes: Node[] = [];
    t.after(() => {
      primary.kill('SIGKILL');
      for (const { os_pid: pid } of nodes) if (statOf(pid) !== '') process.kill(pid, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    });
    const [line] = (await once(createInterface(primary.stdout), 'line')) as [string];
    const { control } = JSON.parse(line) as { control: string };
    const ask = async (
      path: string,
      body?: unknown,
    ): Promise<{ status: number; body: { nodes: Node[] } }> => {
      const post = { method: 'POST', body: JSON.stringify(body) };
      const answer = await fetch(control + path, body === undefined ? {} : post);
      return { status: answer.status, body: (await answer.json()) as { nodes: Node[] } };
    };

    assert.equal((await ask('/faults', { kind: 'netsplit', params: { nodes: 2 } })).status, 400);
    const order = { kind: 'node_pause', params: { nodes: 2 }, ttl_ms: 60_000 };
    assert.equal((await ask('/faults', order)).status, 200);
    nodes.push(...(await ask('/observer')).body.nodes);
    assert.deepEqual(
      nodes.map(({ state }) => state),
      ['paused', 'paused'],
    );
    assert.equal((await ask('/faults', order)).status, 422);
    while (!nodes.every(({ os_pid: pid }) => statOf(pid).startsWith('T'))) await ask('/observer');

    primary.kill('SIGKILL');
    await once(primary, 'exit');
    // One after the other, each when its guard has noticed.
    while (nodes.some(({ os_pid: pid }) => statOf(pid) !== '')) await new Promise(setImmediate);
    while (readdirSync(folder).length > 0) await new Promise(setImmediate);
  },
);
