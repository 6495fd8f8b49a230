import assert from 'node:assert/strict';
import type { Duplex } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { realClock } from '../base/clock.ts';
import { FiredrillError } from '../base/errors.ts';
import { ALL_CASES } from './all-cases.ts';
import { groupBySettings, runBundled, type BundledProfile } from './bundled-servers.ts';
import type { ConformanceCase, Outcome } from './case.ts';
import { lookAt } from './look-at-target.ts';
import { judge, missing, runCases, type Judged } from './run-cases.ts';
import type { ConformanceTarget } from './target.ts';
import {
  answering,
  clientTexts,
  FakeServer,
  serverClose,
  serverFrame,
  type Script,
} from './testing/fake-server.ts';

function caseOf(number: number): ConformanceCase {
  const found = ALL_CASES.find((conformance) => conformance.number === number);
  assert.ok(found);
  return found;
}

async function fake(t: TestContext, script: Script): Promise<FakeServer> {
  const server = await FakeServer.start(script);
  t.after(() => server.stop());
  return server;
}

async function outcomeOf(
  t: TestContext,
  number: number,
  script: Script,
  overrides: Partial<ConformanceTarget> = {},
): Promise<Outcome> {
  const server = await fake(t, script);
  return judge(caseOf(number), server.target(overrides), realClock);
}

const ok = (message: unknown[], response: unknown = {}): unknown[] => [
  message[0],
  message[1],
  message[2],
  'phx_reply',
  { response, status: 'ok' },
];

test('a right answer passes, whatever the order of its keys', async (t) => {
  const outcome = await outcomeOf(
    t,
    6,
    answering((message) => [ok(message)]),
  );
  assert.deepEqual(outcome, { status: 'passed', notes: [] });
});

test('a wrong frame fails and says sent, expected and got', async (t) => {
  const outcome = await outcomeOf(
    t,
    6,
    answering((message) => [ok(message, { extra: 1 })]),
  );
  assert.equal(outcome.status, 'failed');
  assert.ok(outcome.status === 'failed');
  assert.equal(outcome.expected, '[null,"1","phoenix","phx_reply",{"status":"ok","response":{}}]');
  assert.equal(outcome.got, '[null,"1","phoenix","phx_reply",{"response":{"extra":1},"status":"ok"}]');
  const exchange = outcome.exchange.join('\n');
  assert.match(exchange, /A .* > \[null,"1","phoenix","heartbeat",\{\}\]/);
  assert.match(exchange, /A .* < \[null,"1","phoenix","phx_reply"/);
});

test('a ref of another type is a wrong frame', async (t) => {
  const outcome = await outcomeOf(
    t,
    6,
    answering(() => [[null, 1, 'phoenix', 'phx_reply', { status: 'ok', response: {} }]]),
  );
  assert.equal(outcome.status, 'failed');
});

test('a frame too many where silence is due fails', async (t) => {
  const silent = answering((message) => (message[0] === '0' ? [] : [ok(message)]));
  assert.equal((await outcomeOf(t, 22, silent)).status, 'passed');
  const talkative = answering((message) => [ok(message)]);
  assert.equal((await outcomeOf(t, 22, talkative)).status, 'failed');
});

test('the wrong order of right frames fails', async (t) => {
  const push = (topic: unknown, event: string): unknown[] => ['1', null, topic, event, {}];
  const inOrder = (order: readonly number[]): Script =>
    answering((message) => {
      if (message[3] !== 'order') return [ok(message)];
      const topic = message[2];
      const frames = [push(topic, 'p1'), [null, null, topic, 'b1', {}], push(topic, 'p2'), ok(message)];
      return order.map((index) => frames[index]);
    });
  assert.equal((await outcomeOf(t, 37, inOrder([0, 1, 2, 3]))).status, 'passed');
  assert.equal((await outcomeOf(t, 37, inOrder([0, 2, 1, 3]))).status, 'failed');
});

test('a wrong close code fails, and 1006 is no 1011', async (t) => {
  const closing =
    (code: number | null): Script =>
    (bytes, socket) => {
      // The first frames of the case are two joins; what no JSON is in comes last.
      try {
        answering((message) => (Array.isArray(message) && message.length === 5 ? [ok(message)] : fail()))(
          bytes,
          socket,
        );
      } catch {
        if (code === null) socket.destroy();
        else socket.end(serverClose(code));
      }
    };
  assert.equal((await outcomeOf(t, 8, closing(1011))).status, 'passed');
  assert.equal((await outcomeOf(t, 8, closing(1002))).status, 'failed');
  assert.equal((await outcomeOf(t, 8, closing(null))).status, 'failed');
});

function fail(): never {
  throw new Error('no message');
}

test('the version decides what is right', async (t) => {
  const crash = (payload: unknown): Script =>
    answering((message) => {
      const [, , topic, event] = message;
      if (event === 'crash') return [['1', '1', topic, 'phx_error', payload]];
      if (event !== 'ping') return [ok(message)];
      return [
        [null, message[1], topic, 'phx_reply', { status: 'error', response: { reason: 'unmatched topic' } }],
      ];
    });
  assert.equal((await outcomeOf(t, 48, crash({ reason: 'channel_crash' }))).status, 'passed');
  assert.equal((await outcomeOf(t, 48, crash({}))).status, 'failed');
  assert.equal((await outcomeOf(t, 48, crash({}), { version: '1.8.9', patch: 9 })).status, 'passed');
});

/** Broadcasts to everybody, V1 and V2; the last V2 subscriber gets what `spell` makes of the same value. */
function broadcasting(spell: (text: string) => string): Script {
  const v2 = new Set<Duplex>();
  const v1 = new Set<Duplex>();
  return (bytes, socket) => {
    for (const text of clientTexts(bytes)) {
      const message = JSON.parse(text) as unknown[] | { topic: string; ref: string };
      if (!Array.isArray(message)) {
        v1.add(socket);
        const payload = { status: 'ok', response: {} };
        socket.write(serverFrame(JSON.stringify({ ...message, event: 'phx_reply', payload })));
        continue;
      }
      const [, , topic, event, payload] = message;
      v2.add(socket);
      if (event === 'shout') {
        const frame = JSON.stringify([null, null, topic, event, payload]);
        for (const [index, one] of [...v2].entries())
          one.write(serverFrame(index === 1 ? spell(frame) : frame));
        for (const one of v1) one.write(serverFrame(JSON.stringify({ topic, event, payload, ref: null })));
      }
      socket.write(serverFrame(JSON.stringify(ok(message))));
    }
  };
}

test('bytes that differ between subscribers fail even when the values do not', async (t) => {
  assert.equal(
    (
      await outcomeOf(
        t,
        51,
        broadcasting((text) => text),
      )
    ).status,
    'passed',
  );
  assert.equal(
    (
      await outcomeOf(
        t,
        51,
        broadcasting((text) => `${text} `),
      )
    ).status,
    'failed',
  );
});

test('a refused connection is a failure with its reason', async (t) => {
  const server = await fake(t, () => {});
  const target = server.target();
  server.stop();
  const outcome = await judge(caseOf(6), target, realClock);
  assert.ok(outcome.status === 'failed');
  assert.match(outcome.got, /no upgrade/);
});

test('what a target does not offer is n/a with the reason', async (t) => {
  const server = await fake(t, () => {});
  const target = server.target();
  assert.equal(missing({ probe: true }, target), 'probe:* is not mounted');
  assert.equal(missing({ control: true }, target), 'there is no control port');
  assert.equal(missing({ ends: 'stop' }, target), 'the server is not ours to stop');
  assert.equal(missing({ broadcasts: true }, target), 'there is neither a control port nor probe:*');
  assert.equal(missing({ broadcasts: true }, { ...target, probe: true }), null);
  const settings = { 'idle-timeout-ms': '1' };
  assert.equal(missing({ settings }, target), '--settings does not declare idle-timeout-ms');
  assert.equal(missing({ settings }, { ...target, settings }), null);
  assert.deepEqual(await judge(caseOf(66), target, realClock), {
    status: 'n/a',
    reason: '--settings does not declare idle-timeout-ms',
  });
  assert.deepEqual(await judge(caseOf(88), target, realClock), {
    status: 'n/a',
    reason: 'LiveView is not mounted',
  });
});

test('cases that count or end run alone, and what ends the server last', async (t) => {
  const server = await fake(t, () => {});
  const seen: string[] = [];
  let running = 0;
  const one = (number: number, needs: object): ConformanceCase => ({
    number,
    title: '',
    spec: '',
    needs,
    async run() {
      running += 1;
      await Promise.resolve();
      seen.push(`${number}:${running}`);
      running -= 1;
    },
  });
  const cases = [one(1, { ends: 'stop' }), one(2, { alone: true }), one(3, {}), one(4, {})];
  await runCases(cases, server.target({ stop: () => Promise.resolve() }), realClock, () => {});
  assert.deepEqual(seen.slice(2), ['2:1', '1:1']);
  assert.deepEqual(
    seen.slice(0, 2).map((text) => text[0]),
    ['3', '4'],
  );
});

test('the first look finds the probe, or says that the target is unreachable', async (t) => {
  const unmatched = (message: unknown[]): unknown[] => [
    null,
    message[1],
    message[2],
    'phx_reply',
    { status: 'error', response: { reason: 'unmatched topic' } },
  ];
  const isProbe = (message: unknown[]): boolean => String(message[2]).startsWith('probe:');
  const without = await fake(
    t,
    answering((message) => [isProbe(message) ? unmatched(message) : ok(message)]),
  );
  assert.equal((await lookAt(without.target({ probe: true }), realClock)).probe, false);
  const mounted = await fake(
    t,
    answering((message) => [ok(message)]),
  );
  assert.equal((await lookAt(mounted.target(), realClock)).probe, true);
  const strange = await fake(
    t,
    answering((message) => [unmatched(message)]),
  );
  await assert.rejects(lookAt(strange.target(), realClock), (error) => {
    return error instanceof FiredrillError && error.exitCode === 114;
  });
});

test('cases share a server when they need the same settings, unless they end it', () => {
  const one = (number: number, needs: object): ConformanceCase => ({
    number,
    title: '',
    spec: '',
    needs,
    run: () => Promise.resolve(),
  });
  const idle = { 'idle-timeout-ms': '1' };
  const groups = groupBySettings([
    one(1, {}),
    one(2, { settings: idle }),
    one(3, { wants: idle }),
    one(4, { probe: true }),
    one(5, { ends: 'stop' }),
  ]);
  assert.deepEqual(
    groups.map(({ cases }) => cases.map(({ number }) => number)),
    [[1, 4], [2, 3], [5]],
  );
});

function bundled(overrides: Partial<BundledProfile>): {
  options: BundledProfile;
  judged: Map<unknown, Outcome>;
} {
  const judged = new Map<unknown, Outcome>();
  const onJudged = ({ conformance, outcome }: Judged): void => void judged.set(conformance.number, outcome);
  const declared = {
    clock: realClock,
    profile: 'cowboy' as const,
    version: '1.8.5',
    settings: {},
    flags: [],
  };
  return { options: { ...declared, onJudged, ...overrides }, judged };
}

test('where no bundled server starts, the run has no target', async () => {
  const { options, judged } = bundled({ main: '/nowhere/main.js' });
  await assert.rejects(runBundled([caseOf(6), caseOf(66), caseOf(88)], options), (error) => {
    return error instanceof FiredrillError && error.exitCode === 114 && /main\.js/.test(error.message);
  });
  assert.equal(judged.get(88)?.status, 'n/a');
});

test('a bundled server that does not start fails its cases and nothing else', async () => {
  const wrong: ConformanceCase = {
    number: 14,
    title: 'on a server with a setting it refuses',
    spec: '',
    needs: { settings: { 'idle-timeout-ms': 'never' } },
    run: () => Promise.resolve(),
  };
  const { options, judged } = bundled({});
  await runBundled([caseOf(6), wrong], options);
  assert.deepEqual(judged.get(6), { status: 'passed', notes: [] });
  const failed = judged.get(14);
  assert.ok(failed?.status === 'failed');
  const flags = '--profile cowboy --phoenix-version 1.8.5 --idle-timeout-ms never';
  assert.equal(failed.expected, `a bundled server with ${flags}`);
  assert.match(failed.got, /server-not-started/);
});
