import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Application } from '../application.ts';
import { DEFAULT_CONFIG, type ServerConfig } from '../config.ts';
import { ManualClock } from '../otp/manual-clock.ts';
import { censusOf } from '../testing/census.ts';
import { MemoryConnection } from '../testing/memory-connection.ts';

// Longer than any drill: a timer of this length that outlives its owner is still there in the end.
const AN_HOUR_MS = 3_600_000;
const CLIENTS = 2;
const TOPICS = ['room:a', 'presence:b', 'lobby'];
const CONFIG: ServerConfig = {
  ...DEFAULT_CONFIG,
  logLevel: 'none',
  idleTimeoutMs: 4_000,
  sendTimeoutMs: AN_HOUR_MS,
  evictionMs: 1_000,
  maxChannels: 3,
};

/** One thing a client does, or the world does to it. */
type Step =
  | {
      readonly do: 'join' | 'leave' | 'drop' | 'say goodbye' | 'disconnect' | 'stall' | 'read on';
      readonly client: number;
      readonly topic: number;
      readonly payload: object;
    }
  | {
      readonly do: 'push';
      readonly client: number;
      readonly topic: number;
      readonly event: string;
      readonly payload: object;
    }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'drain' };

const client = fc.nat({ max: CLIENTS - 1 });
const topic = fc.nat({ max: TOPICS.length - 1 });
const joinPayload = fc.constantFrom<object>(
  {},
  {},
  {},
  { delay_ms: 50 },
  { delay_ms: 700 },
  { reject: true },
  { crash: true },
  { trap_exit: true },
  { after_join: 1 },
  { trap_exit: true, delay_ms: 20 },
  { meta: { at: 1 }, user_id: 'shared' },
);
const event = fc.constantFrom<readonly [string, object]>(
  ['ping', {}],
  ['noreply', {}],
  ['shout', { n: 1 }],
  ['ishout', { n: 1 }],
  ['push_me', {}],
  ['block', { ms: 300 }],
  ['task', { ms: 400 }],
  ['await', { ms: 400, timeout: 200 }],
  ['await', { ms: 100, timeout: AN_HOUR_MS }],
  ['call', { ms: 300, timeout: 150 }],
  ['call', { ms: 50, timeout: AN_HOUR_MS }],
  ['timeout', { ms: 250 }],
  ['timeout', { ms: AN_HOUR_MS }],
  ['flood', { n: 5, ms: 30 }],
  ['monitor', { user_id: 'u0' }],
  ['monitor', { user_id: 'u1' }],
  ['update_presence', { meta: { at: 2 } }],
  ['crash', {}],
  ['exit', { reason: 'shutdown' }],
  ['exit', { reason: 'normal' }],
  ['stop', { reason: 'normal', reply: {} }],
  ['stop', { reason: 'odd' }],
  ['unheard of', {}],
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('join' as const), client, topic, payload: joinPayload }),
  },
  {
    weight: 10,
    arbitrary: fc.record({ client, topic, event }).map(({ event: [name, payload], ...where }) => ({
      do: 'push' as const,
      ...where,
      event: name,
      payload,
    })),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('leave', 'drop', 'say goodbye', 'disconnect', 'stall', 'read on'),
      client,
      topic,
      payload: fc.constant({}),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(0, 1, 60, 500, 1_500, 4_500),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'drain' as const }) },
);

/** One run of a whole node on virtual time. */
class Drill {
  readonly clock = new ManualClock();
  readonly app = new Application({ config: CONFIG, clock: this.clock, node: 0 });
  private readonly clients: Array<MemoryConnection | null> = Array.from({ length: CLIENTS }, () => null);
  private refs = 0;

  async take(step: Step): Promise<void> {
    if (step.do === 'wait') return this.clock.advance(step.ms);
    if (step.do === 'drain') return void this.app.drain();
    const connection = this.connectionOf(step.client);
    const name = TOPICS[step.topic];
    this.refs += 1;
    const ref = `${this.refs}`;
    switch (step.do) {
      case 'join':
        return connection.send([ref, ref, name, 'phx_join', step.payload]);
      case 'leave':
        return connection.send([null, ref, name, 'phx_leave', {}]);
      case 'push':
        // Now and then the topic was joined with another join_ref: null is always the current one's.
        return connection.send([null, ref, name, step.event, step.payload]);
      case 'drop':
        return connection.drop();
      case 'say goodbye':
        return connection.bytes(Buffer.from([0x88, 0x80, 0, 0, 0, 0]));
      case 'disconnect':
        return this.app.broadcast(`user:u${step.client}`, 'disconnect', {});
      case 'stall':
        connection.reads = false;
        return;
      case 'read on':
        return connection.readOn();
    }
  }

  /** Everybody hangs up, and whatever was under way comes to its end. */
  async finish(): Promise<void> {
    for (const connection of this.clients) connection?.drop();
    await this.clock.advance(20_000);
  }

  private connectionOf(index: number): MemoryConnection {
    const known = this.clients[index];
    if (known?.open === true) return known;
    const fresh = new MemoryConnection(this.app, `u${index}`);
    this.clients[index] = fresh;
    return fresh;
  }
}

const topicsAndIds = [...TOPICS, ...Array.from({ length: CLIENTS }, (_, index) => `user:u${index}`)];

test('whatever clients do and suffer, nothing of theirs is left when they are gone', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
      const drill = new Drill();
      await drill.clock.settle();
      const before = { ...censusOf(drill.app, topicsAndIds), timers: drill.clock.pending };
      for (const one of steps) {
        await drill.take(one);
        await drill.clock.settle();
      }
      await drill.finish();
      const after = { ...censusOf(drill.app, topicsAndIds), timers: drill.clock.pending };
      assert.deepEqual(after, before);
    }),
    { numRuns: Number(process.env['FIREDRILL_PROPERTY_RUNS'] ?? 150) },
  );
});
