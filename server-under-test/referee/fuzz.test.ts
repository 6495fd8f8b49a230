import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { censusOf } from '../testing/census.ts';
import { BANDIT_V1, BANDIT_V2, COWBOY_V2, type Dialect } from '../testing/dialect.ts';
import { FUZZ_LIMITS, FuzzFrames } from '../testing/fuzz-frames.ts';
import { FuzzOracle, type Debt } from '../testing/fuzz-oracle.ts';
import { LocalServer } from '../testing/local-server.ts';
import { canonical } from '../testing/plain-json.ts';
import { okReply, type Probe } from '../testing/probe.ts';
import { RawConnection } from '../testing/raw-connection.ts';
import { ReferenceReader } from '../testing/reference-reader.ts';
import { Seeded } from '../testing/seeded.ts';
import type { Arrival } from '../testing/server-frames.ts';

const FRAMES = Number(process.env['FIREDRILL_FUZZ_FRAMES'] ?? 100_000);
const SEED = Number(process.env['FIREDRILL_FUZZ_SEED'] ?? randomInt(2 ** 31));
const LANES = 10;
/** RFC 6455's name for a close frame without a code. */
const NO_CODE = 1005;

interface Golden {
  readonly text: ReadonlyArray<{ readonly direction: string; readonly text: string }>;
}

/** The recorded frames of a client, moved from room:a to a topic of one's own. */
function readGolden(topic: string): Buffer[] {
  const file = new URL('../../test/golden/frames.json', import.meta.url);
  const { text } = JSON.parse(readFileSync(file, 'utf8')) as Golden;
  return text
    .filter(({ direction }) => direction === 'client')
    .map((frame) => Buffer.from(frame.text.replaceAll('room:a', topic)));
}

/** What happened on all lanes together. */
interface Tally {
  frames: number;
  connections: number;
  answers: number;
  readonly closes: Map<string, number>;
}

/** One fuzzed connection: what it sent, and what the server still owes it. */
class Session {
  private readonly connection: RawConnection;
  private readonly random: Seeded;
  private readonly fuzzer: FuzzFrames;
  private readonly tally: Tally;
  private readonly log: Buffer[] = [];
  private oracle: FuzzOracle;
  private batch: Buffer[] = [];
  private readonly owed = new Map<string, string[]>();
  private debts = 0;

  constructor(
    connection: RawConnection,
    random: Seeded,
    fuzzer: FuzzFrames,
    oracle: FuzzOracle,
    tally: Tally,
  ) {
    this.oracle = oracle;
    this.connection = connection;
    this.random = random;
    this.fuzzer = fuzzer;
    this.tally = tally;
  }

  async run(): Promise<void> {
    for (let left = this.random.between(1, 120); left > 0; left -= 1) {
      const codes = await this.sendOne();
      if (codes !== null) return this.expectClose(codes);
      if (this.random.chance(0.02)) await this.settle();
    }
    await this.settle();
    if (this.random.chance(0.3)) this.connection.socket.resetAndDestroy();
    else this.connection.socket.end();
    const end = await this.connection.next();
    if (end.kind !== 'gone')
      this.complain(`a connection that ended without a close frame got ${describe(end)}`);
  }

  /** Sends one draw; the close codes when it was the last. */
  private async sendOne(): Promise<readonly number[] | null> {
    const bytes = this.fuzzer.draw(this.random, this.oracle.model);
    const next = this.oracle.after(bytes);
    if (next === null || bytes.length === 0) return null;
    const { oracle, verdict } = next;
    if (verdict.quiet || verdict.fatal !== null) await this.settle();
    this.oracle = oracle;
    this.tally.frames += 1;
    this.log.push(bytes);
    this.batch.push(bytes);
    for (const debt of verdict.owed) this.owe(debt);
    if (verdict.fatal !== null) {
      // What follows a fatal frame is never looked at.
      if (this.random.chance(0.2)) this.batch.push(this.random.bytes(this.random.between(1, 200)));
      this.flush();
      return verdict.fatal;
    }
    if (verdict.quiet) await this.settle();
    return null;
  }

  private owe({ stream, frame }: Debt): void {
    const list = this.owed.get(stream);
    if (list === undefined) this.owed.set(stream, [frame]);
    else list.push(frame);
    this.debts += 1;
  }

  private flush(): void {
    let bytes = Buffer.concat(this.batch.splice(0));
    for (let cuts = this.random.pick([0, 0, 0, 1, 2]); cuts > 0 && bytes.length > 1; cuts -= 1) {
      const size = this.random.between(1, bytes.length - 1);
      this.connection.write(bytes.subarray(0, size));
      bytes = bytes.subarray(size);
    }
    if (bytes.length > 0) this.connection.write(bytes);
  }

  /** Until every answer is there. */
  private async settle(): Promise<void> {
    this.flush();
    while (this.debts > 0) this.check(await this.connection.next());
  }

  private check(arrival: Arrival): void {
    const frame = frameOf(arrival);
    for (const [stream, frames] of this.owed) {
      if (frames[0] !== frame) continue;
      frames.shift();
      if (frames.length === 0) this.owed.delete(stream);
      this.debts -= 1;
      this.tally.answers += 1;
      return;
    }
    this.complain(`got ${describe(arrival)}`);
  }

  private async expectClose(codes: readonly number[]): Promise<void> {
    for (;;) {
      const arrival = await this.connection.next();
      if (arrival.kind === 'close') {
        if (!codes.includes(arrival.code ?? NO_CODE) || this.debts > 0) {
          this.complain(`closed with ${arrival.code} instead of ${codes.join(' or ')}`);
        }
        const name = `${arrival.code}`;
        this.tally.closes.set(name, (this.tally.closes.get(name) ?? 0) + 1);
        break;
      }
      if (arrival.kind === 'gone') this.complain(`gone instead of closed with ${codes.join(' or ')}`);
      this.check(arrival);
    }
    this.connection.socket.end();
    const end = await this.connection.next();
    if (end.kind !== 'gone') this.complain(`after the close frame came ${describe(end)}`);
  }

  private complain(what: string): never {
    const owed = [...this.owed].map(([stream, frames]) => `  ${stream}: ${frames.slice(0, 3).join(' ')}`);
    const sent = this.log.slice(-6).map((bytes) => `  ${legible(bytes)}`);
    assert.fail(
      `seed ${SEED}: ${what}\nowed:\n${owed.join('\n')}\nlast frames of ${this.log.length}, the newest last:\n${sent.join('\n')}`,
    );
  }
}

/** One proper frame as its text, anything else in hex. */
function legible(bytes: Buffer): string {
  const [event, ...others] = new ReferenceReader(FUZZ_LIMITS, 'bandit').feed(bytes);
  const text = event?.kind === 'text' && others.length === 0;
  return (text ? event.payload.toString('utf8') : bytes.toString('hex')).slice(0, 600);
}

function frameOf(arrival: Arrival): string {
  switch (arrival.kind) {
    case 'text':
      return canonical(JSON.parse(arrival.text));
    case 'binary':
      return arrival.hex;
    case 'pong':
      return `pong ${arrival.hex}`;
    default:
      return describe(arrival);
  }
}

function describe(arrival: Arrival): string {
  return JSON.stringify(arrival).slice(0, 600);
}

/** Asks without pause and wants every answer in its turn. */
async function bearWitness(witness: Probe, until: () => boolean): Promise<number> {
  let asked = 0;
  for (; !until(); asked += 1) {
    witness.send(
      ['1', `p${asked}`, 'room:witness', 'ping', { asked }],
      [null, `h${asked}`, 'phoenix', 'heartbeat', {}],
    );
    // The transport answers one by itself, the other comes through a channel: either may be first.
    const wanted = [
      okReply(null, `h${asked}`, 'phoenix'),
      okReply('1', `p${asked}`, 'room:witness', { asked }),
    ];
    const answers = await Promise.race([witness.take(2), witness.closed]);
    if (typeof answers === 'number') assert.fail(`the witness was closed with ${answers}`);
    assert.deepEqual(new Set(answers.map(canonical)), new Set(wanted.map(canonical)));
  }
  return asked;
}

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

/** Ten lanes of sessions against one node until so many frames are sent; then everything of theirs must be gone. */
async function fuzzServer(t: TestContext, dialect: Dialect, frames: number): Promise<void> {
  t.diagnostic(`seed ${SEED}; repeat with FIREDRILL_FUZZ_SEED=${SEED}`);
  const { frameBytes, fragmentedBytes } = FUZZ_LIMITS;
  const limits = { maxFrameBytes: frameBytes, maxFragmentedBytes: fragmentedBytes };
  const server = await LocalServer.start({ ...limits, server: dialect.server });
  const witness = await server.joined('room:witness');
  const topics = new Set<string>();
  const before = censusOf(server.app, topics);
  const tally: Tally = { frames: 0, connections: 0, answers: 0, closes: new Map() };

  async function fuzz(lane: number): Promise<void> {
    const random = new Seeded(SEED + lane);
    const letter = String.fromCharCode(0x61 + lane);
    const mark = letter.repeat(2);
    const own = [`room:${mark}${mark}`, `room:${mark}é\u0000`, `room:${letter.repeat(90)}`, 'nowhere', ''];
    for (const topic of own) topics.add(topic);
    const golden = readGolden(`room:${mark}`);
    while (tally.frames < frames) {
      tally.connections += 1;
      const connection = await RawConnection.open(server.port, `/socket/websocket?vsn=${dialect.vsn}`);
      const oracle = new FuzzOracle(FUZZ_LIMITS, dialect, mark);
      await new Session(connection, random, new FuzzFrames(dialect, golden, own), oracle, tally).run();
    }
  }

  try {
    let running = true;
    const asked = bearWitness(witness, () => !running);
    const lanes = Promise.all(Array.from({ length: LANES }, (_, lane) => fuzz(lane)));
    await lanes.finally(() => (running = false));
    assert.equal((await asked) > 0, true);
    // Frames that survive a reset are on their way out: the census waits for the last of them.
    while (server.app.context.connections.count > 1) await new Promise((resolve) => setImmediate(resolve));
    await witness.expectQuiet();
    assert.deepEqual(censusOf(server.app, topics), before);
    const closes = [...tally.closes].map(([code, count]) => `${code}: ${count}`).toSorted(byText);
    t.diagnostic(`${tally.connections} connections, ${tally.answers} answers, closes ${closes.join(', ')}`);
    t.diagnostic(`${await asked} answers to the witness`);
  } finally {
    await server.stop();
  }
}

// The runner fails a test on an uncaught exception or an unhandled rejection, whoever caused it.
for (const [name, dialect, share] of [
  ['V2', BANDIT_V2, 0.9],
  ['V1', BANDIT_V1, 0.05],
  ['V2 on Cowboy', COWBOY_V2, 0.05],
] as const) {
  const frames = Math.round(FRAMES * share);
  test(`${frames} random and spoiled frames of ${name} are answered as the reference says, and nobody else notices`, (t) =>
    fuzzServer(t, dialect, frames));
}
