import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../base/clock.ts';
import type { FaultSpan } from '../faults/schedule.ts';
import { LeasedFaults } from '../faults/server/lease.ts';
import type { UndoPlace } from '../faults/undo-words.ts';
import { fault, type FaultPlan } from '../scenario/api.ts';
import { planRun } from '../scenario/plan.ts';
import { leaveFaults } from './left-faults.ts';

const ELSEWHERE: UndoPlace = {
  control: 'http://127.0.0.1:4001',
  wantsToken: true,
  isOwnServer: false,
  namespace: null,
  pid: 1,
};
const SLOW = fault.slowJoin({ delayMs: 400 }).at('10s').for('50s');
const LATE = fault.latency({ delayMs: 200 }).at('10s').for('50s');

type Port = ConstructorParameters<typeof LeasedFaults>[1];

/** A server that holds one fault, and writes down what it is asked. */
function portOf(asked: string[], has = true): Port {
  return {
    async inject() {
      return 'f7';
    },
    async renew(id, ttlMs) {
      asked.push(`renew ${id} for ${ttlMs}`);
      return has;
    },
    raise: async () => null,
    async lift(id) {
      asked.push(`lift ${id}`);
      return has ? { hits: null } : null;
    },
  };
}

type Left = { asked: string[]; notes: string[]; left: Awaited<ReturnType<typeof leaveFaults>> };

/** What is left of faults that went on at 10 s, when the run ends at 20 s. */
async function leave(
  plans: readonly FaultPlan[],
  { place = ELSEWHERE, port = portOf }: { place?: UndoPlace; port?: (asked: string[]) => Port } = {},
): Promise<Left & { clock: ManualClock; leases: LeasedFaults }> {
  const load = { clients: 10, ramp: 0, hold: '60s' };
  const plan = planRun({ about: 'x', load, client: () => undefined, faults: plans }, { seed: 7 });
  const clock = new ManualClock(10_000_000);
  const asked: string[] = [];
  const notes: string[] = [];
  const leases = new LeasedFaults(clock, port(asked));
  const handle = await leases.inject({ kind: 'slow_join', params: {}, share: 1, seed: 7, ttlMs: 55_000 });
  clock.advanceUs(500_000);
  const spans = plan.faults.map((planned): FaultSpan => ({
    fault: planned,
    appliedAtMs: 10_000,
    liftedAtMs: null,
    failure: null,
    isLeft: true,
    ...(planned.side === 'link' ? {} : { handle }),
  }));
  const note = (text: string): void => void notes.push(text);
  const left = await leaveFaults(spans, { clock, startUs: -9_500_000, place, leases, note });
  return { asked, notes, left, clock, leases };
}

test("on somebody else's server a fault gets the rest of its time, and is renewed no more", async () => {
  const { asked, left, notes, clock } = await leave([SLOW]);
  assert.deepEqual(asked, ['renew f7 for 40000']);
  const byHand =
    'curl -f -X DELETE -H "Authorization: Bearer $FIREDRILL_CONTROL_TOKEN" http://127.0.0.1:4001/faults/f7';
  assert.deepEqual(left, [
    {
      fault: 'slow-join-1',
      name: 'slow joins',
      untilMs: 60_000,
      endsBy: 'the server lets go of it in 40 s',
      byHand,
    },
  ]);
  assert.deepEqual(notes, [
    `slow joins left on, as rollback says: the server lets go of it in 40 s; to end it now: ${byHand}`,
  ]);
  clock.advanceUs(60_000_000);
  assert.equal(asked.length, 1);
});

test('on our own links and our own server it ends with the run', async () => {
  const own = { ...ELSEWHERE, isOwnServer: true };
  const { asked, left } = await leave([SLOW, LATE], { place: own });
  assert.deepEqual(asked, []);
  assert.deepEqual(
    left.map(({ name, untilMs, byHand }) => [name, untilMs, byHand]),
    [
      ['slow joins', null, null],
      ['late links', null, null],
    ],
  );
  for (const { endsBy } of left) assert.match(endsBy, /ends? with/);
});

test('a server that has it no more, or does not answer, is told as it is', async () => {
  const gone = await leave([SLOW], { port: (asked) => portOf(asked, false) });
  assert.deepEqual([gone.left[0]?.untilMs, gone.left[0]?.endsBy], [null, 'the server has it no more']);
  const deaf = await leave([SLOW], {
    port: (asked) => ({ ...portOf(asked), renew: () => Promise.reject(new Error('ECONNREFUSED')) }),
  });
  assert.equal(deaf.left[0]?.untilMs, null);
  assert.match(deaf.left[0]?.endsBy ?? '', /within 8 s, for it could not be given the rest: ECONNREFUSED/);
});

test('what was lifted is not left', async () => {
  const load = { clients: 10, ramp: 0, hold: '60s' };
  const { faults } = planRun({ about: 'x', load, client: () => undefined, faults: [SLOW] }, { seed: 7 });
  const spans = faults.map((planned) => ({
    fault: planned,
    appliedAtMs: 10_000,
    liftedAtMs: 20_000,
    failure: null,
  }));
  const note = (): void => assert.fail('nothing to say');
  const clock = new ManualClock();
  assert.deepEqual(await leaveFaults(spans, { clock, startUs: 0, place: ELSEWHERE, leases: null, note }), []);
});
