import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../base/clock.ts';
import { nextTurn } from '../../base/next-turn.ts';
import { TimerWheel } from '../../base/timer-wheel.ts';
import type { FaultParams } from '../../scenario/fault-spec.ts';
import type { ClientChannel } from '../../wire/client-channel.ts';
import { encodeMessage } from '../../wire/codec.ts';
import type { PhoenixSocket } from '../../wire/phoenix-socket.ts';
import { RoughLink, type RoughLinks } from '../../wire/rough-link.ts';
import { FakeLink } from '../../wire/testing/fake-link.ts';
import { LINK_FAULTS } from './catalogue.ts';
import type { LinkTarget, LinkWorld, Strike } from './link-fault.ts';

type Client = LinkTarget & {
  link: FakeLink;
  heard: string[];
  /** Joins of its topics, in order. */
  rejoins: string[];
  endedUs: number | null;
};
type Scene = { clock: ManualClock; wheel: TimerWheel; links: RoughLinks; clients: Client[] };
type Habits = {
  isOpen?: boolean;
  topicsOf?: (index: number) => string[];
  tagsOf?: (index: number) => string[];
};

/** Clients with a link each, joined to their topics. */
function scene(count: number, { isOpen = true, topicsOf, tagsOf }: Habits = {}): Scene {
  const clock = new ManualClock(1_000_000);
  const wheel = new TimerWheel(clock);
  const clients = Array.from({ length: count }, (_, index): Client => {
    const heard: string[] = [];
    const rejoins: string[] = [];
    const link = new FakeLink({
      onOpen: () => {},
      onText: (buffer, from, to) => void heard.push(buffer.toString('utf8', from, to)),
      onBinary: () => {},
      onClosed: () => (client.endedUs = clock.nowUs()),
    });
    link.isOpen = isOpen;
    const channels = (topicsOf?.(index) ?? []).map((topic) => {
      const rejoin = (): void => void rejoins.push(topic);
      return { topic, state: 'joined', rejoin } as unknown as ClientChannel;
    });
    const socket = { index, connection: link, channels, tags: tagsOf?.(index) ?? null };
    const client: Client = {
      index,
      socket: socket as unknown as PhoenixSocket,
      link,
      heard,
      rejoins,
      endedUs: null,
    };
    return client;
  });
  return { clock, wheel, links: new Set(), clients };
}

const atOnce: LinkWorld['spread'] = async (things, act) => {
  for (const thing of things) act(thing);
};

function strike(
  { clock, wheel, links, clients: all }: Scene,
  kind: string,
  params: FaultParams,
  seed = 7,
  targets = all,
): Strike & { clients: number } {
  const fault = LINK_FAULTS.get(kind);
  if (!fault) throw new Error(`no ${kind}`);
  const on = fault({ clock, wheel, links, forMs: 10_000, seed, spread: atOnce }, params);
  const clients = targets.filter((target) => on.hit(target)).length;
  void on.fall?.();
  return { ...on, clients };
}

const indicesOf = (at: Scene, is: (client: Client) => boolean): number[] =>
  at.clients.filter(is).map(({ index }) => index);
const wasCut = ({ link }: Client): boolean =>
  link.ends.some((end) => end === 'severed: reset' || end === 'reset: reset by a fault');
const isRough = ({ link }: Client): boolean => link.rough !== null;
const isAbout = (count: number, wanted: number): boolean => Math.abs(count - wanted) < wanted / 4;
const ping = encodeMessage(3, 5, 'room:a', 'ping', '{}');

test('a drop cuts its share at one moment and darkens another, and nobody twice', () => {
  const at = scene(2_000);
  const { clients } = strike(at, 'network_drop', { reset: 0.1, blackhole: 0.05 });
  const [cut, dark] = [indicesOf(at, wasCut), indicesOf(at, isRough)];
  assert.ok(isAbout(cut.length, 200) && isAbout(dark.length, 100), `${cut.length}, ${dark.length}`);
  assert.equal(clients, cut.length + dark.length);
  assert.equal(new Set([...cut, ...dark]).size, clients);
});

test('the lift turns the light on again', () => {
  const at = scene(1_000);
  const { lift } = strike(at, 'network_drop', { reset: 0.5, blackhole: 0.2 });
  const dark = at.clients.filter(isRough);
  for (const { link } of dark) link.send(ping);
  assert.ok(dark.length > 0 && dark.every(({ link }) => link.texts.length === 0));
  void lift();
  at.clock.advanceUs(10_000_000);
  assert.ok(dark.every(({ link }) => link.texts.length === 1 && link.rough === null));
  assert.deepEqual([at.wheel.size, at.links.size], [0, 0]);
});

test('a lift before the blows have fallen calls them off', async () => {
  for (const kind of ['reset', 'close', 'garbage', 'network_drop']) {
    const at = scene(10);
    const fault = LINK_FAULTS.get(kind);
    const world = { ...at, forMs: 1_000, seed: 7, spread: atOnce };
    const on = fault?.(world, { reset: 1, code: 0, form: 'json' });
    assert.equal(at.clients.filter((client) => on?.hit(client)).length, 10);
    await on?.lift();
    await on?.fall?.();
    assert.ok(
      at.clients.every(({ link }) => link.ends.length + link.texts.length === 0),
      kind,
    );
  }
});

test('only who went dark in a drop finds it dark when connecting anew', () => {
  const at = scene(400);
  const { connecting } = strike(at, 'network_drop', { reset: 0.3, blackhole: 0.3 });
  const held: number[] = [];
  for (const { index } of at.clients) {
    connecting?.(index, () => {
      held.push(index);
      return new RoughLink(at.links);
    });
  }
  assert.deepEqual(held, indicesOf(at, isRough));
});

for (const [kind, params, done] of [
  ['reset', {}, 'severed: reset'],
  ['close', { code: 0 }, 'severed: 0'],
  ['close', { code: 1_001 }, 'severed: 1001'],
] as const) {
  test(`${kind} ${JSON.stringify(params)} ends its share of the open connections once, and then tells each`, async () => {
    const at = scene(2_000);
    const { clients, lift } = strike(at, kind, { ...params, share: 0.2 });
    const knowing = (): number => at.clients.filter(({ endedUs }) => endedUs !== null).length;
    assert.equal(knowing(), 0);
    const ended = at.clients.filter(({ link }) => link.ends.length > 0);
    assert.ok(isAbout(ended.length, 400), `${ended.length}`);
    assert.equal(ended.length, clients);
    assert.ok(ended.every(({ link }) => link.ends.length === 1 && link.ends[0] === done));
    await lift();
    await nextTurn();
    assert.deepEqual([knowing(), at.wheel.size], [clients, 0]);
  });
}

test('each form of garbage is one frame, as malformed as it says', () => {
  const sent = (form: string): string => {
    const at = scene(3);
    const frames: Buffer[] = [];
    for (const { link } of at.clients) link.leave = (frame) => void frames.push(frame);
    assert.equal(strike(at, 'garbage', { form }).clients, 3);
    assert.equal(frames.length, 3);
    assert.ok(frames.every((frame) => frame.equals(frames[0] ?? Buffer.alloc(0))));
    return frames[0]?.toString('hex') ?? '';
  };
  const hexOf = (text: string): string => Buffer.from(text).toString('hex');
  assert.equal(sent('json'), `818500000000${hexOf('{nope')}`);
  assert.equal(sent('list'), `81a000000000${hexOf('[null,"1","phoenix","heartbeat"]')}`);
  assert.equal(sent('binary'), '82810000000001');
  assert.equal(sent('utf8'), '818200000000c328');
  assert.equal(sent('unmasked'), '81027b7d');
  assert.throws(() => strike(scene(1), 'garbage', { form: 'constructor' }), /no malformed frame constructor/);
});

test('who is not connected is left alone by what happens once', () => {
  for (const kind of ['reset', 'close', 'garbage']) {
    assert.equal(strike(scene(50, { isOpen: false }), kind, { code: 0, form: 'json' }).clients, 0);
  }
  assert.equal(strike(scene(50, { isOpen: false }), 'network_drop', { reset: 1 }).clients, 0);
  assert.equal(strike(scene(50), 'network_drop', {}).clients, 0);
  assert.equal(strike(scene(50), 'network_drop', { blackhole: 1 }).clients, 50);
  assert.equal(strike(scene(50), 'network_drop', { reset: 1 }).clients, 50);
});

test('the same seed hits the same clients, however they are dealt to workers', () => {
  for (const kind of ['reset', 'stall', 'network_drop']) {
    const hit = (seed: number, workers: number): number[] => {
      const at = scene(500);
      for (let worker = 0; worker < workers; worker++) {
        const own = at.clients.filter(({ index }) => index % workers === worker);
        strike(at, kind, { share: 0.2, reset: 0.2 }, seed, own);
      }
      at.clock.advanceUs(1_000_000);
      return indicesOf(at, (client) => wasCut(client) || isRough(client));
    };
    assert.deepEqual(hit(7, 3), hit(7, 1));
    assert.ok(isAbout(hit(7, 1).length, 100), `${hit(7, 1).length}`);
    assert.notDeepEqual(hit(8, 1), hit(7, 1));
  }
});

test('hits only who has joined a matching topic, and only who carries the tag', () => {
  const topicsOf = (index: number): string[] => (index % 2 === 0 ? ['lobby', 'room:1'] : ['lobby']);
  const tagsOf = (index: number): string[] => (index % 3 === 0 ? ['kind:mobile', 'plan:free'] : ['kind:web']);
  const hit = (params: FaultParams): number[] => {
    const at = scene(60, { topicsOf, tagsOf });
    const { clients } = strike(at, 'stall', params);
    const rough = indicesOf(at, isRough);
    assert.equal(rough.length, clients);
    return rough;
  };
  const all = Array.from({ length: 60 }, (_, index) => index);
  assert.deepEqual(hit({}), all);
  assert.deepEqual(
    hit({ topic: 'room:*' }),
    all.filter((index) => index % 2 === 0),
  );
  assert.deepEqual(
    hit({ tag: 'kind:mobile' }),
    all.filter((index) => index % 3 === 0),
  );
  assert.deepEqual(
    hit({ topic: 'room:1', tag: 'plan:free' }),
    all.filter((index) => index % 6 === 0),
  );
  assert.deepEqual(hit({ topic: 'nowhere' }), []);
  assert.deepEqual(hit({ tag: 'kind:mob' }), []);
});

test('a topic that is not joined counts for nothing, and a client without tags carries none', () => {
  const at = scene(4, { topicsOf: () => ['room:1'] });
  for (const { index, socket } of at.clients)
    if (index > 0) for (const one of socket.channels) one.state = 'errored';
  strike(at, 'stall', { topic: 'room:*' });
  assert.deepEqual(indicesOf(at, isRough), [0]);
  assert.equal(strike(at, 'stall', { tag: 'kind:mobile' }).clients, 0);
});

/** Who finds a bad link when connecting while the fault is on. */
function heldAnew(at: Scene, { connecting }: Strike): number[] {
  return indicesOf(at, ({ index }) => {
    let isHeld = false;
    connecting?.(index, () => {
      isHeld = true;
      return new RoughLink(at.links);
    });
    return isHeld;
  });
}

test('who is hit finds a bad link again, and of who comes later the same share does', () => {
  const at = scene(300);
  for (const { socket } of at.clients.slice(0, 50)) Object.assign(socket, { connection: null });
  const on = strike(at, 'latency', { delayMs: 10, share: 0.5 }, 7, at.clients.slice(0, 100));
  const held = heldAnew(at, on);
  assert.equal(on.clients, held.filter((index) => index < 100).length);
  assert.ok(isAbout(held.length, 150), `${held.length}`);
  void on.lift();
  assert.equal(at.links.size, 0);
});

test('where topics and tags tell who is hit, only who was hit finds a bad link again', () => {
  const at = scene(100, { topicsOf: (index) => (index < 40 ? ['room:1'] : []) });
  const on = strike(at, 'latency', { delayMs: 10, share: 0.5, topic: 'room:*' });
  assert.deepEqual(heldAnew(at, on), indicesOf(at, isRough));
  assert.equal(on.clients, indicesOf(at, isRough).length);
});

/** One client under a fault: what its peer and it have heard after so long. */
function under(kind: string, params: FaultParams): Client & { at: Scene; on: Strike } {
  const at = scene(1);
  const [client] = at.clients;
  if (!client) throw new Error('nobody');
  return { ...client, at, on: strike(at, kind, params) };
}

test('latency delays the way it is told to, by its seed', () => {
  for (const [direction, out, back] of [
    ['both', 0, 0],
    ['out', 0, 1],
    ['in', 1, 0],
  ] as const) {
    const { at, link, heard, on } = under('latency', { delayMs: 200, jitterMs: 0, direction });
    link.send(ping);
    link.sayText('hello');
    at.clock.advanceUs(199_000);
    assert.deepEqual([link.texts.length, heard.length], [out, back], direction);
    at.clock.advanceUs(1_000);
    assert.deepEqual([link.texts.length, heard.length], [1, 1], direction);
    void on.lift();
    assert.deepEqual([at.links.size, at.wheel.size], [0, 0]);
  }
  const timesOf = (seed: number): number[] => {
    const at = scene(5);
    strike(at, 'latency', { delayMs: 200, jitterMs: 150 }, seed);
    const times: number[] = [];
    for (const { index, link } of at.clients) {
      link.leave = () => (times[index] = at.clock.nowUs());
      link.send(ping);
    }
    at.clock.advanceUs(400_000);
    return times;
  };
  assert.deepEqual(timesOf(7), timesOf(7));
  // Each client has jitter of its own.
  assert.equal(new Set(timesOf(7)).size, 5);
  assert.notDeepEqual(timesOf(7), timesOf(8));
});

test('bandwidth counts whole frames, and only the way it is told to', () => {
  const { at, link, heard } = under('bandwidth', { bytesPerSecond: ping.length * 10, direction: 'out' });
  const frames: Buffer[] = [];
  link.leave = (bytes) => void frames.push(bytes);
  for (let n = 0; n < 10; n++) link.send(ping);
  link.sayText('hello');
  assert.deepEqual(heard, ['hello']);
  at.clock.advanceUs(999_000);
  assert.ok(Buffer.concat(frames).length < 10 * ping.length);
  at.clock.advanceUs(2_000);
  assert.deepEqual(Buffer.concat(frames), Buffer.concat(Array.from({ length: 10 }, () => ping)));
});

test('the slicer cuts frames into pieces of its size', () => {
  const { at, link } = under('slicer', { bytes: 20, delayMs: 10 });
  const pieces: Buffer[] = [];
  link.leave = (bytes) => void pieces.push(bytes);
  link.send(ping);
  at.clock.advanceUs(1_000_000);
  assert.ok(pieces.length > 1 && pieces.slice(0, -1).every((piece) => piece.length === 20));
  assert.deepEqual(Buffer.concat(pieces), ping);
});

test('a byte limit ends the connection, and each has its own', () => {
  const at = scene(2);
  strike(at, 'byte_limit', { bytes: ping.length });
  const [first, second] = at.clients;
  first?.link.send(ping);
  second?.link.send(ping.subarray(0, -1));
  at.clock.advanceUs(1_000);
  assert.deepEqual(indicesOf(at, wasCut), [0]);
  second?.link.sayText('xy');
  at.clock.advanceUs(1_000);
  assert.deepEqual(indicesOf(at, wasCut), [0, 1]);
});

test('a black hole lets nothing through, a stalled client only what it sends', () => {
  for (const [kind, out] of [
    ['blackhole', 0],
    ['stall', 1],
  ] as const) {
    const { at, link, heard, on } = under(kind, {});
    link.send(ping);
    link.sayText('hello');
    at.clock.advanceUs(60_000_000);
    assert.deepEqual([link.texts.length, heard.length], [out, 0], kind);
    void on.lift();
    assert.deepEqual([link.texts.length, heard.length], [1, 1], kind);
    assert.equal(link.rough, null);
  }
});

test('lost heartbeats and stale join_refs concern single frames', () => {
  const beat = encodeMessage(null, 7, 'phoenix', 'heartbeat', '{}');
  const lost = under('heartbeat_loss', {});
  lost.link.send(beat);
  lost.link.send(ping);
  assert.deepEqual(
    lost.link.sent.map((message) => message[3]),
    ['ping'],
  );
  const stale = under('stale_join_ref', {});
  stale.link.send(beat);
  stale.link.send(ping);
  assert.deepEqual(
    stale.link.sent.map(([joinRef, , , event]) => [joinRef, event]),
    [
      [null, 'heartbeat'],
      ['2', 'ping'],
    ],
  );
  void stale.on.lift();
  stale.link.send(ping);
  assert.equal(stale.link.sent.at(-1)?.[0], '3');
});

test('faults of several kinds lie on one link, and each lift takes its own away', () => {
  const at = scene(1);
  const link = at.clients[0]?.link;
  if (!link) throw new Error('nobody');
  const latency = strike(at, 'latency', { delayMs: 100 });
  const hole = strike(at, 'blackhole', {});
  const mute = strike(at, 'heartbeat_loss', {});
  link.send(encodeMessage(null, 7, 'phoenix', 'heartbeat', '{}'));
  link.send(ping);
  at.clock.advanceUs(1_000_000);
  void hole.lift();
  assert.deepEqual(
    link.sent.map((message) => message[3]),
    ['ping'],
  );
  link.send(ping);
  void mute.lift();
  assert.equal(link.texts.length, 1);
  void latency.lift();
  assert.equal(link.texts.length, 2);
  assert.deepEqual([link.rough, at.links.size, at.wheel.size], [null, 0, 0]);
});

test('a share rejoins one matching topic each, spread over the window', () => {
  const topicsOf = (index: number): string[] => (index % 2 === 0 ? ['lobby', 'room:1'] : ['lobby']);
  const at = scene(2_000, { topicsOf });
  const { clients } = strike(at, 'rejoin', { rejoin: 0.2, topic: 'room:*' });
  const counts: number[] = [];
  for (const ms of [5_000, 5_001]) {
    at.clock.advanceUs(ms * 1e3);
    counts.push(at.clients.reduce((sum, { rejoins }) => sum + rejoins.length, 0));
  }
  assert.equal(counts[1], clients);
  assert.ok(isAbout(clients, 200), `${clients}`);
  assert.ok(isAbout(counts[0] ?? 0, clients / 2), `${counts[0]} of ${clients} in the first half`);
  const rejoined = at.clients.filter(({ rejoins }) => rejoins.length > 0);
  assert.ok(rejoined.every(({ index, rejoins }) => index % 2 === 0 && rejoins.join() === 'room:1'));
});

test('a lift calls off the rejoins that are still to come, and who has left is not joined again', () => {
  const at = scene(400, { topicsOf: () => ['room:1'] });
  const { lift } = strike(at, 'rejoin', { rejoin: 1, topic: '*' });
  for (const { index, socket } of at.clients)
    if (index % 2 === 0) for (const channel of socket.channels) channel.state = 'closed';
  at.clock.advanceUs(5_000_000);
  void lift();
  const joined = indicesOf(at, ({ rejoins }) => rejoins.length > 0);
  assert.ok(joined.length > 0 && joined.length < 200);
  assert.ok(joined.every((index) => index % 2 === 1));
  at.clock.advanceUs(60_000_000);
  assert.deepEqual(
    indicesOf(at, ({ rejoins }) => rejoins.length > 0),
    joined,
  );
});

/** Whoever a fault hits at each share, asked again each time as workers do. */
function hitAtEach(at: Scene, kind: string, shares: readonly number[], params: FaultParams = {}): Strike {
  const [first = 0, ...more] = shares;
  const on = strike(at, kind, { ...params, share: first });
  for (const share of more) {
    on.raise?.(share);
    for (const client of at.clients) on.hit(client);
    void on.fall?.();
  }
  return on;
}

test('whoever is hit at a small share is hit at every larger one, and the links they have stay as they are', () => {
  for (const [kind, params] of [
    ['latency', { delayMs: 100 }],
    ['bandwidth', { bytesPerSecond: 1_000 }],
    ['slicer', { bytes: 5, delayMs: 10 }],
    ['byte_limit', { bytes: 1_000 }],
    ['blackhole', {}],
    ['stall', {}],
    ['heartbeat_loss', {}],
    ['stale_join_ref', {}],
  ] as const) {
    const at = scene(1_000);
    const on = strike(at, kind, { ...params, share: 0.1 });
    const before = new Map(at.clients.map(({ index, link }) => [index, link.rough]));
    const few = indicesOf(at, isRough);
    on.raise?.(0.3);
    for (const client of at.clients) on.hit(client);
    const more = indicesOf(at, isRough);
    assert.ok(
      isAbout(few.length, 100) && isAbout(more.length, 300),
      `${kind}: ${few.length}, ${more.length}`,
    );
    assert.deepEqual(
      few,
      more.filter((index) => before.get(index) !== null),
      kind,
    );
    // The same link, and not another condition on it.
    assert.ok(
      few.every((index) => at.clients[index]?.link.rough === before.get(index)),
      kind,
    );
    assert.deepEqual(heldAnew(at, on), more, kind);
    void on.lift();
    assert.deepEqual([indicesOf(at, isRough), at.links.size, at.wheel.size], [[], 0, 0], kind);
  }
});

test('a latency that rises delays nobody twice', () => {
  const at = scene(20);
  hitAtEach(at, 'latency', [0.5, 1], { delayMs: 100, jitterMs: 0 });
  for (const { link } of at.clients) link.send(ping);
  at.clock.advanceUs(99_000);
  assert.ok(at.clients.every(({ link }) => link.texts.length === 0));
  at.clock.advanceUs(2_000);
  assert.ok(at.clients.every(({ link }) => link.texts.length === 1));
});

test('what happens once happens to the next of them with each step, and to nobody twice', () => {
  for (const kind of ['reset', 'close', 'garbage']) {
    const at = scene(1_000);
    const frames: number[] = at.clients.map(() => 0);
    for (const { index, link } of at.clients) link.leave = () => (frames[index] = (frames[index] ?? 0) + 1);
    const struck = (): number[] =>
      indicesOf(at, ({ index, link }) => link.ends.length + (frames[index] ?? 0) > 0);
    const on = strike(at, kind, { share: 0.2, code: 0, form: 'json' });
    const first = struck();
    on.raise?.(0.4);
    const again = at.clients.filter((client) => on.hit(client)).map(({ index }) => index);
    assert.deepEqual(
      again.filter((index) => first.includes(index)),
      [],
      kind,
    );
    assert.deepEqual(struck(), first, kind);
    void on.fall?.();
    assert.deepEqual(
      struck(),
      [...first, ...again].toSorted((a, b) => a - b),
      kind,
    );
    assert.ok(at.clients.every(({ index, link }) => link.ends.length + (frames[index] ?? 0) <= 1));
    assert.ok(isAbout(first.length, 200) && isAbout(again.length, 200), `${first.length}, ${again.length}`);
  }
});

test('a share of those in a topic rises among them alone', () => {
  const topicsOf = (index: number): string[] => (index % 2 === 0 ? ['room:1'] : []);
  const at = scene(400, { topicsOf });
  const on = hitAtEach(at, 'stall', [0.2, 0.6], { topic: 'room:*' });
  const hit = indicesOf(at, isRough);
  assert.ok(isAbout(hit.length, 120) && hit.every((index) => index % 2 === 0), `${hit.length}`);
  assert.deepEqual(heldAnew(at, on), hit);
});
