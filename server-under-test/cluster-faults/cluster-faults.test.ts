import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { Cluster } from '../cluster.ts';
import { withDefaults } from '../config/defaults.ts';
import type { ServerConfig } from '../config.ts';
import type { FaultParams } from '../faults/fault.ts';
import { ManualClock } from '../otp/manual-clock.ts';
import { okReply, Probe } from '../testing/probe.ts';

interface Started {
  readonly cluster: Cluster;
  /** The primary's; the nodes have the real one. */
  readonly clock: ManualClock;
  readonly lines: string[];
}

async function start(config: Partial<ServerConfig>): Promise<Started> {
  const lines: string[] = [];
  const clock = new ManualClock();
  const cluster = new Cluster(withDefaults({ port: 0, ...config }), clock, (line) => void lines.push(line));
  await cluster.start();
  return { cluster, clock, lines };
}

async function inject(cluster: Cluster, kind: string, params: FaultParams = {}): Promise<string> {
  return (await cluster.inject({ kind, params, share: 1, seed: 4, ttlMs: null })).id;
}

const statesOf = ({ nodes }: Cluster): string[] => nodes.map(({ state }) => state);
const pidsOf = ({ nodes }: Cluster): number[] => nodes.map(({ osPid }) => osPid);

/** Whether another process runs in the place of that node. */
function isAnew(cluster: Cluster, node: number, before: readonly number[]): boolean {
  return statesOf(cluster)[node] === 'running' && pidsOf(cluster)[node] !== before[node];
}

function open({ port }: Cluster, user = 'u'): Promise<Probe> {
  return Probe.open(`ws://127.0.0.1:${port}/socket/websocket?vsn=2.0.0&user_id=${user}`);
}

/** Looks whenever the loop has turned. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}

/** Lets the primary's time pass until it is so: what waits for it may have yet to begin to. */
async function passUntil(clock: ManualClock, isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await clock.advance(100);
    await new Promise(setImmediate);
  }
}

/** Reads until a frame that is the one. */
async function read(probe: Probe, isIt: (frame: unknown[]) => boolean): Promise<unknown[]> {
  for (;;) {
    const frame = (await probe.next()) as unknown[];
    if (isIt(frame)) return frame;
  }
}

let probes = 0;

/** A client on each node, by the node's index; the kernel deals connections out as it likes. */
async function oneOnEach(cluster: Cluster): Promise<Probe[]> {
  const byNode: Probe[] = [];
  while (byNode.filter(Boolean).length < cluster.nodes.length) {
    const own = `room:own${(probes += 1)}`;
    const probe = await open(cluster, `u${probes}`);
    await probe.join('own', own);
    const { processes } = await cluster.processes({ sort: 'len', limit: 1_000, kind: 'channel' });
    const pid = processes.find(({ topic }) => topic === own)?.pid ?? assert.fail('no channel');
    const node = Number(/^<(\d+)\./.exec(pid)?.[1]);
    if (byNode[node] === undefined) byNode[node] = probe;
    else probe.drop();
  }
  return byNode;
}

/** What `ps` says of a process: `T` is stopped. */
function statOf(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

/** Guards that stand over a process. */
function guardsOf(pid: number): string[] {
  const all = execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8', maxBuffer: 1e8 });
  return all.split('\n').filter((line) => line.includes(`firedrill-guard ${pid} `));
}

suite('faults of whole nodes', { timeout: 60_000 }, () => {
  let cluster: Cluster;
  let clock: ManualClock;
  let lines: string[];

  before(async () => {
    const presence = { presenceBroadcastPeriodMs: 30, presenceDownMs: 250 };
    ({ cluster, clock, lines } = await start({ nodes: 2, ...presence }));
  });
  after(async () => {
    cluster.kill();
    await Promise.all(cluster.nodes.map(({ gone }) => gone));
  });

  test('a stopped node holds up nobody who asks, hears of everything later, and is guarded meanwhile', async () => {
    const members = await oneOnEach(cluster);
    await cluster.observe();
    const id = await inject(cluster, 'node_pause');
    const stopped = cluster.nodes.find(({ state }) => state === 'paused') ?? assert.fail('none is stopped');
    const member = members[stopped.index] ?? assert.fail();
    await until(() => statOf(stopped.osPid).startsWith('T'));
    assert.equal(guardsOf(stopped.osPid).length, 1);
    // The primary's time stands still: whoever waited for the stopped one would wait for ever.
    const reports = await cluster.observe();
    assert.deepEqual(reports.map(({ state }) => state).toSorted(), ['paused', 'running']);
    const report = reports[stopped.index];
    assert.deepEqual([report?.alive, report?.stale], [true, true]);
    assert.ok((report?.snapshot?.connections ?? 0) > 0, 'its last figures are gone');
    const slow = await inject(cluster, 'slow_join', { delay_ms: 1 });
    await cluster.askOne({ op: 'broadcast', topic: 'room:x', event: 'e', payload: {} });
    await assert.rejects(cluster.process(stopped.index, 1), { code: 'node_paused' });

    member.send([null, 'late', 'phoenix', 'heartbeat', {}]);
    assert.deepEqual(await cluster.lift(id), { id, hits: { count: 1, of: 2, what: 'nodes' } });
    await member.expect(okReply(null, 'late', 'phoenix'));
    assert.deepEqual(await stopped.ask({ op: 'faults' }), [slow]);
    await cluster.lift(slow);
    await until(() => guardsOf(stopped.osPid).length === 0);
    assert.deepEqual([statesOf(cluster), lines], [['running', 'running'], []]);
    for (const probe of members) probe.drop();
  });

  test('a killed node loses its clients, the other takes them, and it comes back as part of the mesh', async () => {
    const members = await oneOnEach(cluster);
    const slow = await inject(cluster, 'slow_join', { delay_ms: 1 });
    const before = pidsOf(cluster);
    const id = await inject(cluster, 'node_kill');
    const victim = cluster.nodes.findIndex(({ state }) => state === 'down');
    assert.equal(await members[victim]?.closed, 1006);
    const [dead] = (await cluster.observe()).filter(({ alive }) => !alive);
    assert.deepEqual([dead?.name, dead?.state, dead?.osPid], [`node${victim}`, 'down', before[victim]]);
    const refugees = [await open(cluster), await open(cluster), await open(cluster)];
    for (const refugee of refugees) await refugee.expectQuiet();

    await clock.advance(1_999);
    assert.equal(statesOf(cluster)[victim], 'down');
    await clock.advance(1);
    assert.equal(statesOf(cluster)[victim], 'starting');
    await cluster.lift(id);
    assert.deepEqual(statesOf(cluster), ['running', 'running']);
    assert.notEqual(pidsOf(cluster)[victim], before[victim]);
    assert.deepEqual(await cluster.nodes[victim]?.ask({ op: 'faults' }), [slow]);
    await cluster.lift(slow);
    assert.deepEqual(lines, []);

    const [here, there] = await oneOnEach(cluster);
    assert.ok(here && there);
    await here.join('1', 'room:back');
    await there.join('1', 'room:back');
    for (const from of [here, there]) {
      // Either end of the new connection may learn of it first.
      let heard: unknown;
      const other = from === here ? there : here;
      void read(other, ([, , , event]) => event === 'shout').then((frame) => (heard = frame));
      for (let n = 0; heard === undefined; n += 1) {
        from.send(['1', `s${n}`, 'room:back', 'shout', { n }]);
        await read(from, ([, ref]) => ref === `s${n}`);
      }
    }
    for (const probe of [...members, ...refugees, here, there]) probe.drop();
  });

  test('what nodes say of a fault is one figure, and a node that was killed has said it', async () => {
    const members = await oneOnEach(cluster);
    const { id } = await cluster.inject({
      kind: 'slow_join',
      params: { delay_ms: 1, topic: 'room:counted' },
      share: 1,
      seed: 4,
      ttlMs: null,
    });
    const counted = async (): Promise<unknown> => (await cluster.faultWords())[0]?.hits;
    for (const member of members) await member.join('1', 'room:counted');
    assert.deepEqual(await counted(), { count: 2, of: 2, what: 'joins' });
    const kill = await inject(cluster, 'node_kill');
    assert.deepEqual(await counted(), { count: 2, of: 2, what: 'joins' });
    await cluster.lift(kill);
    assert.deepEqual(await counted(), { count: 2, of: 2, what: 'joins' });
    assert.deepEqual(await cluster.renew(id, 60_000), { id, hits: { count: 2, of: 2, what: 'joins' } });
    assert.deepEqual(await cluster.lift(id), { id, hits: { count: 2, of: 2, what: 'joins' } });
    assert.deepEqual([await cluster.lift(id), await cluster.faultWords()], [null, []]);
    for (const probe of members) probe.drop();
  });

  test('a netsplit keeps broadcasts on their side, parts presences after their time, and heals', async () => {
    const [here, there] = await oneOnEach(cluster);
    assert.ok(here && there);
    await here.join('1', 'presence:all', { user_id: 'here' });
    await there.join('1', 'presence:all', { user_id: 'there' });
    const says =
      (what: 'joins' | 'leaves', who: string) =>
      ([, , , event, payload]: unknown[]): boolean =>
        event === 'presence_diff' && Object.hasOwn((payload as Record<string, object>)[what] ?? {}, who);
    // Who joins late finds the other in its first state, and hears of no joining.
    const knows =
      (who: string) =>
      (frame: unknown[]): boolean =>
        says('joins', who)(frame) ||
        (frame[3] === 'presence_state' && Object.hasOwn(frame[4] as object, who));
    await Promise.all([read(here, knows('there')), read(there, knows('here'))]);

    const id = await inject(cluster, 'netsplit');
    here.send(['1', 'split', 'presence:all', 'shout', { n: 1 }]);
    await read(here, ([, ref]) => ref === 'split');
    const left: unknown[][] = [];
    await Promise.all([
      read(here, says('leaves', 'there')),
      read(there, (frame) => {
        left.push(frame);
        return says('leaves', 'here')(frame);
      }),
    ]);
    await cluster.lift(id);
    await Promise.all([
      read(here, says('joins', 'there')),
      read(there, (frame) => {
        left.push(frame);
        return says('joins', 'here')(frame);
      }),
    ]);
    here.send(['1', 'healed', 'presence:all', 'shout', { n: 2 }]);
    assert.deepEqual(await read(there, ([, , , event]) => event === 'shout'), [
      null,
      null,
      'presence:all',
      'shout',
      { n: 2 },
    ]);
    assert.ok(
      left.every(([, , , event]) => event !== 'shout'),
      'a broadcast crossed the split',
    );
    for (const probe of [here, there]) probe.drop();
  });

  test('nodes that start in a netsplit stay on their sides', async () => {
    const split = await inject(cluster, 'netsplit');
    const before = pidsOf(cluster);
    const deploy = await inject(cluster, 'deploy', { pause_ms: 0 });
    await until(() => isAnew(cluster, 0, before));
    await passUntil(clock, () => statesOf(cluster)[1] === 'leaving');
    // It would call the other one by itself, and at once.
    await until(() => isAnew(cluster, 1, before));
    await cluster.lift(deploy);
    const [here, there] = await oneOnEach(cluster);
    assert.ok(here && there);
    await here.join('1', 'room:parted');
    await there.join('1', 'room:parted');
    here.send(['1', 's1', 'room:parted', 'shout', { n: 1 }]);
    await read(here, ([, ref]) => ref === 's1');
    await cluster.lift(split);
    const heard: unknown[][] = [];
    void read(there, (frame) => heard.push(frame) > 0 && frame[3] === 'shout').catch(() => {});
    for (let n = 2; heard.length === 0; n += 1) {
      here.send(['1', `s${n}`, 'room:parted', 'shout', { n }]);
      await read(here, ([, ref]) => ref === `s${n}`);
    }
    const [first] = heard;
    assert.ok(first !== undefined && (first[4] as { n: number }).n > 1, JSON.stringify(heard));
    for (const probe of [here, there]) probe.drop();
  });

  test('a deploy closes the clients of one node after the other with 1012, and every node is another', async () => {
    const [first, second] = await oneOnEach(cluster);
    assert.ok(first && second);
    const before = pidsOf(cluster);
    const id = await inject(cluster, 'deploy', { pause_ms: 100 });
    assert.equal(await first.closed, 1012);
    await until(() => isAnew(cluster, 0, before));
    // Nobody touches the second one before the pause is over.
    await second.expectQuiet();
    assert.equal(pidsOf(cluster)[1], before[1]);
    // The node is back a moment before the rollout knows.
    await passUntil(clock, () => statesOf(cluster)[1] === 'leaving');
    assert.equal(await second.closed, 1012);
    await until(() => isAnew(cluster, 1, before));
    assert.deepEqual(await cluster.lift(id), { id, hits: { count: 2, of: 2, what: 'nodes' } });
    assert.deepEqual([statesOf(cluster), lines], [['running', 'running'], []]);
  });

  test('a stopped node is let go before the server ends, so it drains like all others', async () => {
    const members = await oneOnEach(cluster);
    await inject(cluster, 'node_pause', { nodes: 2 });
    assert.deepEqual(statesOf(cluster), ['paused', 'paused']);
    const stopped = cluster.stop();
    assert.deepEqual(await Promise.all(members.map(({ closed }) => closed)), [1012, 1012]);
    await stopped;
    assert.deepEqual([cluster.nodes.map(({ alive }) => alive), lines], [[false, false], []]);
  });
});

test(
  'a server of one node refuses connections while it is killed, and waits for its port when somebody has it',
  { timeout: 60_000 },
  async (t) => {
    const { cluster, clock, lines } = await start({ nodes: 1 });
    t.after(() => cluster.kill());
    const { port } = cluster;
    const id = await inject(cluster, 'node_kill');
    await assert.rejects(open(cluster), /ECONNREFUSED/);
    const stranger = createServer();
    await new Promise<void>((resolve) => stranger.listen(port, '127.0.0.1', resolve));
    await clock.advance(2_000);
    await until(() => cluster.nodes[0]?.isBooted === true);
    // Its requests are answered in their order: by then it has tried to listen.
    for (let n = 0; n < 5; n += 1) await cluster.nodes[0]?.ask({ op: 'faults' });
    assert.deepEqual(statesOf(cluster), ['starting']);
    await new Promise((resolve) => stranger.close(resolve));
    const lifted = cluster.lift(id);
    await passUntil(clock, () => statesOf(cluster)[0] === 'running');
    await lifted;
    (await open(cluster)).drop();
    assert.deepEqual(lines, []);
  },
);
