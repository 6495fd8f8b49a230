import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../otp/manual-clock.ts';
import type { ExitReason } from '../otp/exit-reason.ts';
import type { Registrations } from '../otp/registry-partition.ts';
import { Runtime } from '../otp/runtime.ts';
import { Telemetry } from '../telemetry/counters.ts';
import { ScriptedProcess } from '../testing/scripted-process.ts';
import { Broadcast } from './broadcast.ts';
import { PlainBroadcast, RawMessage } from './fanned.ts';
import { PubSub, type FastlaneEncoder, type PubSubOptions } from './pubsub.ts';

function setUp(options: PubSubOptions = {}): {
  clock: ManualClock;
  runtime: Runtime;
  pubsub: PubSub;
  telemetry: Telemetry;
} {
  const clock = new ManualClock();
  const runtime = new Runtime(clock);
  const telemetry = new Telemetry();
  return { clock, runtime, pubsub: new PubSub(runtime, telemetry, options), telemetry };
}

const encoder = (name: string): FastlaneEncoder => ({
  encodeBroadcast: (broadcast) => ({ encodedBy: name, event: broadcast.event }),
});

/** Keeps its subscriptions itself, as channels do. */
class Keeper extends ScriptedProcess {
  registered: Registrations | null = null;
  pubsub: PubSub | null = null;

  protected override ended(reason: ExitReason): void {
    super.ended(reason);
    if (this.registered !== null) this.pubsub?.registry.ownerEnded(this);
  }
}

function events(process: ScriptedProcess): unknown[] {
  return process.seen.map((message) => (message as Broadcast).event);
}

test('the fastlane reaches transports with one shared message per encoder and wakes no channel', async () => {
  const { clock, runtime, pubsub, telemetry } = setUp();
  const json = encoder('json');
  const old = encoder('old');
  const channels = Array.from({ length: 4 }, () => new ScriptedProcess(runtime));
  const transports = channels.map((channel, index) => {
    const transport = new ScriptedProcess(runtime);
    pubsub.subscribe(channel, 't', { transport, encoder: index === 3 ? old : json, intercepts: null });
    return transport;
  });
  pubsub.broadcast(Broadcast.of('t', 'e', {}));
  await clock.settle();
  assert.ok(channels.every((channel) => channel.seen.length === 0));
  assert.equal(transports[0]?.seen[0], transports[1]?.seen[0]);
  assert.deepEqual(transports[3]?.seen, [{ encodedBy: 'old', event: 'e' }]);
  assert.equal(telemetry.encodes.value, 2);
});

test('an intercepted or diverted event goes to the channel, a plain subscriber gets the broadcast', async () => {
  const { clock, runtime, pubsub } = setUp();
  const [channel, transport, plain] = [1, 2, 3].map(() => new ScriptedProcess(runtime));
  if (channel === undefined || transport === undefined || plain === undefined) return assert.fail();
  pubsub.subscribe(channel, 't', { transport, encoder: encoder('x'), intercepts: ['a'] });
  pubsub.subscribe(plain, 't');
  const diverts = (_topic: string, event: string): boolean => event === 'b';
  pubsub.diversions.add(diverts);
  for (const event of ['a', 'b', 'c']) pubsub.broadcast(Broadcast.of('t', event, {}));
  pubsub.diversions.delete(diverts);
  pubsub.broadcast(Broadcast.of('t', 'b', {}));
  await clock.settle();
  assert.deepEqual(
    [events(channel), events(transport), events(plain)],
    [
      ['a', 'b'],
      ['c', 'b'],
      ['a', 'b', 'c', 'b'],
    ],
  );
});

test('any order of leaving takes away exactly the one that left', async () => {
  const { clock, runtime, pubsub } = setUp();
  const owners = Array.from({ length: 5 }, () => new ScriptedProcess(runtime));
  const subscriptions = owners.map((owner) => pubsub.subscribe(owner, 't'));
  for (const gone of [1, 4, 0]) {
    const subscription = subscriptions[gone];
    if (subscription !== undefined) pubsub.unsubscribe(subscription);
  }
  pubsub.broadcast(Broadcast.of('t', 'e', {}), owners[2]);
  await clock.settle();
  assert.deepEqual(
    owners.map((owner) => owner.seen.length),
    [0, 0, 0, 1, 0],
  );
  assert.equal(pubsub.subscriptionsOf('t').length, 2);
});

test('an encoder that throws reaches the broadcaster, and only where someone needs it', () => {
  const { runtime, pubsub } = setUp();
  const bad: FastlaneEncoder = {
    encodeBroadcast: () => {
      throw new TypeError('no map');
    },
  };
  pubsub.broadcast(Broadcast.of('t', 'e', 1));
  const channel = new ScriptedProcess(runtime);
  pubsub.subscribe(channel, 't', { transport: channel, encoder: bad, intercepts: ['e'] });
  pubsub.broadcast(Broadcast.of('t', 'e', 1));
  assert.throws(() => pubsub.broadcast(Broadcast.of('t', 'f', 1)), /no map/);
});

test('subscribing twice is being told twice, and unsubscribing a process drops both', async () => {
  const { clock, runtime, pubsub } = setUp();
  const [one, other] = [new ScriptedProcess(runtime), new ScriptedProcess(runtime)];
  for (const process of [one, one, other]) pubsub.subscribe(process, 't');
  pubsub.subscribe(one, 'constructor');
  pubsub.broadcast(Broadcast.of('t', 'a', {}));
  pubsub.unsubscribe(one, 't');
  pubsub.unsubscribe(one, 'never');
  pubsub.broadcast(Broadcast.of('t', 'b', {}));
  pubsub.broadcast(Broadcast.of('constructor', 'c', {}));
  await clock.settle();
  assert.deepEqual(
    [events(one), events(other)],
    [
      ['a', 'a', 'c'],
      ['a', 'b'],
    ],
  );
});

test('broadcast_from skips what the process itself subscribed, not other channels of its transport (52)', async () => {
  const { clock, runtime, pubsub } = setUp({ registrySize: 3 });
  const [from, sibling, transport] = [1, 2, 3].map(() => new ScriptedProcess(runtime));
  if (from === undefined || sibling === undefined || transport === undefined) return assert.fail();
  const json = encoder('json');
  for (const channel of [from, sibling]) {
    pubsub.subscribe(channel, 't', { transport, encoder: json, intercepts: ['i'] });
    pubsub.subscribe(channel, 't');
  }
  pubsub.broadcast(Broadcast.of('t', 'e', {}), from);
  pubsub.broadcastRaw('t', 1, from);
  await clock.settle();
  assert.deepEqual([from.seen.length, sibling.seen.length, transport.seen.length], [0, 3, 1]);
});

test('a raw term and a Broadcast by the plain dispatcher reach the processes, past the fastlane (56, 57)', async () => {
  const { clock, runtime, pubsub, telemetry } = setUp();
  const [channel, transport] = [new ScriptedProcess(runtime), new ScriptedProcess(runtime)];
  pubsub.subscribe(channel, 't', { transport, encoder: encoder('x'), intercepts: null });
  pubsub.broadcastRaw('t', { raw: 1 });
  const broadcast = Broadcast.of('t', 'e', {});
  assert.equal(pubsub.broadcastPlain(broadcast), null);
  pubsub.deliver(new PlainBroadcast(broadcast));
  pubsub.broadcastRaw('nobody', 1);
  await clock.settle();
  assert.deepEqual(channel.seen, [RawMessage.of('t', { raw: 1 }), broadcast, broadcast]);
  assert.deepEqual([transport.seen, telemetry.fastlaneSends.value, telemetry.broadcasts.value], [[], 0, 3]);
});

test('partitions share the subscribers, and each encodes once per serializer at most', async () => {
  const { clock, runtime, pubsub, telemetry } = setUp({ poolSize: 4 });
  assert.equal(pubsub.registry.partitions.length, 4);
  const encoders = [encoder('a'), encoder('b')];
  const transports = Array.from({ length: 200 }, (_, n) => {
    const [channel, transport] = [new ScriptedProcess(runtime), new ScriptedProcess(runtime)];
    const intercepts = n % 3 === 0 ? ['i'] : null;
    pubsub.subscribe(channel, 't', { transport, encoder: encoders[n % 2] ?? encoder('c'), intercepts });
    return transport;
  });
  pubsub.broadcast(Broadcast.of('t', 'e', {}));
  await clock.settle();
  assert.ok(transports.every((transport) => transport.seen.length === 1));
  assert.ok(pubsub.registry.partitions.every((partition) => partition.size > 20));
  assert.equal(telemetry.encodes.value, 4 * 2);
  pubsub.broadcast(Broadcast.of('t', 'i', {}));
  assert.deepEqual([telemetry.interceptSends.value, telemetry.fastlaneSends.value], [67, 200 + 133]);
  assert.equal(pubsub.subscriptionsOf('t').length, 200);
});

test('what an encoder that throws leaves unsent is not counted, and the next broadcast is sound', async () => {
  const { clock, runtime, pubsub, telemetry } = setUp();
  const picky: FastlaneEncoder = {
    encodeBroadcast: (broadcast) => {
      if (!broadcast.encodable) throw new TypeError('no map');
      return broadcast.event;
    },
  };
  const [first, second, transport] = [1, 2, 3].map(() => new ScriptedProcess(runtime));
  if (first === undefined || second === undefined || transport === undefined) return assert.fail();
  pubsub.subscribe(first, 't', { transport, encoder: picky, intercepts: ['e'] });
  pubsub.subscribe(second, 't', { transport, encoder: picky, intercepts: null });
  assert.throws(() => pubsub.broadcast(Broadcast.of('t', 'e', 1)), /no map/);
  pubsub.broadcast(Broadcast.of('t', 'f', {}));
  await clock.settle();
  assert.deepEqual(transport.seen, ['f', 'f']);
  assert.deepEqual([telemetry.interceptSends.value, telemetry.fastlaneSends.value], [1, 2]);
});

test('between the end of a channel and its cleanup a broadcast still reaches the transport (59)', async () => {
  const { clock, runtime, pubsub } = setUp();
  const [channel, transport] = [new Keeper(runtime), new ScriptedProcess(runtime)];
  channel.pubsub = pubsub;
  pubsub.subscribe(channel, 't', { transport, encoder: encoder('x'), intercepts: ['i'] });
  channel.end('boom');
  for (const event of ['e', 'i']) pubsub.broadcast(Broadcast.of('t', event, {}));
  await clock.settle();
  for (const event of ['e', 'i']) pubsub.broadcast(Broadcast.of('t', event, {}));
  await clock.settle();
  assert.deepEqual(transport.seen, [{ encodedBy: 'x', event: 'e' }]);
  assert.equal(pubsub.registry.size, 0);
});

test('a killed partition ends every subscriber, and nobody is left to tell', async () => {
  const { clock, runtime, pubsub } = setUp();
  const transport = new ScriptedProcess(runtime);
  const channels = Array.from({ length: 50 }, () => {
    const channel = new Keeper(runtime);
    channel.pubsub = pubsub;
    pubsub.subscribe(channel, 't', { transport, encoder: encoder('x'), intercepts: null });
    return channel;
  });
  pubsub.registry.startPartition(0).signal('kill', null);
  assert.ok(channels.every(({ endedWith }) => endedWith === 'killed'));
  assert.equal(transport.alive, true);
  pubsub.broadcast(Broadcast.of('t', 'e', {}));
  pubsub.registry.startPartition(0);
  pubsub.broadcast(Broadcast.of('t', 'e', {}));
  await clock.settle();
  assert.deepEqual(transport.seen, []);
});
