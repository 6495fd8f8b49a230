import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextTurn } from '../base/next-turn.ts';
import { STAMP_KEY } from '../measure/witness.ts';
import type { LinkTarget } from '../faults/link/link-fault.ts';
import type { FaultParams } from '../scenario/fault-spec.ts';
import type { FakeLink } from '../wire/testing/fake-link.ts';
import type { HitClients } from './orders.ts';
import { Strikes } from './strikes.ts';
import { crowd, type Crowd } from './testing/crowd.ts';

type Scene = Crowd & {
  strikes: Strikes;
  /** Puts a fault on; its ids are f1, f2 and so on. */
  begin(kind: string, params?: FaultParams, forMs?: number): Promise<HitClients>;
  /** The link a client has now, or had last. */
  linkOf(index: number): FakeLink;
};

/** Clients that have joined a topic each, and the faults of their worker. */
async function scene(
  clients: number,
  behaviour: Parameters<typeof crowd>[1] = {},
  ramp = '0s',
): Promise<Scene> {
  const at = crowd(
    {
      load: { clients, ramp, hold: '300s' },
      client: async (user) => {
        user.tag('kind', user.index % 2 === 0 ? 'mobile' : 'web');
        await user.join(`room:${user.index}`);
      },
    },
    behaviour,
  );
  const { clock, wheel } = at.world;
  const strikes = new Strikes({ clock, wheel });
  at.world.linkOf = (index) => strikes.linkOf(index);
  at.sessions.start();
  await at.passMs(50);
  let count = 0;
  return {
    ...at,
    strikes,
    begin(kind, params = {}, forMs = 10_000) {
      count += 1;
      const order = { type: 'strike' as const, id: `f${count}`, kind, params, seed: 7, forMs };
      return strikes.begin(order, at.sessions.present());
    },
    linkOf(index) {
      const owner = [...at.sessions.present()].find((client) => client.index === index)?.socket;
      const link = at.links.findLast((one) => one.owner === owner);
      if (!link) throw new Error(`client ${index} has no link`);
      return link;
    },
  };
}

test('a client that connects anew under a fault finds its link as bad as it was, until the lift', async () => {
  const at = await scene(3);
  const hit = await at.begin('latency', { delayMs: 300, jitterMs: 0, direction: 'both' });
  assert.deepEqual(hit, { clients: 3, there: 3 });
  at.linkOf(1).drop(1006);
  await at.passMs(100);
  const anew = at.linkOf(1);
  assert.deepEqual([anew.isClosed, anew.isOpen, anew.rough === null], [false, false, false]);
  await at.passMs(250);
  assert.equal(anew.isOpen, true);
  void at.strikes.lift('f1');
  assert.equal(anew.rough, null);
  anew.drop(1006);
  await at.passMs(20);
  assert.deepEqual([at.linkOf(1).isOpen, at.linkOf(1).rough], [true, null]);
});

test('who is not hit connects over a good link, and carries on as ever', async () => {
  const at = await scene(4);
  assert.deepEqual(await at.begin('blackhole', { tag: 'kind:mobile' }), { clients: 2, there: 4 });
  for (const index of [0, 1]) at.linkOf(index).drop(1006);
  await at.passMs(100);
  assert.deepEqual([at.linkOf(0).isOpen, at.linkOf(1).isOpen], [false, true]);
  assert.equal(at.linkOf(1).rough, null);
  void at.strikes.lift('f1');
  await at.passMs(10);
  assert.equal(at.linkOf(0).isOpen, true);
  assert.equal(at.sessions.joined, 4);
});

test('who arrives while it is on is hit as well, by the same share', async () => {
  const at = await scene(40, {}, '1s');
  const before = at.links.length;
  void at.begin('stall', { share: 0.5 }, 60_000);
  await at.passMs(1_000);
  assert.equal(at.links.length, 40);
  const later = at.links.slice(before);
  const hit = later.filter((link) => link.rough !== null).length;
  assert.ok(hit > later.length / 4 && hit < (later.length * 3) / 4, `${hit} of ${later.length}`);
});

test('who connects anew while the others are still being hit is hit once', async () => {
  const at = await scene(2);
  const [first, second] = [...at.sessions.present()];
  function* reconnecting(): Iterable<LinkTarget> {
    if (first) yield first;
    at.linkOf(1).drop(1006);
    at.clock.advanceUs(11_000);
    if (second) yield second;
  }
  const order = {
    type: 'strike',
    id: 'f1',
    kind: 'latency',
    params: { delayMs: 300 },
    seed: 7,
    forMs: 10_000,
  } as const;
  assert.deepEqual(await at.strikes.begin(order, reconnecting()), { clients: 2, there: 2 });
  await at.passMs(290);
  assert.equal(at.linkOf(1).isOpen, false);
  await at.passMs(20);
  assert.equal(at.linkOf(1).isOpen, true);
  void at.strikes.lift('f1');
  assert.deepEqual([at.linkOf(0).rough, at.linkOf(1).rough], [null, null]);
});

test('a fault that nobody lifts ends by itself five seconds after its time', async () => {
  const at = await scene(2);
  void at.begin('stall', {}, 1_000);
  await at.passMs(5_990);
  assert.notEqual(at.linkOf(0).rough, null);
  await at.passMs(20);
  assert.deepEqual([at.linkOf(0).rough, at.linkOf(1).rough], [null, null]);
  void at.strikes.lift('f1');
  at.linkOf(0).drop(1006);
  await at.passMs(20);
  assert.equal(at.linkOf(0).rough, null);
});

test('a lift leaves nothing behind, and one of a fault that is not on does nothing', async () => {
  const at = await scene(5);
  const armed = at.world.wheel.size;
  void at.begin('bandwidth', { bytesPerSecond: 1_000 });
  void at.begin('heartbeat_loss');
  assert.equal(at.world.wheel.size, armed + 2);
  for (const id of ['f1', 'f9', 'f2', 'f1']) void at.strikes.lift(id);
  assert.equal(at.world.wheel.size, armed);
  assert.ok(at.links.every((link) => link.rough === null));
});

test('a fault that there is not is told by name', async () => {
  const at = await scene(1);
  await assert.rejects(at.begin('constructor'), /no link fault constructor/);
});

test('lost heartbeats make a client give up after 30 s, and its next connection loses them too', async () => {
  const at = await scene(1);
  void at.begin('heartbeat_loss', {}, 300_000);
  at.clock.advanceUs(61_000_000);
  const { counters } = at.recorder;
  assert.deepEqual([counters.heartbeat_sent, counters.heartbeat_timeout], [1, 1]);
  assert.deepEqual(at.links[0]?.ends, ['close 1000 heartbeat timeout']);
  at.clock.advanceUs(63_000_000);
  assert.deepEqual([counters.heartbeat_ok, counters.heartbeat_timeout], [0, 2]);
  assert.equal(at.links.length, 3);
});

test('pushes under a stale join_ref get no answer, and after the lift they do', async () => {
  const joinRefs = new Map<FakeLink, string | null>();
  const at = await scene(1, {
    onMessage(link, message) {
      const [joinRef, , , event] = message;
      if (event === 'phx_join') joinRefs.set(link, joinRef);
      // As a Phoenix server does (1.6): silence.
      else if (joinRef !== null && joinRef !== joinRefs.get(link)) return;
      link.reply(message);
    },
  });
  const push = (): void => {
    const [client] = at.sessions.present();
    client?.socket.channels[0]?.push('ping', '{}', at.clock.nowUs(), 10_000);
  };
  void at.begin('stale_join_ref');
  push();
  at.clock.advanceUs(11_000_000);
  const { counters } = at.recorder;
  assert.deepEqual([counters.push_ok, counters.push_timeout], [0, 1]);
  void at.strikes.lift('f1');
  push();
  at.clock.advanceUs(1_000);
  assert.equal(counters.push_ok, 1);
});

test('a byte limit cuts a client again and again while it is on', async () => {
  const at = await scene(1);
  void at.begin('byte_limit', { bytes: 60 });
  at.linkOf(0).drop(1006);
  await at.passMs(400);
  const { counters } = at.recorder;
  const cuts = counters.drops;
  assert.ok(cuts >= 3, `${cuts}`);
  void at.strikes.lift('f1');
  await at.passMs(3_000);
  assert.equal(at.sessions.joined, 1);
});

test('a stalled client has its broadcasts late, one that was reset never', async () => {
  const at = await scene(2);
  const { counters } = at.recorder;
  const stamp = { [STAMP_KEY]: [0, 0, at.clock.nowUs()] };
  void at.begin('stall', { tag: 'kind:mobile' });
  void at.begin('reset', { tag: 'kind:web' });
  at.linkOf(0).say(null, null, 'room:0', 'news', stamp);
  const cut = at.linkOf(1);
  await at.passMs(1_000);
  assert.deepEqual(cut.ends, ['severed: reset']);
  assert.deepEqual([counters.drops, counters.deliveries], [1, 0]);
  void at.strikes.lift('f1');
  assert.equal(counters.deliveries, 1);
  assert.ok(at.recorder.trend('broadcast_latency').max >= 1_000_000);
});

test('who hears of a cut later was away from the cut on, and what it pushes meanwhile waits', async () => {
  const at = await scene(2);
  const { counters } = at.recorder;
  const link = at.linkOf(0);
  const cutUs = at.clock.nowUs();
  link.sever('reset');
  const [client] = at.sessions.present();
  client?.socket.channels[0]?.push('ping', '{}', cutUs, 10_000);
  await at.passMs(2_000);
  assert.deepEqual([counters.drops, counters.push_ok, at.sessions.joined], [0, 0, 2]);
  link.tellSevered('reset by a fault', cutUs);
  assert.deepEqual([counters.drops, counters.push_ok, at.sessions.joined], [1, 0, 1]);
  await at.passMs(50);
  assert.deepEqual([counters.drops, counters.push_ok, at.sessions.joined], [1, 1, 2]);
  const awayUs = at.recorder.trend('reconnect_duration').max;
  assert.ok(awayUs >= 2_000_000 && awayUs < 2_060_000, `${awayUs}`);
});

test('nobody who is cut is told, or back, before the last one is cut', async () => {
  const at = await scene(5_000);
  await at.passMs(5_000);
  const told: string[] = [];
  for (const [index, link] of at.links.entries()) {
    const { sever, tellSevered } = link;
    link.sever = (how) => {
      told.push('cut');
      sever.call(link, how);
    };
    link.tellSevered = (detail, atUs) => {
      told.push(`told ${index}`);
      tellSevered.call(link, detail, atUs);
    };
  }
  const begun = at.begin('reset');
  await nextTurn();
  // The event loop has turns in between, and a worker is not deaf for as long as all of it takes.
  const early = told.length;
  assert.ok(early > 0 && early < 5_000, `${early} in the first turn`);
  assert.equal((await begun).clients, 5_000);
  await at.strikes.lift('f1');
  while (at.recorder.counters.drops < 5_000) await nextTurn();
  assert.ok(told.slice(0, 5_000).every((one) => one === 'cut'));
  assert.equal(new Set(told.slice(5_000)).size, 5_000);
});

test('a lift in the midst of the cutting ends it, and who was cut is told', async () => {
  const at = await scene(5_000);
  await at.passMs(5_000);
  const cut = (): number => at.links.filter(({ ends }) => ends.length > 0).length;
  const begun = at.begin('reset');
  await nextTurn();
  const first = cut();
  assert.ok(first > 0 && first < 5_000, `${first} in the first turn`);
  await at.strikes.lift('f1');
  await begun;
  while (at.recorder.counters.drops < first) await nextTurn();
  assert.equal(cut(), first);
});

test('counts who is hit and who is there, those who come later too, and each once', async () => {
  const at = await scene(40, {}, '1s');
  const begun = await at.begin('stall', { share: 0.5 }, 60_000);
  assert.equal(begun.there, [...at.sessions.present()].length);
  await at.passMs(1_000);
  at.linkOf(3).drop(1006);
  await at.passMs(500);
  const hit = at.links.filter((link) => link.rough !== null).length;
  const counted = await at.strikes.lift('f1');
  assert.deepEqual(counted, { clients: hit, there: 40 });
  assert.ok(begun.clients < hit && hit < 40, `${begun.clients}, ${hit}`);
  // Whoever asks again hears the same.
  assert.deepEqual(await at.strikes.lift('f1'), counted);
});

test('a share that rises hits more, and who connects meanwhile by the new one', async () => {
  const at = await scene(200, {}, '1s');
  await at.passMs(400);
  await at.begin('stall', { share: 0.1 }, 60_000);
  const few = at.links.filter((link) => link.rough !== null);
  const raised = await at.strikes.raise('f1', 0.5, at.sessions.present());
  assert.ok(few.length < raised.clients && few.every((link) => link.rough !== null));
  await at.passMs(700);
  const later = at.links.slice(raised.there);
  const share = later.filter((link) => link.rough !== null).length / later.length;
  assert.ok(share > 0.35 && share < 0.65, `${share} of ${later.length}`);
  await at.strikes.lift('f1');
  assert.ok(at.links.every((link) => link.rough === null));
  assert.deepEqual(await at.strikes.raise('f1', 1, at.sessions.present()), { clients: 0, there: 0 });
  assert.ok(at.links.every((link) => link.rough === null));
});

test('between the hits of many clients the event loop has its turns, and a lift in one of them ends the hitting', async () => {
  const at = await scene(1_000);
  const { clock } = at;
  function* slowly(): Iterable<LinkTarget> {
    for (const client of at.sessions.present()) {
      clock.advanceUs(100);
      yield client;
    }
  }
  let turns = 0;
  let isOver = false;
  const turn = (): void => {
    turns += 1;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  const order = { type: 'strike', id: 'f1', kind: 'stall', params: {}, seed: 7, forMs: 60_000 } as const;
  assert.equal((await at.strikes.begin(order, slowly())).clients, 1_000);
  assert.ok(turns >= 3, `${turns} turns in 100 ms`);
  await at.strikes.lift('f1');
  const again = at.strikes.begin({ ...order, id: 'f2' }, slowly());
  const hit = at.links.filter((link) => link.rough !== null).length;
  assert.ok(hit > 0 && hit < 500, `${hit} at once`);
  await at.strikes.lift('f2');
  assert.equal((await again).clients, hit);
  isOver = true;
  assert.ok(at.links.every((link) => link.rough === null));
});
