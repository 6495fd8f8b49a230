// Claim: Phoenix's telemetry counts connects, joins and handled messages; of drops, crashes, silence and waits it has no event.
import { fault, scenario, type User } from 'firedrill';

const FATES = ['well', 'cut', 'crashed', 'stale', 'stalled'];

/** Each fifth of the clients has a trouble of its own; what they send is counted, so that figures can be compared. */
async function live(user: User<unknown, 'crashes'>): Promise<void> {
  const fate = FATES[user.index % FATES.length] ?? 'well';
  user.tag('fate', fate);
  const room = await user.join(`room:${user.index}`);
  await user.ramped();
  const ping = (): unknown => room.push('ping');
  switch (fate) {
    case 'cut':
      return;
    case 'crashed':
      await user.sleep('500ms');
      if ((await room.push('crash')).status !== 'ok') user.count('crashes');
      return;
    case 'stalled':
      void user.every('500ms', () => room.push('block', { ms: 400 }), { times: 8 });
      await user.every('100ms', ping, { times: 40 });
      return;
    default:
      await user.every('200ms', ping, { times: 20 });
  }
}

export default scenario({
  about: 'What a dashboard on telemetry shows of a bad day, beside what its clients went through',
  claim: ['A17', 'A18'],
  load: { clients: 50, ramp: '1s', hold: '19s' },
  small: { clients: 50, duration: '8s', ramp: '500ms' },
  server: { nodes: 1, phoenixVersion: '1.8.12' },
  // phoenix.js has 30 s for heartbeats and 10 s for pushes; there shall be some of both.
  connect: { heartbeat: '500ms', heartbeatTimeout: '20s', pushTimeout: '1s' },
  metrics: { crashes: 'counter' },
  client: live,
  faults: [
    fault.reset({ tag: 'fate:cut' }).at('4s').for('2s'),
    fault.staleJoinRef({ tag: 'fate:stale' }).at('3s').for('4s'),
  ],
  thresholds: {
    drops: ['count==10'],
    crashes: ['count==10'],
    push_timeouts: ['count>20'],
    heartbeat_duration: ['count>500'],
    'push_duration{fate:stalled}': ['p(90)>150'],
    // Fifty, and ten that were cut; ten that were cut and ten that crashed join once more.
    'server_events{event:phoenix.socket_connected}': ['count==60'],
    'server_events{event:phoenix.channel_joined}': ['count==70'],
    'server_events{event:phoenix.channel_handled_in}': ['count>600', 'count<880'],
    // Those three and no other: one for each heartbeat, drop or timeout would be more.
    server_events: ['count<1020'],
  },
  finding({ run }) {
    const events = (name: string): number => run.figure(`server_events{event:phoenix.${name}}`, 'count') ?? 0;
    const [connects, joins, handled] = [
      events('socket_connected'),
      events('channel_joined'),
      events('channel_handled_in'),
    ];
    const others = (run.figure('server_events', 'count') ?? 0) - connects - joins - handled;
    return (
      `clients saw ${run.text('drops', 'count')} drops, ${run.text('crashes', 'count')} crashes, ` +
      `${run.text('push_timeouts', 'count')} pushes without an answer, ${run.text('heartbeat_duration', 'count')} ` +
      `heartbeats and pings that took ${run.text('push_duration{fate:stalled}', 'p(90)')} (p(90)) beside a slow one; ` +
      `telemetry has ${connects} connects, ${joins} joins, ${handled} handled messages, and ${others} events of anything else`
    );
  },
});
