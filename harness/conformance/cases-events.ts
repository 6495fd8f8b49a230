/** Cases 35 to 42: what a callback returns, and how a channel ends by it (phoenix-semantics 2.7, 3.3). */
import type { ConformanceCase } from './case.ts';
import { expectCounted } from './cases-opening.ts';
import { broadcast, closed, okReply, pushed } from './peer.ts';
import { startsWith, type Fits } from './same-value.ts';
import type { Trial } from './trial.ts';

/** One way to die, and the reason its terminate/2 must be given. */
type Death = { event: string; payload: unknown; reason: string | Fits };

const DEATHS: readonly Death[] = [
  { event: 'stop', payload: { reason: 'boom' }, reason: ':boom' },
  { event: 'crash', payload: {}, reason: startsWith('exception: ') },
  { event: 'throw', payload: {}, reason: '{:bad_return_value, :ball}' },
  { event: 'exit', payload: { reason: 'boom' }, reason: ':boom' },
];

/** terminate/2 pushes and reports, then the transport announces the crash. */
async function expectDeath(trial: Trial, death: Death): Promise<void> {
  const topic = trial.topic('probe', `/${death.event}`);
  const reporter = await trial.reporter();
  const peer = await trial.joined(topic, { terminate: { push: 'bye' } });
  peer.send(['1', '2', topic, death.event, death.payload]);
  await peer.expect(pushed('1', topic, 'bye', {}));
  await peer.expect(trial.crashed('1', topic));
  await reporter.expect(trial.terminated(topic, death.reason));
  reporter.drop();
}

async function expectPlainDeath(trial: Trial, { event, payload }: Death): Promise<void> {
  const topic = trial.topic('room', `/${event}`);
  const peer = await trial.joined(topic);
  peer.send(['1', '2', topic, event, payload]);
  await peer.expect(trial.crashed('1', topic));
}

export const EVENTS: readonly ConformanceCase[] = [
  {
    number: 35,
    title: '{:noreply, s} sends nothing and emits handled_in',
    spec: '3.3, 7.1',
    needs: { alone: true },
    async run(trial) {
      const topic = trial.topic('room');
      const peer = await trial.joined(topic);
      await expectCounted(trial, 'phoenix.channel_handled_in', 2, async () => {
        peer.send(['1', '2', topic, 'noreply', {}]);
        // The fence is an event as well.
        await peer.expectQuietChannel('1', topic);
      });
    },
  },
  {
    number: 37,
    title: 'push, broadcast, push, reply keep their order',
    spec: '4.2',
    async run(trial) {
      const topic = trial.topic('room');
      const peer = await trial.joined(topic);
      peer.send(['1', '2', topic, 'order', {}]);
      await peer.expect(pushed('1', topic, 'p1', {}));
      await peer.expect(broadcast(topic, 'b1', {}));
      await peer.expect(pushed('1', topic, 'p2', {}));
      await peer.expect(okReply('1', '2', topic));
    },
  },
  {
    number: 38,
    title: 'stop :normal, :shutdown, and with a reply',
    spec: '2.7',
    async run(trial) {
      const topic = trial.topic('room');
      const peer = await trial.open();
      for (const reason of ['normal', 'shutdown']) {
        await peer.join('1', topic);
        peer.send(['1', '2', topic, 'stop', { reason }]);
        await peer.expect(closed('1', topic));
      }
      await peer.join('1', topic);
      peer.send(['1', '3', topic, 'stop', { reason: 'normal', reply: { m: 1 } }]);
      await peer.expect(okReply('1', '3', topic, { m: 1 }));
      await peer.expect(closed('1', topic));
      await peer.expectQuiet();
    },
  },
  {
    number: 39,
    title: 'stop with another reason, raise, throw, exit',
    spec: '2.7',
    async run(trial) {
      if (trial.hasProbe('throw, pushes and reasons of terminate/2')) {
        for (const death of DEATHS) await expectDeath(trial, death);
        return;
      }
      for (const death of DEATHS) if (death.event !== 'throw') await expectPlainDeath(trial, death);
    },
  },
  {
    number: 40,
    title: 'exit signals :shutdown and :kill from outside',
    spec: '2.7, 3.5',
    needs: { probe: true },
    async run(trial) {
      const reporter = await trial.reporter();
      for (const reason of ['shutdown', 'kill']) {
        const topic = trial.topic('probe', `/${reason}`);
        const peer = await trial.joined(topic, { terminate: { push: 'bye' } });
        peer.send(['1', '2', topic, 'exit_signal', { reason }]);
        await peer.expect(trial.crashed('1', topic));
        await peer.expectQuiet();
      }
      await reporter.expectQuiet();
    },
  },
  {
    number: 41,
    title: 'an event no clause matches',
    spec: '1.8, 2.7',
    needs: { alone: true },
    async run(trial) {
      const topic = trial.topic('room');
      const peer = await trial.joined(topic);
      await expectCounted(trial, 'phoenix.channel_handled_in', 0, async () => {
        peer.send(['1', '2', topic, 'no_such_event', {}]);
        await peer.expect(trial.crashed('1', topic));
      });
    },
  },
  {
    number: 42,
    title: 'a push whose payload is no map',
    spec: '1.3, 1.8',
    async run(trial) {
      const topics = ['/a', '/b'].map((suffix) => trial.topic('room', suffix));
      const [bad = '', good = ''] = topics;
      const peer = await trial.open();
      for (const topic of topics) await peer.join('1', topic);
      peer.send(['1', '2', bad, 'bad_push', {}]);
      await peer.expect(trial.crashed('1', bad));
      await peer.expectQuietChannel('1', good);
    },
  },
];
