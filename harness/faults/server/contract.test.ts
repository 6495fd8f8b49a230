import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ManualClock } from '../../base/clock.ts';
import { readHits } from '../../base/hits.ts';
import { fault, FAULT_SPECS } from '../../scenario/fault.ts';
import type { FaultPlan } from '../../scenario/fault-plan.ts';
import type { FaultParams, FaultSpec, ParamSpec } from '../../scenario/fault-spec.ts';
import { planRun, type PlannedFault } from '../../scenario/plan.ts';
import { rampParam } from '../../scenario/ramp.ts';
import { FAULTS } from '../catalogue.ts';
import { FaultGone, type FaultHands } from '../fault.ts';
import { LeasedFaults, type FaultWord } from './lease.ts';

// The harness imports nothing of the server: they meet at the control port, and here.

const MAIN = fileURLToPath(new URL('../../../server-under-test/main.ts', import.meta.url));
const SERVER_SPECS = FAULT_SPECS.filter(({ side }) => side === 'server');

type Answer = {
  status: number;
  body: {
    id: string;
    faults: { id: string; kind: string; params: FaultParams; share: number; hits: unknown }[];
    kinds: { kind: string; params: Record<string, unknown>; hits: string }[];
    problems: { path: string; wanted: string }[];
  };
};

let child: ChildProcess;
let control = '';
let url = '';

before(async () => {
  const flags = ['--no-env', '--nodes', '1', '--port', '0', '--control-port', '0'];
  // The channel ends it with us, however we end.
  child = spawn(process.execPath, [MAIN, ...flags], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  assert.ok(child.stdout);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  ({ control, url } = JSON.parse(line) as { control: string; url: string });
});
after(() => child.kill('SIGKILL'));

async function ask(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${control}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

const wordOf = ({ status, body }: Answer): FaultWord | null =>
  status === 200 ? { hits: readHits(body) } : null;

const NOBODY = { count: 0, of: 0, what: 'clients' } as const;

/** Hands that reach the server; the clock stands, so nothing is renewed. */
function hands(): FaultHands {
  const leased = new LeasedFaults(new ManualClock(), {
    async inject({ ttlMs, ...order }) {
      const { status, body } = await ask('POST', '/faults', { ...order, ttl_ms: ttlMs });
      assert.equal(status, 200, JSON.stringify(body));
      return body.id;
    },
    renew: async (id, ttlMs) => (await ask('PUT', `/faults/${id}`, { ttl_ms: ttlMs })).status === 200,
    raise: async (id, share) => wordOf(await ask('PUT', `/faults/${id}`, { share })),
    lift: async (id) => wordOf(await ask('DELETE', `/faults/${id}`)),
  });
  return {
    seed: 7,
    injectServer: (order) => leased.inject(order),
    liftServer: (id) => leased.lift(id),
    raiseServer: (id, share) => leased.raise(id, share),
    strike: async () => NOBODY,
    raiseStrike: async () => NOBODY,
    liftStrike: async () => NOBODY,
  };
}

function leastOf(param: ParamSpec): string | number {
  if (param.type === 'choice') return param.of[0] ?? '';
  if (param.type === 'text') return 'room:*';
  return param.type === 'share' ? 0.5 : param.min;
}

/** A fault with the least of all it must be given, or of all it may be. */
function planned({ builder, params }: FaultSpec, isFull: boolean): PlannedFault {
  const given = Object.entries(params)
    // Names of servers are not for anybody to make up.
    .filter(([name, param]) => param.default === undefined || (isFull && name !== 'server'))
    .map(([name, param]) => [name, leastOf(param)]);
  const build = fault[builder as keyof typeof fault] as (params: object) => FaultPlan;
  const faults = [
    build(Object.fromEntries(given) as object)
      .at('1s')
      .for('2s'),
  ];
  const load = { clients: 10, ramp: 0, hold: '60s' };
  const [one] = planRun({ about: 'x', load, client: () => undefined, faults }, { seed: 7 }).faults;
  assert.ok(one);
  return one;
}

for (const spec of SERVER_SPECS) {
  test(`the server takes ${spec.kind} as a scenario asks for it, and gives it back`, async () => {
    for (const isFull of [false, true]) {
      const one = planned(spec, isFull);
      const on = await FAULTS[spec.kind]?.inject(one, hands());
      const [active] = (await ask('GET', '/faults')).body.faults;
      assert.deepEqual([active?.kind, active?.share], [spec.kind, one.share]);
      assert.equal(on?.handle, active?.id);
      assert.equal(on?.hits?.(), null);
      await on?.lift();
      assert.deepEqual((await ask('GET', '/faults')).body.faults, []);
      // In words of the harness, and in the unit that the server has told of the kind.
      const known = (await ask('GET', '/faults')).body.kinds.find(({ kind }) => kind === spec.kind);
      assert.equal(on?.hits?.()?.what, known?.hits);
    }
  });

  if (rampParam(spec) !== null) {
    test(`the server takes another share of ${spec.kind} while it is on`, async () => {
      const on = await FAULTS[spec.kind]?.inject(planned(spec, false), hands());
      await on?.raise?.(0.75);
      const [active] = (await ask('GET', '/faults')).body.faults;
      assert.deepEqual([active?.kind, active?.share], [spec.kind, 0.75]);
      await on?.lift();
      await assert.rejects(on?.raise?.(1) ?? Promise.resolve(), FaultGone);
    });
  }

  test(`both have the same ranges for ${spec.kind}`, async () => {
    const { kinds } = (await ask('GET', '/faults')).body;
    const known = kinds.find(({ kind }) => kind === spec.kind)?.params ?? {};
    // An order whose share is wrong is refused whatever the rest of it says, and tells what is wrong with that.
    const refused = async (params: object): Promise<string[]> => {
      const { body } = await ask('POST', '/faults', { kind: spec.kind, params, share: 2 });
      return body.problems.map(({ path }) => path).filter((path) => path !== 'share');
    };
    const named: FaultParams = {};
    await FAULTS[spec.kind]?.inject(planned(spec, true), {
      ...hands(),
      injectServer: async ({ params }) => {
        Object.assign(named, params);
        return 'f';
      },
    });
    for (const [name, param] of Object.entries(spec.params)) {
      const key = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      if (!Object.hasOwn(known, key)) continue;
      const ends = param.type === 'number' ? [param.min, param.max] : param.type === 'choice' ? param.of : [];
      for (const end of ends) assert.deepEqual(await refused({ ...named, [key]: end }), [], `${key} ${end}`);
      if (param.type === 'text') continue;
      const beyond = param.type === 'number' ? param.max + 1 : 'nonsense';
      assert.deepEqual(await refused({ ...named, [key]: beyond }), [`params.${key}`]);
    }
  });
}

test('what the server has hit is told where the fault is asked for, at each step and at the lift', async () => {
  const socket = new WebSocket(`${url}/websocket?vsn=2.0.0`);
  const answers: unknown[] = [];
  const answered = async (count: number): Promise<void> => {
    while (answers.length < count) await once(socket, 'message');
  };
  socket.addEventListener('message', ({ data }) => answers.push(data));
  await once(socket, 'open');
  const send = (frame: unknown[]): void => socket.send(JSON.stringify(frame));
  const topics = ['room:1', 'room:2', 'room:3', 'lobby'];
  for (const topic of topics) send(['1', '1', topic, 'phx_join', {}]);
  await answered(4);
  const plan = fault.blockingHandler({ delayMs: 1, topic: 'room:*' }).at('1s').for('2s');
  const load = { clients: 10, ramp: 0, hold: '60s' };
  const [one] = planRun({ about: 'x', load, client: () => undefined, faults: [plan] }, { seed: 7 }).faults;
  assert.ok(one);
  const on = await FAULTS[one.kind]?.inject(one, hands());
  for (const topic of ['room:1', 'room:1', 'room:2', 'lobby']) send(['1', '2', topic, 'ping', {}]);
  await answered(8);
  await on?.raise?.(0.999);
  // The node looks at all of its channels for a lift, not at each step.
  assert.deepEqual(on?.hits?.(), { count: 2, of: null, what: 'channels' });
  const [active] = (await ask('GET', '/faults')).body.faults;
  assert.deepEqual(active?.hits, { count: 2, of: 3, what: 'channels' });
  send(['1', '3', 'room:2', 'ping', {}]);
  await answered(9);
  await on?.lift();
  assert.deepEqual(on?.hits?.(), { count: 2, of: 3, what: 'channels' });
  socket.close();
});

test('the server knows no fault within a node that a scenario cannot ask for', async () => {
  const { kinds } = (await ask('GET', '/faults')).body;
  const askable = FAULT_SPECS.map(({ kind }) => kind);
  assert.deepEqual(
    kinds.map(({ kind }) => kind).filter((kind) => !askable.includes(kind)),
    [],
  );
});

test('a fault nobody renews is gone by itself, one that is renewed is not', { timeout: 10_000 }, async () => {
  const order = { kind: 'slow_join', params: { delay_ms: 5 }, ttl_ms: 300 };
  const kept = (await ask('POST', '/faults', order)).body.id;
  const left = (await ask('POST', '/faults', order)).body.id;
  const ids = async (): Promise<string[]> => (await ask('GET', '/faults')).body.faults.map(({ id }) => id);
  assert.equal((await ask('PUT', `/faults/${kept}`, { ttl_ms: 60_000 })).status, 200);
  while ((await ids()).includes(left));
  assert.deepEqual(await ids(), [kept]);
  assert.equal((await ask('PUT', `/faults/${left}`, { ttl_ms: 60_000 })).status, 404);
  assert.equal((await ask('DELETE', `/faults/${kept}`)).status, 200);
});
