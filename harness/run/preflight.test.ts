import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../base/clock.ts';
import { FiredrillError } from '../base/errors.ts';
import type { TargetAddress } from '../drive/orders.ts';
import type { ClientConnection, ConnectionOwner, Transport } from '../wire/transport.ts';
import { checkTarget, type Reached } from './preflight.ts';

/** What the server at an address does: opens and answers, opens and says nothing, or refuses in these words. */
type Habit = 'answers' | 'silent' | 'hangs' | 'closes' | { refuses: string };

class FakeTarget {
  readonly clock = new ManualClock();
  readonly sent: string[] = [];
  readonly left: string[] = [];
  readonly #habits: Record<string, Habit>;

  constructor(habits: Record<string, Habit>) {
    this.#habits = habits;
  }

  readonly transport: Transport = ({ host, tls }, _upgrade, owner) => {
    const habit = this.#habits[tls === null ? host : `${host} in TLS`];
    queueMicrotask(() => {
      if (typeof habit === 'object') owner.onClosed({ code: 1006, detail: habit.refuses, refused: true });
      else if (habit !== 'hangs') {
        this.clock.advanceUs(12_000);
        owner.onOpen();
      }
    });
    return this.#connection(host, owner, habit ?? 'hangs');
  };

  #connection(host: string, owner: ConnectionOwner, habit: Habit): ClientConnection {
    return {
      isOpen: true,
      bufferedBytes: 0,
      send: (frame) => {
        this.sent.push(unmasked(frame));
        const reply = Buffer.from('[null,"1","phoenix","phx_reply",{"status":"ok","response":{}}]');
        if (habit === 'answers') owner.onText(reply, 0, reply.length);
        if (habit === 'closes')
          owner.onClosed({ code: 1011, detail: 'closed by the server with 1011', refused: false });
        if (habit === 'silent') setImmediate(() => this.clock.advanceUs(1e6));
      },
      close: () => this.left.push(host),
      reset: (detail) => owner.onClosed({ code: 1006, detail, refused: true }),
      sever: () => assert.fail('no fault is on'),
      tellSevered: () => assert.fail('no fault is on'),
      roughen: () => assert.fail('no fault is on'),
    };
  }

  look(target: Partial<TargetAddress> = {}): Promise<Reached> {
    const address: TargetAddress = {
      host: 'chat.example',
      addresses: Object.keys(this.#habits).filter((name) => !name.endsWith(' in TLS')),
      port: 4000,
      path: '/socket/websocket',
      params: {},
      headers: {},
      vsn: '2.0.0',
      authToken: null,
      tls: null,
      sourceAddresses: [],
      ...target,
    };
    const upgrade = {
      host: 'chat.example:4000',
      path: '/socket/websocket',
      headers: {},
      protocols: target.authToken ? ['phoenix'] : [],
    };
    const { clock, transport } = this;
    return checkTarget({
      clock,
      target: address,
      upgrade,
      transport,
      display: 'ws://chat.example:4000/socket',
    });
  }
}

/** The text of a short masked frame. */
function unmasked(frame: Buffer): string {
  const mask = frame.subarray(2, 6);
  return Buffer.from(frame.subarray(6).map((byte, i) => byte ^ (mask[i % 4] ?? 0))).toString();
}

async function problemOf(target: FakeTarget): Promise<{ got: string; hint: string }> {
  const error = await target.look().then(
    () => assert.fail('should be refused'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof FiredrillError);
  assert.equal(error.exitCode, 114);
  assert.equal(error.problems.length, 1);
  return { got: error.problems[0]?.got ?? '', hint: error.problems[0]?.hint ?? '' };
}

test('says what was agreed on, and goes away in good order', async () => {
  const target = new FakeTarget({ '10.0.0.1': 'closes', '10.0.0.1 in TLS': 'answers' });
  const tls = { servername: 'chat.example', ca: null };
  assert.deepEqual(await target.look({ tls, authToken: 't0ken' }), {
    addresses: ['10.0.0.1'],
    notes: [
      'ws://chat.example:4000/socket: opened in 12 ms, vsn 2.0.0, certificate verified, ' +
        'auth token offered as a subprotocol; heartbeat answered in 0 ms',
    ],
  });
  assert.deepEqual(target.sent, ['[null,"1","phoenix","heartbeat",{}]']);
  assert.deepEqual(target.left, ['10.0.0.1']);
});

test('sends the heartbeat of the version it was told', async () => {
  const target = new FakeTarget({ '10.0.0.1': 'answers' });
  const { notes } = await target.look({ vsn: '1.0.0' });
  assert.match(target.sent[0] ?? '', /^\{"topic":"phoenix","event":"heartbeat"/);
  assert.match(notes[0] ?? '', /vsn 1\.0\.0/);
});

test('a server that opens and does not answer a heartbeat is loaded, with a word', async () => {
  for (const [habit, word] of [
    ['silent', 'no answer in 1 s'],
    ['closes', 'closed by the server with 1011'],
  ] as const) {
    const { addresses, notes } = await new FakeTarget({ '10.0.0.1': habit }).look();
    assert.deepEqual(addresses, ['10.0.0.1']);
    assert.match(notes[0] ?? '', new RegExp(`a heartbeat got ${word}: .*--vsn 1\\.0\\.0`));
  }
});

test('loads every address that opens and names those left out', async () => {
  const target = new FakeTarget({
    '10.0.0.1': { refuses: 'ECONNREFUSED' },
    '10.0.0.2': 'answers',
    '10.0.0.3': 'answers',
  });
  const { addresses, notes } = await target.look();
  assert.deepEqual(addresses, ['10.0.0.2', '10.0.0.3']);
  assert.match(notes[0] ?? '', /2 addresses/);
  assert.match(notes[1] ?? '', /10\.0\.0\.1 is left out: ECONNREFUSED$/);
});

test('loads one family of a name, the one that opens first, and waits for no other', async () => {
  const target = new FakeTarget({ 'fd00::1': 'hangs', '10.0.0.2': 'answers' });
  assert.deepEqual((await target.look()).addresses, ['10.0.0.2']);
});

test('of loopback it takes IPv4, whichever answers first', async () => {
  const both = new FakeTarget({ '::1': 'answers', '127.0.0.1': 'answers' });
  assert.deepEqual((await both.look()).addresses, ['127.0.0.1']);
  const one = new FakeTarget({ '::1': 'answers', '127.0.0.1': { refuses: 'ECONNREFUSED' } });
  const { addresses, notes } = await one.look();
  assert.deepEqual([addresses, notes.length], [['::1'], 1]);
});

test('nobody there is 114, with the cause and what to try', async () => {
  const target = new FakeTarget({
    '::1': { refuses: 'ECONNREFUSED' },
    '127.0.0.1': { refuses: 'HTTP 403' },
  });
  const { got, hint } = await problemOf(target);
  assert.match(got, /^::1: ECONNREFUSED\n +127\.0\.0\.1: HTTP 403\n/);
  assert.match(hint, /--param token=/);
});

test('a hint names the target’s own host and port', async () => {
  const refuses = 'TLS certificate is self-signed';
  const { got, hint } = await problemOf(new FakeTarget({ '10.0.0.1': { refuses } }));
  assert.match(got, /^TLS certificate is self-signed\n/);
  assert.match(hint, /--ca .*openssl s_client -connect chat\.example:4000/);
});

test('a server that hangs up on plain words is asked whether it speaks TLS', async () => {
  const mute: Habit = { refuses: 'closed during the upgrade' };
  for (const inTls of [
    'answers',
    { refuses: 'TLS certificate is self-signed' },
    { refuses: 'HTTP 403' },
  ] as const) {
    const { got, hint } = await problemOf(new FakeTarget({ '10.0.0.1': mute, '10.0.0.1 in TLS': inTls }));
    assert.match(got, /^the server speaks TLS\n/);
    assert.match(hint, /^wss:/);
  }
  const plain = new FakeTarget({
    '10.0.0.1': mute,
    '10.0.0.1 in TLS': { refuses: 'the server speaks no TLS' },
  });
  assert.match((await problemOf(plain)).got, /^closed during the upgrade\n/);
});

test('words nobody knows are told all the same', async () => {
  const { got, hint } = await problemOf(new FakeTarget({ '10.0.0.1': { refuses: 'E_UNHEARD_OF' } }));
  assert.equal(got, 'E_UNHEARD_OF');
  assert.match(hint, /phoenix\.js/);
});

test('silence is given up after 5 s', async () => {
  const target = new FakeTarget({ '10.0.0.1': 'hangs' });
  let isOver = false;
  const refused = problemOf(target).finally(() => (isOver = true));
  target.clock.advanceUs(4.9e6);
  await new Promise(setImmediate);
  assert.equal(isOver, false);
  target.clock.advanceUs(0.2e6);
  assert.match((await refused).got, /^no answer within 5 s\n/);
});
