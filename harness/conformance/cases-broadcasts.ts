/** Cases 51 to 59: broadcasts on their several paths (phoenix-semantics 4, 5.1). */
import type { ConformanceCase } from './case.ts';
import { broadcast, okReply, oneOf, pushed, type Peer } from './peer.ts';
import type { Trial } from './trial.ts';

/** Every peer must get the same bytes. */
async function expectSameBytes(trial: Trial, peers: readonly Peer[], expected: unknown): Promise<void> {
  const texts = new Set<string>();
  for (const peer of peers) {
    const arrival = await peer.expect(expected);
    if (arrival.kind === 'text') texts.add(arrival.bytes.toString('utf8'));
  }
  trial.check(
    texts.size === 1,
    'identical bytes for all subscribers of a serializer',
    [...texts].join(' ≠ '),
  );
}

async function joinV1(peer: Peer, topic: string): Promise<void> {
  const payload = { status: 'ok', response: {} };
  peer.send({ topic, event: 'phx_join', payload: {}, ref: '1' });
  await peer.expect({ topic, event: 'phx_reply', payload, ref: '1' });
}

/** How many connections the case opens to find subscribers on two nodes. */
const SPREAD = 12;

export const BROADCASTS: readonly ConformanceCase[] = [
  {
    number: 51,
    title: 'broadcast! reaches every subscriber, encoded once per serializer',
    spec: '4.1, 4.3',
    async run(trial) {
      const topic = trial.topic('room');
      const v2 = [await trial.joined(topic), await trial.joined(topic)];
      const v1 = [await trial.open({}, 1), await trial.open({}, 1)];
      for (const peer of v1) await joinV1(peer, topic);
      const payload = { z: 1, a: ['é', null] };
      const [sender = await trial.joined(topic)] = v2;
      sender.send(['1', '2', topic, 'shout', payload]);
      await expectSameBytes(trial, v2, broadcast(topic, 'shout', payload));
      await expectSameBytes(trial, v1, { topic, event: 'shout', payload, ref: null });
      await sender.expect(okReply('1', '2', topic));
    },
  },
  {
    number: 52,
    title: 'broadcast_from! skips the sending channel only',
    spec: '4.1',
    async run(trial) {
      const topic = trial.topic('room');
      const user = { user_id: trial.name };
      const sender = await trial.joined(topic, {}, user);
      const tab = await trial.joined(topic, {}, user);
      sender.send(['1', '2', topic, 'shout_from', { x: 1 }]);
      await sender.expect(okReply('1', '2', topic));
      await tab.expect(broadcast(topic, 'shout_from', { x: 1 }));
      await sender.expectQuietChannel('1', topic);
    },
  },
  {
    number: 53,
    title: 'broadcasts to a busy channel: at once, intercepted ones after',
    spec: '3.1, 4.1, 4.2',
    async run(trial) {
      const topic = trial.topic('room');
      const busy = await trial.joined(topic, {}, { user_id: trial.name });
      const other = await trial.joined(topic);
      busy.send(['1', '2', topic, 'block', { ms: 500 }]);
      await busy.expectQuiet();
      other.send(['1', '3', topic, 'ishout', { x: 1 }], ['1', '4', topic, 'shout', { x: 2 }]);
      await busy.expect(broadcast(topic, 'shout', { x: 2 }));
      await busy.expect(okReply('1', '2', topic, { ms: 500 }));
      await busy.expect(pushed('1', topic, 'ishout', { x: 1, to: trial.name }));
    },
  },
  {
    number: 56,
    title: 'a raw term on the own topic',
    spec: '4.1',
    needs: { probe: true },
    async run(trial) {
      const topic = trial.topic('probe');
      const peer = await trial.joined(topic);
      peer.send(['1', '2', topic, 'raw', { x: 1 }]);
      await peer.expectAnyOrder([okReply('1', '2', topic), pushed('1', topic, 'raw', { x: 1 })]);
    },
  },
  {
    number: 57,
    title: 'a Broadcast struct through the plain dispatcher',
    spec: '4.1',
    needs: { probe: true },
    async run(trial) {
      const topic = trial.topic('probe');
      const peer = await trial.joined(topic);
      peer.send(['1', '2', topic, 'plain_broadcast', { event: 'plain_out' }]);
      await peer.expectAnyOrder([okReply('1', '2', topic), pushed('1', topic, 'plain_out', {})]);
      peer.send(['1', '3', topic, 'plain_broadcast', { event: 'no_clause' }]);
      await peer.expectAnyOrder([okReply('1', '3', topic), trial.crashed('1', topic)]);
    },
  },
  {
    number: 58,
    title: 'two nodes, one broadcast',
    spec: '5.1',
    needs: { control: true, settings: { nodes: '2' } },
    async run(trial) {
      const topic = trial.topic('room');
      const peers: Peer[] = [];
      for (let index = 0; index < SPREAD; index += 1) peers.push(await trial.joined(topic));
      const nodes = trial.nodes(await trial.control('GET', '/observer'));
      const inhabited = nodes.filter(({ connections }) => typeof connections === 'number' && connections > 0);
      trial.check(inhabited.length > 1, 'connections on two nodes', nodes);
      for (const sender of peers) {
        sender.send(['1', 'n1', topic, 'shout', { n: 1 }], ['1', 'n2', topic, 'shout', { n: 2 }]);
        for (const peer of peers) {
          for (const n of [1, 2]) {
            await peer.expect(broadcast(topic, 'shout', { n }));
            if (peer === sender) await peer.expect(okReply('1', `n${n}`, topic));
          }
        }
      }
      for (const peer of peers) await peer.expectQuietChannel('1', topic);
    },
  },
  {
    number: 59,
    title: 'a broadcast between crash and cleanup',
    spec: '3.8',
    async run(trial) {
      const topic = trial.topic('room');
      const other = await trial.joined(topic);
      const peer = await trial.joined(topic);
      peer.send(['1', '2', topic, 'crash', {}]);
      other.send(['1', '3', topic, 'shout', {}]);
      await other.expect(broadcast(topic, 'shout', {}));
      const crash = trial.crashed('1', topic);
      const shout = broadcast(topic, 'shout', {});
      const ref = 'fence';
      await peer.takeUntil('phx_error', (frame) => {
        trial.check(oneOf(crash, shout).fits(frame), oneOf(crash, shout), frame);
        return oneOf(crash).fits(frame);
      });
      // Allowed behind the crash too; then the connection must be as good as ever.
      peer.send([null, ref, 'phoenix', 'heartbeat', {}]);
      const fence = okReply(null, ref, 'phoenix');
      await peer.takeUntil('the heartbeat’s answer', (frame) => {
        trial.check(oneOf(fence, shout).fits(frame), oneOf(fence, shout), frame);
        return oneOf(fence).fits(frame);
      });
    },
  },
];
