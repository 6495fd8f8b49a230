import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { ManualClock, realClock } from '../base/clock.ts';
import { findRuns, haltRun, type FoundRun, type Halted } from './halt-call.ts';
import { HaltDesk, type DeskOptions } from './halt-desk.ts';
import type { RunCard, RunEnd } from './halt-words.ts';

const parent = mkdtempSync(join(tmpdir(), 'firedrill-desk-'));
after(() => rmSync(parent, { recursive: true, force: true }));

let folder = '';
let nth = 0;
beforeEach(() => {
  nth += 1;
  folder = join(parent, String(nth));
});

const END: RunEnd = { exitCode: 108, isCutShort: true, notLifted: [], left: [] };

function card(pid: number, scenario = 'herd'): RunCard {
  const startedAt = `2026-01-01T00:00:0${pid % 10}.000Z`;
  return {
    pid,
    scenario,
    dir: `/runs/${pid}`,
    target: 'ws://127.0.0.1:4000/socket',
    startedAt,
    command: 'x',
  };
}

/** A desk in this test's folder that counts who asks; its visitors hang up when it says so. */
async function open(
  pid: number,
  options: Partial<DeskOptions> = {},
): Promise<{ desk: HaltDesk; asked: () => number }> {
  let count = 0;
  const desk = await HaltDesk.open({
    card: card(pid),
    onHalt: () => (count += 1),
    faultsOn: () => ['slow joins'],
    folders: [folder],
    ...options,
  });
  return { desk, asked: () => count };
}

async function only(): Promise<FoundRun> {
  const { runs } = await findRuns(realClock, [folder]);
  assert.equal(runs.length, 1);
  return runs[0] ?? assert.fail('no run');
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Halts it, waiting for its process as long as that is waited for: it is this one, and goes on. */
async function halt(run: FoundRun): Promise<Halted> {
  const clock = new ManualClock();
  const A_YEAR_MS = 3e10;
  let result: Halted | null = null;
  const halting = haltRun(run, A_YEAR_MS, clock).then((halted) => (result = halted));
  while (result === null) {
    await turn();
    clock.advanceUs(1e5);
  }
  return halting;
}

/** Hears nothing but what the desk says. */
async function visit(path: string): Promise<{ socket: Socket; text: () => string }> {
  const socket = connect(path);
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => (text += part));
  socket.on('error', () => {});
  await once(socket, 'data');
  return { socket, text: () => text };
}

test('a run in progress is found with its card, by its user alone', async () => {
  const { desk } = await open(41);
  assert.equal(desk.path, join(folder, '41.sock'));
  assert.equal(statSync(desk.path).mode & 0o777, 0o600);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.deepEqual(await findRuns(realClock, [folder]), {
    runs: [{ path: desk.path, card: card(41) }],
    silent: [],
  });
  desk.close(END);
  assert.deepEqual(readdirSync(folder), []);
  assert.deepEqual(await findRuns(realClock, [folder]), { runs: [], silent: [] });
});

test('who halts it learns what was on, and how it ended', async () => {
  const { desk, asked } = await open(42, {
    onHalt: () => desk.close({ ...END, notLifted: [{ name: 'slow joins', byHand: 'curl …' }] }),
  });
  assert.deepEqual(await halt(await only()), {
    how: 'ended',
    end: { ...END, notLifted: [{ name: 'slow joins', byHand: 'curl …' }] },
    on: ['slow joins'],
  });
  assert.equal(asked(), 0);
});

test('two who halt the same run both hear its end', async () => {
  const { desk, asked } = await open(43);
  const run = await only();
  const both = [halt(run), halt(run)];
  while (asked() < 2) await turn();
  desk.close(END);
  const heard = { how: 'ended', end: END, on: ['slow joins'] };
  assert.deepEqual(await Promise.all(both), [heard, heard]);
});

test('a run that is over by itself before it was asked', async () => {
  const { desk } = await open(44);
  const run = await only();
  desk.close({ ...END, exitCode: 0, isCutShort: false });
  assert.deepEqual(await haltRun(run, 5_000, realClock), { how: 'over', on: null });
});

test('who asks when all is over hears so and ends nothing', async () => {
  const { desk, asked } = await open(45);
  const { socket, text } = await visit(desk.path);
  desk.close({ ...END, exitCode: 0 });
  socket.write('halt\n');
  await once(socket, 'data');
  assert.match(text(), /"ended":\{"exitCode":0/);
  assert.equal(asked(), 0);
  socket.destroy();
});

test('garbage is hung up on, and the run goes on', async () => {
  const { desk, asked } = await open(46);
  for (const garbage of [
    'GET / HTTP/1.1\r\n',
    '{"halt":true}\n',
    '\n',
    'h'.repeat(10_000),
    '\0'.repeat(100),
  ]) {
    const { socket } = await visit(desk.path);
    const closed = once(socket, 'close');
    socket.write(garbage);
    await closed;
  }
  assert.equal(asked(), 0);
  assert.equal((await only()).card.pid, 46);
  desk.close(END);
});

test('asked twice on one line it ends once', async () => {
  const { desk, asked } = await open(47);
  const { socket, text } = await visit(desk.path);
  socket.write('halt\n');
  await once(socket, 'data');
  socket.write('halt\n');
  desk.close(END);
  await once(socket, 'data');
  assert.equal(asked(), 1);
  assert.equal(text().match(/"halting"/g)?.length, 1);
  socket.destroy();
});

test('what a dead run has left is removed, by the next of its number and by who looks', async () => {
  const dead = async (pid: number): Promise<void> => {
    // A socket whose process was killed: the file stays, nobody listens.
    const server = createServer().listen(join(parent, `dead-${pid}`));
    await once(server, 'listening');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    linkSync(join(parent, `dead-${pid}`), join(folder, `${pid}.sock`));
    server.close();
    await once(server, 'close');
  };
  await dead(48);
  const { desk } = await open(48);
  assert.equal(desk.path, join(folder, '48.sock'));
  await dead(49);
  assert.equal((await only()).card.pid, 48);
  assert.equal(existsSync(join(folder, '49.sock')), false);
  desk.close(END);
});

test('a number that is taken in another namespace gets another name', async () => {
  const first = await open(50);
  const second = await open(50);
  assert.equal(second.desk.path, join(folder, '50-2.sock'));
  const { runs } = await findRuns(realClock, [folder]);
  assert.equal(runs.length, 2);
  first.desk.close(END);
  second.desk.close(END);
});

test('the next folder is taken where one cannot be used, and the reasons told when none can', async () => {
  const long = join(parent, 'x'.repeat(100));
  const file = join(parent, `file-${nth}`);
  writeFileSync(file, '');
  const { desk } = await open(51, { folders: [file, long, folder] });
  assert.equal(desk.path, join(folder, '51.sock'));
  desk.close(END);
  await assert.rejects(open(51, { folders: [file, long] }), /is no folder; .*too long for a socket/);
  await assert.rejects(open(51, { folders: [] }), /no such sockets/);
});

test('one that says nothing is told by its number, and what is no socket of ours is left alone', async () => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'notes.txt'), '');
  const visitors: Socket[] = [];
  const mute = createServer((socket) => void visitors.push(socket)).listen(join(folder, '52.sock'));
  await once(mute, 'listening');
  const clock = new ManualClock();
  const looking = findRuns(clock, [folder]);
  while (visitors.length === 0) await turn();
  clock.advanceUs(3e6);
  assert.deepEqual(await looking, { runs: [], silent: [52] });
  assert.deepEqual(readdirSync(folder).toSorted(), ['52.sock', 'notes.txt']);
  for (const socket of visitors) socket.destroy();
  mute.close();
});

test('one that goes away without a word, and one that does not end in time', async () => {
  const { desk, asked } = await open(53);
  const run = await only();
  const clock = new ManualClock();
  const waiting = haltRun(run, 30_000, clock);
  while (asked() < 1) await turn();
  // What it says travels through the socket.
  await findRuns(realClock, [folder]);
  clock.advanceUs(30e6);
  assert.deepEqual(await waiting, { how: 'silent', on: ['slow joins'] });
  desk.close(END);

  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, '54.sock');
  const server = createServer((socket) => {
    socket.write(`${JSON.stringify({ card: card(54) })}\n`);
    socket.once('data', () => socket.destroy());
  }).listen(path);
  await once(server, 'listening');
  assert.deepEqual(await haltRun({ path, card: card(54) }, 5_000, realClock), { how: 'gone', on: null });
  server.close();
});
