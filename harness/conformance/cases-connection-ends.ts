/** Cases 66 to 74: idle, disconnect, drain, stop, supervisors (phoenix-semantics 2.8 to 2.12, 3.7). */
import { sleepMs } from '../base/clock.ts';
import type { ConformanceCase } from './case.ts';
import { expectIdleClose, SHORT_IDLE } from './idle-clock.ts';
import { broadcast, okReply, type Peer } from './peer.ts';
import { disconnectedReason, drainedSiblingReason, idleReason } from './reasons.ts';
import { sameValue } from './same-value.ts';
import { takeTelemetry } from './telemetry-report.ts';
import type { Trial } from './trial.ts';

/** A timer may be a little early by another clock, a close late on a busy machine. */
const EARLY_MS = 5;
const LATE_MS = 2_000;

/** Heartbeats of a reporter, which must not fall idle itself; its answers are looked at by nobody. */
async function keepTalking(trial: Trial, peer: Peer | null, isOver: () => boolean): Promise<void> {
  while (peer !== null && !isOver()) {
    peer.send([null, 'alive', 'phoenix', 'heartbeat', {}]);
    await sleepMs(trial.clock, trial.setting('idle-timeout-ms') / 4);
  }
}

/** Each channel must be drained in its chunk: not before its time after the request, not long after the first one. */
function checkChunks(trial: Trial, askedAtUs: number, closedAtUs: readonly number[]): void {
  const size = trial.setting('drain-batch-size');
  const intervalMs = trial.setting('drain-batch-interval-ms');
  const [firstUs = askedAtUs] = closedAtUs;
  for (const [index, atUs] of closedAtUs.entries()) {
    const dueMs = Math.floor(index / size) * intervalMs;
    const afterMs = (atUs - askedAtUs) / 1e3;
    const latestMs = (firstUs - askedAtUs) / 1e3 + dueMs + LATE_MS;
    const fits = afterMs >= dueMs - EARLY_MS && afterMs <= latestMs;
    const wanted = `close ${index + 1} from ${dueMs} to ${latestMs.toFixed(1)} ms after the request`;
    trial.check(fits, wanted, `after ${afterMs.toFixed(1)} ms`);
  }
}

/** The measurements of each chunk; `rounds` counts one too many where the chunks come out even. */
function drainEvents(total: number, size: number): unknown[] {
  const rounds = Math.floor(total / size) + 1;
  return Array.from({ length: Math.ceil(total / size) }, (_, at) => {
    return { count: Math.min(size, total - at * size), total, index: at + 1, rounds };
  });
}

export const CONNECTION_ENDS: readonly ConformanceCase[] = [
  {
    number: 66,
    title: 'silence for the idle timeout',
    spec: '1.10, 2.8, 2.10',
    needs: { settings: SHORT_IDLE },
    async run(trial) {
      const probe = trial.hasProbe('the reason of the channel');
      const topic = trial.topic(probe ? 'probe' : 'room');
      const reporter = probe ? await trial.reporter() : null;
      const bystander = await trial.bystander();
      const peer = await trial.open();
      const fromUs = trial.clock.nowUs();
      await peer.join('1', topic);
      const heard = { fromUs, toUs: trial.clock.nowUs(), bystander };
      let isOver = false;
      const talk = keepTalking(trial, reporter, () => isOver);
      await expectIdleClose(trial, peer, heard).finally(() => (isOver = true));
      await talk;
      const report = trial.terminated(topic, idleReason(trial.target.profile));
      const isHeartbeat = (frame: unknown): boolean => sameValue(okReply(null, 'alive', 'phoenix'), frame);
      const [last] = (await reporter?.takeUntil('a report', (frame) => !isHeartbeat(frame)))?.slice(-1) ?? [
        report,
      ];
      trial.check(sameValue(report, last), report, last);
    },
  },
  {
    number: 67,
    title: 'silence inbound, broadcasts outbound',
    spec: '2.10',
    needs: { settings: SHORT_IDLE },
    async run(trial) {
      const topic = trial.topic('room');
      const idleMs = trial.setting('idle-timeout-ms');
      const talker = await trial.joined(topic);
      const bystander = await trial.bystander();
      const peer = await trial.open();
      const fromUs = trial.clock.nowUs();
      await peer.join('1', topic);
      const heard = { fromUs, toUs: trial.clock.nowUs(), bystander };
      for (let n = 1; n <= 4; n += 1) {
        await trial.pass(idleMs / 5);
        talker.send(['1', '2', topic, 'shout', { n }]);
        await peer.expect(broadcast(topic, 'shout', { n }));
      }
      await expectIdleClose(trial, peer, heard);
    },
  },
  {
    number: 68,
    title: 'disconnect broadcast on the socket id',
    spec: '1.10, 2.8, 2.11',
    needs: { broadcasts: true },
    async run(trial) {
      const probe = trial.hasProbe('reasons of the channels');
      const reporter = probe ? await trial.reporter() : null;
      const user = { user_id: trial.name };
      const topics = ['/a', '/b'].map((suffix) => trial.topic(probe ? 'probe' : 'room', suffix));
      const peer = await trial.open(user);
      for (const topic of topics) await peer.join('1', topic);
      const bare = await trial.open(user);
      const stranger = await trial.open({ user_id: `${trial.name}-other` });
      await trial.broadcast(`user:${trial.name}`, 'disconnect', {});
      // Bandit said 1000 from 1.10.4 on, Cowboy always did.
      const code = trial.target.patch >= 8 ? 1001 : 1000;
      await peer.expectClose(code);
      await bare.expectClose(code);
      const reason = disconnectedReason(trial.target.profile);
      await reporter?.expectAnyOrder(topics.map((topic) => trial.terminated(topic, reason)));
      await stranger.expectQuiet();
    },
  },
  {
    number: 70,
    title: 'phx_drain to one of two channels',
    spec: '1.10, 2.8, 2.12',
    needs: { probe: true },
    async run(trial) {
      const [drained = '', sibling = ''] = ['/a', '/b'].map((suffix) => trial.topic('probe', suffix));
      const reporter = await trial.reporter();
      const peer = await trial.open();
      await peer.join('1', drained);
      await peer.join('2', sibling);
      peer.send(['1', '3', drained, 'drain_self', {}]);
      await peer.expectClose(1012);
      await reporter.expectAnyOrder([
        trial.terminated(drained, '{:shutdown, :draining}'),
        trial.terminated(sibling, drainedSiblingReason(trial.target.profile)),
      ]);
    },
  },
  {
    number: 71,
    title: 'a drain in chunks',
    spec: '2.12, 7.1',
    needs: {
      control: true,
      settings: { 'drain-batch-size': '2', 'drain-batch-interval-ms': '300' },
      ends: 'drain',
    },
    async run(trial) {
      const peers: Peer[] = [];
      for (let index = 0; index < 5; index += 1)
        peers.push(await trial.joined(trial.topic('room', `/${index}`)));
      const probe = trial.hasProbe('index, rounds and count of each chunk');
      const listener =
        probe && trial.isAlone('index, rounds and count of each chunk') ? await trial.open() : null;
      if (listener !== null) await takeTelemetry(listener, 'socket_drain');
      const before = await trial.counted('phoenix.socket_drain');
      const askedAtUs = trial.clock.nowUs();
      const drain = trial.control('POST', '/drain');
      const closedAtUs = await Promise.all(peers.map((peer) => peer.expectClose(1012)));
      await drain;
      const inOrder = closedAtUs.toSorted((a, b) => a - b);
      checkChunks(trial, askedAtUs, inOrder);
      const wanted = drainEvents(peers.length, trial.setting('drain-batch-size'));
      const times = (await trial.counted('phoenix.socket_drain')) - before;
      trial.check(
        times === wanted.length,
        `phoenix.socket_drain emitted ${wanted.length} times`,
        `${times} times`,
      );
      if (listener === null) return;
      const got = await takeTelemetry(listener, 'socket_drain');
      trial.check(sameValue(wanted, got), wanted, got);
    },
  },
  {
    number: 72,
    title: 'the endpoint stops, a socket without channels',
    spec: '1.10, 2.12',
    needs: { ends: 'stop' },
    async run(trial) {
      const peer = await trial.open();
      await peer.expectQuiet();
      const stopped = trial.target.stop?.();
      await peer.expectClose(trial.target.profile === 'cowboy' ? 1006 : 1000, 10_000);
      await stopped;
    },
  },
  {
    number: 74,
    title: 'a permanent worker crashes three and four times',
    spec: '3.7',
    needs: { probe: true },
    async run(trial) {
      const topic = trial.topic('probe');
      const peer = await trial.joined(topic);
      peer.send(['1', '2', topic, 'worker', { crashes: 3 }]);
      await peer.expect(okReply('1', '2', topic, { restarts: 3, supervisor: 'alive' }));
      peer.send(['1', '3', topic, 'worker', { crashes: 4 }]);
      await peer.expect(okReply('1', '3', topic, { restarts: 3, supervisor: ':shutdown' }));
      await peer.expectQuietChannel('1', topic);
    },
  },
];
