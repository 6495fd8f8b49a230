import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Application } from '../application.ts';
import { DEFAULT_CONFIG, type ServerConfig } from '../config.ts';
import { ManualClock } from '../otp/manual-clock.ts';
import { MemoryConnection } from '../testing/memory-connection.ts';

const SENDERS = 3;
const TOPICS = ['room:a', 'room:b'];
const CONFIG: ServerConfig = { ...DEFAULT_CONFIG, logLevel: 'none' };

/** Something a sender does on a topic, or the receiver's channel being busy, or time going by. */
type Step =
  | {
      readonly do: 'shout' | 'ishout' | 'ping';
      readonly sender: number;
      readonly topic: number;
      readonly count: number;
    }
  | { readonly do: 'block'; readonly who: number; readonly topic: number; readonly ms: number }
  | { readonly do: 'turn' }
  | { readonly do: 'wait'; readonly ms: number };

const topic = fc.nat({ max: TOPICS.length - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('shout', 'ishout', 'ping'),
      sender: fc.nat({ max: SENDERS - 1 }),
      topic,
      // More than one visit of the scheduler, now and then.
      count: fc.constantFrom(1, 2, 3, 40),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('block'),
      who: fc.nat({ max: SENDERS }),
      topic,
      ms: fc.constantFrom(1, 20, 200),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'turn' }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(0, 5, 50, 300) }) },
);

interface Note {
  readonly sender: number;
  readonly n: number;
}

type Frame = readonly [joinRef: unknown, ref: unknown, topic: string, event: string, payload: unknown];

/** Three senders and one receiver on the same topics, and the numbers each sender has used. */
class Stage {
  readonly clock = new ManualClock();
  readonly connections: MemoryConnection[];
  readonly sent = new Map<string, number>();
  private refs = 0;

  constructor() {
    const app = new Application({ config: CONFIG, clock: this.clock, node: 0 });
    this.connections = Array.from({ length: SENDERS + 1 }, () => new MemoryConnection(app));
  }

  async start(): Promise<void> {
    for (const connection of this.connections) {
      connection.send(...TOPICS.map((name) => ['1', '1', name, 'phx_join', {}]));
      await this.clock.settle();
      connection.take();
    }
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'turn':
        this.clock.turn();
        return;
      case 'wait':
        return this.clock.advance(step.ms);
      case 'block':
        this.refs += 1;
        return this.connections[step.who]?.send([
          '1',
          `b${this.refs}`,
          TOPICS[step.topic],
          'block',
          { ms: step.ms },
        ]);
      case 'shout':
      case 'ishout':
      case 'ping':
        for (let left = step.count; left > 0; left -= 1) this.speak(step.do, step.sender, step.topic);
    }
  }

  private speak(event: string, sender: number, topic: number): void {
    const line = `${sender} ${TOPICS[topic]} ${event}`;
    const n = (this.sent.get(line) ?? 0) + 1;
    this.sent.set(line, n);
    this.connections[sender]?.send(['1', `${event} ${n}`, TOPICS[topic], event, { sender, n }]);
  }

  framesOf(index: number): Frame[] {
    return (this.connections[index]?.take() ?? []) as Frame[];
  }
}

/** Numbers by line (sender, topic, event), in the order of arrival. */
function linesOf(frames: readonly Frame[]): Map<string, number[]> {
  const lines = new Map<string, number[]>();
  for (const [, , topic, event, payload] of frames) {
    if (event !== 'shout' && event !== 'ishout') continue;
    const { sender, n } = payload as Note;
    const line = `${sender} ${topic} ${event}`;
    const numbers = lines.get(line);
    if (numbers === undefined) lines.set(line, [n]);
    else numbers.push(n);
  }
  return lines;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** Refs of the replies on one topic, in the order of arrival, without the blocks' own. */
function repliesOn(topic: string, frames: readonly Frame[]): string[] {
  const replies = frames.filter((frame) => frame[2] === topic && frame[3] === 'phx_reply');
  return replies.map((frame) => String(frame[1])).filter((ref) => !ref.startsWith('b'));
}

test('what one sender says on one topic arrives in order and once, whatever else goes on', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30, size: 'max' }), async (steps) => {
      const stage = new Stage();
      await stage.start();
      const asked = new Map<string, string[]>();
      for (const one of steps) await stage.take(one);
      await stage.clock.advance(10_000);
      for (let index = 0; index <= SENDERS; index += 1) {
        const frames = stage.framesOf(index);
        const lines = linesOf(frames);
        for (const [line, count] of stage.sent) {
          if (line.endsWith('ping')) continue;
          assert.deepEqual(lines.get(line), upTo(count), `client ${index}, ${line}`);
        }
        for (const name of TOPICS) asked.set(`${index} ${name}`, repliesOn(name, frames));
        assertOwnOrder(index, frames);
      }
      assert.deepEqual(asked, expectedReplies(steps));
    }),
    { numRuns: Number(process.env['FIREDRILL_PROPERTY_RUNS'] ?? 100) },
  );
});

/** Replies come in the order of the pushes, channel by channel. */
function expectedReplies(steps: readonly Step[]): Map<string, string[]> {
  const expected = new Map<string, string[]>();
  const used = new Map<string, number>();
  for (let index = 0; index <= SENDERS; index += 1)
    for (const name of TOPICS) expected.set(`${index} ${name}`, []);
  for (const one of steps) {
    if (one.do !== 'shout' && one.do !== 'ishout' && one.do !== 'ping') continue;
    for (let left = one.count; left > 0; left -= 1) {
      const channel = `${one.sender} ${TOPICS[one.topic]}`;
      const n = (used.get(`${channel} ${one.do}`) ?? 0) + 1;
      used.set(`${channel} ${one.do}`, n);
      expected.get(channel)?.push(`${one.do} ${n}`);
    }
  }
  return expected;
}

/** A sender sees its own plain broadcast before the reply, its intercepted one after it (phoenix-semantics 4.2). */
function assertOwnOrder(index: number, frames: readonly Frame[]): void {
  const places = new Map<string, number>();
  for (const [at, [, ref, topic, event, payload]] of frames.entries()) {
    if (event === 'phx_reply') places.set(`${topic} reply ${String(ref)}`, at);
    else if ((payload as Note).sender === index)
      places.set(`${topic} own ${event} ${(payload as Note).n}`, at);
  }
  for (const [what, at] of places) {
    const [, topic, event, n] = /^(\S+) own (\S+) (\d+)$/.exec(what) ?? [];
    if (topic === undefined) continue;
    const replyAt = places.get(`${topic} reply ${event} ${n}`) ?? -1;
    assert.equal(
      at < replyAt,
      event === 'shout',
      `client ${index}: ${what} at ${at}, its reply at ${replyAt}`,
    );
  }
}
