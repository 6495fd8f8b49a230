/** Cases 16 to 23: joins, refusals, join_refs (phoenix-semantics 1.6, 1.7, 2.3, 2.4). */
import type { ConformanceCase } from './case.ts';
import { expectCounted } from './cases-opening.ts';
import { closed, errorReply, okReply, pushed } from './peer.ts';
import { channelLimit } from './target.ts';

export const JOINING: readonly ConformanceCase[] = [
  {
    number: 16,
    title: 'join with a reply, then after_join',
    spec: '2.4',
    async run(trial) {
      const probe = trial.hasProbe('a join reply that is not empty');
      const topic = trial.topic(probe ? 'probe' : 'room');
      const response = probe ? { r: 7 } : {};
      const peer = await trial.open();
      peer.send(['2', '2', topic, 'phx_join', { reply: response, after_join: 1 }]);
      await peer.expect(okReply('2', '2', topic, response));
      await peer.expect(pushed('2', topic, 'after_join', { n: 1 }));
    },
  },
  {
    number: 17,
    title: 'topics no pattern matches',
    spec: '1.6, 2.3',
    async run(trial) {
      const peer = await trial.open();
      // `lobby` is mounted as an exact topic.
      for (const topic of ['nomatch', 'lobby:1']) {
        peer.send(['1', '1', topic, 'phx_join', {}]);
        await peer.expect(errorReply(null, '1', topic, 'unmatched topic'));
      }
      await peer.join('2', 'lobby');
    },
  },
  {
    number: 18,
    title: 'join returns {:error, r}',
    spec: '2.4',
    needs: { alone: true },
    async run(trial) {
      const probe = trial.hasProbe('terminate/2');
      const topic = trial.topic(probe ? 'probe' : 'room');
      const reporter = probe ? await trial.reporter() : null;
      const peer = await trial.open();
      await expectCounted(trial, 'phoenix.channel_joined', 1, async () => {
        peer.send(['1', '5', topic, 'phx_join', { reject: true }]);
        await peer.expect(errorReply('1', '5', topic, 'rejected'));
      });
      await reporter?.expect(trial.terminated(topic, ':shutdown', false));
    },
  },
  {
    number: 19,
    title: 'join raises, returns garbage, broadcasts',
    spec: '2.4, 3.3',
    needs: { alone: true },
    async run(trial) {
      const probe = trial.hasProbe('garbage, broadcast! and terminate/2');
      const topic = trial.topic(probe ? 'probe' : 'room');
      const reporter = probe ? await trial.reporter() : null;
      const peer = await trial.open();
      const payloads = probe
        ? [{ crash: true }, { return: 'garbage' }, { return: 'broadcast' }]
        : [{ crash: true }];
      await expectCounted(trial, 'phoenix.channel_joined', 0, async () => {
        for (const payload of payloads) {
          peer.send(['1', '5', topic, 'phx_join', payload]);
          await peer.expect(errorReply('1', '5', topic, 'join crashed'));
        }
      });
      await reporter?.expectQuiet();
      await peer.expectQuiet();
    },
  },
  {
    number: 20,
    title: 'the limit of channels per connection',
    spec: '2.1, 2.4',
    async run(trial) {
      const limit = channelLimit(trial.target);
      const joins = limit ?? 120;
      const peer = await trial.open();
      const topics = Array.from({ length: joins + 1 }, (_, index) => trial.topic('room', `/${index}`));
      const [first = '', second = ''] = topics;
      const last = topics.pop() ?? '';
      peer.send(...topics.map((topic) => ['1', '1', topic, 'phx_join', {}]));
      for (const topic of topics) await peer.expect(okReply('1', '1', topic));
      peer.send(['1', '2', last, 'phx_join', {}]);
      if (limit === null) return void (await peer.expect(okReply('1', '2', last)));
      await peer.expect(errorReply('1', '2', last, 'too many channels joined'));
      peer.send(['3', '3', first, 'phx_join', {}]);
      await peer.expect(okReply('3', '3', first));
      await peer.expect(closed('1', first));
      peer.send(['1', '4', second, 'phx_leave', {}]);
      await peer.expect(okReply('1', '4', second));
      await peer.expect(closed('1', second));
      await peer.join('5', last);
    },
  },
  {
    number: 22,
    title: 'an event with a stale join_ref',
    spec: '0.3, 1.6',
    async run(trial) {
      const topic = trial.topic('room');
      const peer = await trial.joined(topic);
      peer.send(['0', '2', topic, 'ping', {}]);
      if (trial.target.patch < 3) await peer.expect(okReply('1', '2', topic));
      await peer.expectQuietChannel('1', topic);
    },
  },
  {
    number: 23,
    title: 'an event with join_ref null',
    spec: '0.3, 1.6, 1.7',
    async run(trial) {
      const topic = trial.topic('room');
      const peer = await trial.joined(topic);
      peer.send([null, '2', topic, 'ping', {}]);
      const { patch } = trial.target;
      if (patch < 3 || patch > 11) await peer.expect(okReply('1', '2', topic));
      await peer.expectQuietChannel('1', topic);
    },
  },
];
