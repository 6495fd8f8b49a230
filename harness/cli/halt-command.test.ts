import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { ManualClock, realClock, type Clock } from '../base/clock.ts';
import { FiredrillError } from '../base/errors.ts';
import type { RunEnd } from '../run/halt-words.ts';
import { haltCommand } from './halt-command.ts';
import type { Typed } from './flags.ts';

const parent = mkdtempSync(join(tmpdir(), 'firedrill-halt-'));
after(() => rmSync(parent, { recursive: true, force: true }));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(parent, 'runs-'));
});

const END: RunEnd = { exitCode: 108, isCutShort: true, notLifted: [], left: [] };

/** A run of another process, which ends as it is told and hangs up as a process does that is gone. */
async function running(
  pid: number,
  scenario: string,
  end: RunEnd | 'dies' | 'hangs' = END,
): Promise<{ asked: Promise<void> }> {
  const asked = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    const say = (what: object): boolean => socket.write(`${JSON.stringify(what)}\n`);
    const startedAt = `2026-01-01T00:00:0${pid % 10}.000Z`;
    say({
      card: { pid, scenario, dir: `/runs/${scenario}-${pid}`, target: 'ws://x', startedAt, command: 'x' },
    });
    socket.on('error', () => {});
    socket.once('data', () => {
      say({ halting: { on: end === 'dies' ? [] : ['slow joins'] } });
      asked.resolve();
      if (end === 'hangs') return;
      if (end !== 'dies') say({ ended: end });
      socket.end();
    });
  }).listen(join(folder, `${pid}.sock`));
  await once(server, 'listening');
  after(() => server.close());
  return { asked: asked.promise };
}

async function halt(
  name?: string,
  typed: Typed = {},
  clock: Clock = realClock,
): Promise<{ code: number; out: string; err: string }> {
  const text = { out: '', err: '' };
  const here = {
    print: (part: string) => void (text.out += part),
    warn: (part: string) => void (text.err += part),
    clock,
    folders: [folder],
  };
  return { code: await haltCommand(name, typed, here), ...text };
}

async function refusal(name?: string, typed: Typed = {}): Promise<FiredrillError> {
  try {
    await halt(name, typed);
  } catch (error) {
    assert.ok(error instanceof FiredrillError);
    return error;
  }
  return assert.fail('it was not refused');
}

test('the only run needs no name', async () => {
  await running(11, 'herd');
  const { code, out } = await halt();
  assert.equal(out, 'halted=herd dir=/runs/herd-11 exit=108 faults=lifted\n');
  assert.equal(code, 0);
});

test('with none there is nothing to halt', async () => {
  for (const typed of [{}, { all: true }]) {
    const { exitCode, problems } = await refusal(undefined, typed);
    assert.equal(exitCode, 114);
    assert.equal(problems[0]?.code, 'no-run');
  }
  assert.deepEqual(await halt(undefined, { list: true }), { code: 0, out: '', err: 'no run in progress\n' });
});

test('of several the one that is named, by scenario, folder or process', async () => {
  await running(11, 'herd trouble');
  await running(12, 'flagship');
  const { exitCode, problems } = await refusal();
  assert.equal(exitCode, 104);
  assert.match(problems[0]?.wanted ?? '', /run=herd trouble pid=11[\s\S]*run=flagship pid=12/);
  assert.match(problems[0]?.hint ?? '', /firedrill halt 11, or firedrill halt --all/);
  for (const name of ['herd trouble', 'herd', '11', '/runs/herd trouble-11', 'herd trouble-11']) {
    assert.match((await halt(name)).out, /^halted=herd trouble /, name);
  }
  assert.equal((await refusal('lagship')).problems[0]?.code, 'unknown-run');
  assert.match((await halt('flagship')).out, /^halted=flagship /);
});

test('two runs of one scenario are told apart by process', async () => {
  await running(13, 'herd');
  await running(14, 'herd');
  assert.equal((await refusal('herd')).problems[0]?.code, 'several-runs');
  assert.match((await halt('14')).out, /dir=\/runs\/herd-14 /);
});

test('all of them, and the loudest exit code', async () => {
  await running(11, 'herd');
  const stuck = { ...END, exitCode: 115, notLifted: [{ name: 'slow joins', byHand: 'curl -X DELETE …' }] };
  await running(12, 'flagship', stuck);
  await running(13, 'leak', { ...END, exitCode: 0, isCutShort: false });
  const { code, out } = await halt(undefined, { all: true });
  assert.equal(code, 115);
  assert.deepEqual(out.trimEnd().split('\n').toSorted(), [
    'ended=leak dir=/runs/leak-13 exit=0 faults=lifted',
    'halted=flagship dir=/runs/flagship-12 exit=115 faults=not_lifted',
    'halted=herd dir=/runs/herd-11 exit=108 faults=lifted',
    'still_on=slow joins by_hand=curl -X DELETE …',
  ]);
  assert.equal((await refusal('herd', { all: true })).exitCode, 104);
});

test('faults that a drill leaves on are no failure', async () => {
  await running(11, 'herd', { ...END, left: ['slow joins'] });
  const { code, out } = await halt();
  assert.equal(code, 0);
  assert.match(out, /faults=left\nleft_on=slow joins\n$/);
});

test('one that does not end in time may still have its faults on', async () => {
  const { asked } = await running(11, 'herd', 'hangs');
  const clock = new ManualClock();
  const halting = halt(undefined, { timeout: '20s' }, clock);
  await asked;
  // What it says to that is on its way.
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  clock.advanceUs(20e6);
  const { code, out } = await halting;
  assert.equal(code, 115);
  assert.match(out, /^silent=herd .*faults=unknown .*after 20 s; may still be on: slow joins; kill -INT 11/);
});

test('one that goes without a word while no fault was on leaves only its end unknown', async () => {
  await running(11, 'herd', 'dies');
  const { code, out } = await halt();
  assert.equal(code, 113);
  assert.match(out, /^gone=herd .*faults=none_on .*no fault was on/);
});

test('programs get one document', async () => {
  await running(11, 'herd');
  await running(12, 'flagship');
  const listed = JSON.parse((await halt(undefined, { list: true, json: true })).out) as {
    runs: { pid: number }[];
  };
  assert.deepEqual(
    listed.runs.map(({ pid }) => pid),
    [11, 12],
  );
  const { out } = await halt('herd', { json: true });
  const told = JSON.parse(out) as { schema: string; runs: Record<string, unknown>[]; exitCode: number };
  assert.equal(told.schema, 'firedrill/halt/1');
  const [run] = told.runs;
  assert.deepEqual(
    [run?.['outcome'], run?.['exitCode'], run?.['faults'], told.exitCode],
    ['halted', 108, 'lifted', 0],
  );
});

test('a name with control characters obeys nobody', async () => {
  await running(11, 'he\u001b[2Jrd');
  assert.doesNotMatch((await halt()).out, /\u001b/);
});

test('a flag it does not know is refused', async () => {
  assert.equal((await refusal(undefined, { al: true })).exitCode, 104);
  assert.equal((await refusal(undefined, { timeout: 'soon' })).exitCode, 104);
});
