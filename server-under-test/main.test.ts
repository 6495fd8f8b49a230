import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { errorReply, okReply, Probe } from './testing/probe.ts';

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly control: string;
  readonly errors: string[];
}

/** The fields of all control answers these tests look at. */
interface ControlBody extends Record<string, unknown> {
  readonly connections: number;
  readonly channels: number;
  readonly nodes: ReadonlyArray<{
    readonly os_pid: number;
    readonly alive: boolean;
    readonly stale: boolean;
    readonly processes: number;
    readonly channels: number;
  }>;
  readonly telemetry: Record<string, number>;
  readonly problems: ReadonlyArray<{ readonly wanted: string }>;
  readonly faults: ReadonlyArray<{ readonly id: string }>;
  readonly id: string;
}

const MAIN = new URL('./main.ts', import.meta.url).pathname;

/** With the settings of `env` alone: whatever the shell of the tests has set. */
function launch(flags: string[], env: Record<string, string> = {}): ChildProcess {
  const { PATH = '' } = process.env;
  return spawn(process.execPath, [MAIN, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH, ...env },
  });
}

/** Runs one that ends by itself. */
async function finish(flags: string[], env: Record<string, string> = {}): Promise<[number, string, string]> {
  const child = launch(flags, env);
  const output = ['', ''];
  child.stdout?.on('data', (text) => (output[0] += String(text)));
  child.stderr?.on('data', (text) => (output[1] += String(text)));
  const [code] = (await once(child, 'close')) as [number];
  return [code, output[0] ?? '', output[1] ?? ''];
}

async function start(flags: string[] = [], env: Record<string, string> = {}): Promise<Started> {
  const child = launch(['--port', '0', '--control-port', '0', ...flags], env);
  const errors: string[] = [];
  if (child.stdout === null || child.stderr === null) return assert.fail('no pipes');
  createInterface(child.stderr).on('line', (line) => errors.push(line));
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const ready = JSON.parse(line) as { ready: boolean; url: string; control: string; nodes: number };
  assert.equal(ready.ready, true);
  return { child, url: ready.url, control: ready.control, errors };
}

/** Waits until a condition holds, looking again whenever the server has answered. */
async function until(look: () => Promise<boolean>): Promise<void> {
  while (!(await look()));
}

async function call(
  path: string,
  method = 'GET',
  body?: unknown,
): Promise<{ status: number; body: ControlBody }> {
  const response = await fetch(
    server.control + path,
    body === undefined ? { method } : { method, body: JSON.stringify(body) },
  );
  return { status: response.status, body: (await response.json()) as ControlBody };
}

let server: Started;
before(async () => {
  server = await start(['--nodes', '2', '--drain-shutdown-ms', '600000']);
});
after(async () => {
  if (server.child.exitCode !== null) return;
  server.child.kill('SIGKILL');
  await once(server.child, 'exit');
});

const open = (query = ''): Promise<Probe> => Probe.open(`${server.url}/websocket?vsn=2.0.0${query}`);

/** Probes joined to one topic on both nodes: connections are spread by the kernel. */
async function joinedOnBoth(topic: string): Promise<Probe[]> {
  const probes: Probe[] = [];
  const spread = async (): Promise<boolean> => {
    const { nodes } = (await call('/observer')).body;
    return nodes.every(({ channels }) => channels > 0);
  };
  do {
    const probe = await open(`&user_id=u${probes.length}`);
    await probe.join('1', topic);
    probes.push(probe);
  } while (!(await spread()));
  return probes;
}

test('two nodes behind one port deliver every broadcast everywhere and add up in the observer', async () => {
  assert.deepEqual((await call('/healthz')).body, { ready: true });
  const probes = await joinedOnBoth('room:all');
  const [first] = probes;
  first?.send(['1', '2', 'room:all', 'shout', { n: 1 }]);
  for (const probe of probes) await probe.expect([null, null, 'room:all', 'shout', { n: 1 }]);
  await first?.expect(okReply('1', '2', 'room:all'));
  assert.equal(
    (await call('/broadcast', 'POST', { topic: 'room:all', event: 'news', payload: { n: 2 } })).status,
    200,
  );
  for (const probe of probes) await probe.expect([null, null, 'room:all', 'news', { n: 2 }]);
  const { body } = await call('/observer');
  assert.deepEqual([body.connections, body.channels, body.nodes.length], [probes.length, probes.length, 2]);
  assert.equal(body.telemetry['phoenix.channel_joined'], probes.length);
  for (const key of ['at', 'processes', 'mailbox', 'tables', 'memory', 'run_queue', 'loop_lag_ms'])
    assert.ok(key in body, key);
  const metrics = await (await fetch(`${server.control}/metrics`)).text();
  assert.match(metrics, /^firedrill_connections\{node="node1"\} \d+$/m);
  for (const probe of probes) probe.drop();
  await until(async () => (await call('/observer')).body.connections === 0);
});

test('the control port injects on all nodes, lists, lifts and disconnects', async () => {
  const bad = await call('/faults', 'POST', { kind: 'nope' });
  assert.equal(bad.status, 400);
  assert.match(bad.body.problems[0]?.wanted ?? '', /slow_join/);
  const { body } = await call('/faults', 'POST', {
    kind: 'intercept',
    params: { event: 'shout' },
    ttl_ms: 60_000,
  });
  assert.equal((await call('/faults')).body.faults[0]?.id, body.id);
  const probes = await joinedOnBoth('room:cut');
  probes[0]?.send(['1', '2', 'room:cut', 'shout', {}]);
  await probes[0]?.expect(okReply('1', '2', 'room:cut'));
  for (const [n, probe] of probes.entries())
    await probe.expect(['1', null, 'room:cut', 'shout', { to: `u${n}` }]);
  assert.equal((await call(`/faults/${body.id}`, 'DELETE')).status, 200);
  assert.equal((await call(`/faults/${body.id}`, 'DELETE')).status, 404);
  for (const [n, probe] of probes.entries()) {
    await call('/disconnect', 'POST', { user_id: `u${n}` });
    assert.equal(await probe.closed, 1001);
  }
  assert.equal((await call('/broadcast', 'POST', { topic: 7 })).status, 400);
  assert.equal((await call('/nowhere')).status, 404);
});

test('POST /drain closes joined connections with 1012', async () => {
  const probes = await joinedOnBoth('room:drain');
  await call('/drain', 'POST');
  for (const probe of probes) assert.equal(await probe.closed, 1012);
});

test('a node that does not answer is stale with its last figures', async () => {
  const fresh = (await call('/observer')).body.nodes[0] ?? assert.fail('no node');
  process.kill(fresh.os_pid, 'SIGSTOP');
  try {
    const stale = (await call('/observer')).body.nodes[0] ?? assert.fail('no node');
    assert.deepEqual([stale.alive, stale.stale, stale.processes], [true, true, fresh.processes]);
  } finally {
    process.kill(fresh.os_pid, 'SIGCONT');
  }
  await until(async () => (await call('/observer')).body.nodes[0]?.stale === false);
});

test('a node that dies is reported, the others keep serving', async () => {
  const { nodes } = (await call('/observer')).body;
  const victim = nodes[1]?.os_pid ?? assert.fail('no second node');
  process.kill(victim, 'SIGKILL');
  await until(async () => (await call('/observer')).body.nodes[1]?.alive === false);
  assert.equal((await call('/observer')).body.nodes[0]?.alive, true);
  const probe = await open();
  probe.send(['1', '1', 'nope', 'phx_join', {}]);
  await probe.expect(errorReply(null, '1', 'nope', 'unmatched topic'));
  probe.drop();
  assert.equal(server.errors.filter((line) => line.includes(`pid ${victim}`)).length, 1);
});

test(
  'SIGTERM drains and waits for busy channels, a second one ends everything at once',
  { timeout: 20_000 },
  async () => {
    const [idle, busy] = [await open(), await open()];
    await idle.join('1', 'room:bye');
    await busy.join('1', 'room:busy');
    busy.send(['1', '2', 'room:busy', 'block', { ms: 60_000 }]);
    server.child.kill('SIGTERM');
    assert.equal(await idle.closed, 1012);
    assert.equal(server.child.exitCode, null);
    server.child.kill('SIGTERM');
    const [code] = (await once(server.child, 'exit')) as [number];
    assert.equal(code, 0);
  },
);

test('a primary that is killed leaves no orphans', async () => {
  const doomed = await start();
  const url = `${doomed.url}/websocket?vsn=2.0.0`;
  const probe = await Probe.open(url);
  doomed.child.kill('SIGKILL');
  assert.equal(await probe.closed, 1006);
  // The nodes go one by one, each when it notices: asked until nobody is left to answer, or reset, a connection.
  const deadline = process.hrtime.bigint() + 10_000_000_000n;
  let last = 'none';
  while (!last.includes('ECONNREFUSED') && process.hrtime.bigint() < deadline) {
    last = await Probe.open(url).then(
      (late) => late.closed.then((code) => `closed with ${code}`),
      (error: unknown) => String(error),
    );
  }
  assert.match(last, /ECONNREFUSED/);
});

test('a busy port and bad flags end with one clear line and their exit code', async () => {
  const busy = createServer();
  await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
  const address = busy.address();
  const port = typeof address === 'object' && address !== null ? String(address.port) : '';
  const cases: Array<[flags: string[], code: number, message: RegExp]> = [
    [['--port', port, '--control-port', '0'], 114, /^port_busy: --port got \d+, wanted .*hint/],
    [['--port', '0', '--control-port', port], 114, /^port_busy: --control-port got \d+, wanted .*hint/],
    [['--nodes', '0'], 104, /^bad_flag: --nodes got 0, wanted an integer from 1 to 64/],
  ];
  for (const [flags, code, message] of cases) {
    const [got, , errors] = await finish(flags);
    assert.equal(got, code);
    assert.match(errors, message);
    assert.equal(errors.trim().split('\n').length, 1);
  }
  await new Promise((resolve) => busy.close(resolve));
});

test('--help lists the settings and ends well', async () => {
  const [code, out, errors] = await finish(['--help']);
  assert.deepEqual([code, errors], [0, '']);
  assert.match(out, /--idle-timeout-ms +IDLE_TIMEOUT_MS\n/);
});

test('variables count, problems and warnings come at once, and no secret is written', async () => {
  const env = {
    NODES: 'many',
    SOCKET_TOKEN: 'hunter2',
    CONTROL_TOKEN: 'hunter2',
    SECRET_KEY_BSAE: 'hunter2',
  };
  const [code, out, errors] = await finish(['--port', 'hunted'], { ...env, PORT: '1' });
  assert.deepEqual([code, out], [104, '']);
  assert.deepEqual(errors.match(/^\w+: \S+/gm), [
    'unknown_variable: SECRET_KEY_BSAE',
    'bad_flag: --port',
    'bad_variable: CONTROL_TOKEN',
    'bad_variable: NODES',
  ]);
  assert.ok(!errors.includes('hunter2'), errors);
});

test('a socket token of a file is asked for, and stands nowhere', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-config-'));
  try {
    writeFileSync(join(folder, 'token'), 'hunter2\n');
    const closed = await start(['--log-level', 'debug'], { SOCKET_TOKEN_FILE: join(folder, 'token') });
    const url = `${closed.url}/websocket?vsn=2.0.0`;
    await assert.rejects(Probe.open(url), /403/);
    (await Probe.open(`${url}&token=hunter2`)).drop();
    closed.child.kill('SIGTERM');
    assert.deepEqual(await once(closed.child, 'close'), [0, null]);
    assert.ok(closed.errors.includes('SOCKET_TOKEN=hidden'), closed.errors.join('\n'));
    assert.ok(!closed.errors.join('\n').includes('hunter2'), closed.errors.join('\n'));
    assert.ok(!`${closed.url}${closed.control}`.includes('hunter2'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
