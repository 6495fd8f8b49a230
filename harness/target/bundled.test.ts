import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ManualClock } from '../base/clock.ts';
import { FiredrillError } from '../base/errors.ts';
import { startBundled } from './bundled.ts';
import type { BundledOptions, BundledServer } from './bundled.ts';

const folder = mkdtempSync(join(tmpdir(), 'firedrill-bundled-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const READY = `console.log('{"ready":true,"url":"ws://127.0.0.1:1/socket","control":"http://127.0.0.1:2","nodes":3}');`;
const IDLE = 'setInterval(() => {}, 1e6);';

let written = 0;
function start(program: string, options: Partial<BundledOptions> = {}): Promise<BundledServer> {
  const main = join(folder, `server-${written++}.mjs`);
  writeFileSync(main, program);
  return startBundled({
    clock: new ManualClock(),
    nodes: 3,
    port: 0,
    controlPort: 0,
    nice: 0,
    main,
    ...options,
  });
}

function refusal(started: Promise<BundledServer>): Promise<FiredrillError> {
  return started.then(
    () => assert.fail('should not start'),
    (error: unknown) => {
      assert.ok(error instanceof FiredrillError);
      assert.equal(error.exitCode, 114);
      return error;
    },
  );
}

/** A callback and the promise of its first call. */
function firstCall<A extends unknown[]>(): { call: (...args: A) => void; called: Promise<A> } {
  const { promise, resolve } = Promise.withResolvers<A>();
  return { call: (...args) => resolve(args), called: promise };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('resolves with what the ready line says, and hands on the lines after it', async () => {
  const line = firstCall<[string]>();
  const flags = `console.log(process.argv.slice(2).join(' '));`;
  const server = await start(`${READY}${flags}${IDLE}`, {
    nice: 5,
    flags: ['--secret', 'x'],
    onLine: line.call,
  });
  assert.deepEqual(
    [server.url, server.control, server.nodes],
    ['ws://127.0.0.1:1/socket', 'http://127.0.0.1:2', 3],
  );
  assert.deepEqual(await line.called, ['--no-env --nodes 3 --port 0 --control-port 0 --nice 5 --secret x']);
  assert.ok(isAlive(server.pid));
  await server.stop();
  assert.equal(isAlive(server.pid), false);
  await server.stop();
});

test('a server that ends before it is ready is told with its own words', async () => {
  const error = await refusal(start(`console.error('port 4000 is taken'); process.exitCode = 7;`));
  assert.match(error.message, /it ended with code 7/);
  assert.match(error.message, /port 4000 is taken/);
});

test('a server that never gets ready is given up after 20 s and ended', async () => {
  const clock = new ManualClock();
  const line = firstCall<[string]>();
  const refused = refusal(start(`console.log(String(process.pid));${IDLE}`, { clock, onLine: line.call }));
  const pid = Number((await line.called)[0]);
  clock.advanceUs(19.9e6);
  assert.ok(isAlive(pid));
  clock.advanceUs(0.2e6);
  assert.match((await refused).message, /no ready line within 20 s/);
  assert.equal(isAlive(pid), false);
});

test('a server that does not listen to reason is made to stop after 3 s', async () => {
  const clock = new ManualClock();
  const line = firstCall<[string]>();
  const deaf = `process.on('SIGTERM', () => console.log('no')); ${READY}${IDLE}`;
  const server = await start(deaf, { clock, onLine: line.call });
  const stopped = server.stop();
  assert.deepEqual(await line.called, ['no']);
  clock.advanceUs(3.1e6);
  await stopped;
  assert.equal(isAlive(server.pid), false);
});

test(
  'tells when a server dies in the middle of a run, and leaves none of its nodes behind',
  { timeout: 20_000 },
  async () => {
    const exit = firstCall<[number | null, NodeJS.Signals | null, readonly string[]]>();
    const node = firstCall<[string]>();
    const program = `import { spawn } from 'node:child_process';
    const child = spawn(process.execPath, ['-e', ${JSON.stringify(IDLE)}], { stdio: 'inherit' });
    console.error('last words'); ${READY} console.log(String(child.pid)); ${IDLE}`;
    const seen: string[] = [];
    const onLine = (line: string): void => {
      seen.push(line);
      if (seen.length === 2) node.call(seen.find((text) => /^\d+$/.test(text)) ?? '');
    };
    const server = await start(program, { onLine, onExit: exit.call });
    const nodePid = Number((await node.called)[0]);
    assert.ok(isAlive(nodePid));
    process.kill(server.pid, 'SIGKILL');
    assert.deepEqual(await exit.called, [null, 'SIGKILL', ['last words']]);
    // The node holds the server's stderr open: this only resolves when it is gone as well.
    await server.stop();
  },
);

test('a server that was asked to stop does not count as dead', async () => {
  let exits = 0;
  const server = await start(`${READY}${IDLE}`, { onExit: () => (exits += 1) });
  await server.stop();
  assert.equal(exits, 0);
});
