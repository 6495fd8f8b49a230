import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../otp/manual-clock.ts';
import { Runtime } from '../otp/runtime.ts';
import { Telemetry } from '../telemetry/counters.ts';
import { ScriptedProcess } from '../testing/scripted-process.ts';
import { Broadcast } from './broadcast.ts';
import { PubSub, type FastlaneEncoder } from './pubsub.ts';

function setUp(): { clock: ManualClock; runtime: Runtime; pubsub: PubSub; telemetry: Telemetry } {
  const clock = new ManualClock();
  const runtime = new Runtime(clock);
  const telemetry = new Telemetry();
  return { clock, runtime, pubsub: new PubSub(runtime, telemetry), telemetry };
}

const encoder = (name: string): FastlaneEncoder => ({
  encodeBroadcast: (broadcast) => ({ encodedBy: name, event: broadcast.event }),
});

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
  const events = (process: ScriptedProcess): unknown[] =>
    process.seen.map((message) => (message as Broadcast).event);
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
