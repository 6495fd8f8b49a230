import type { ConnectionModel } from './connection-model.ts';
import type { Dialect, Fields } from './dialect.ts';
import { binaryPush, forgeFrame } from './frame-forge.ts';
import type { Seeded } from './seeded.ts';

const EVENTS = ['ping', 'ping', 'ping', 'noreply', 'status', 'shout', 'push_me', 'order', 'double_reply'];
const ENDS = [
  'crash',
  'stop',
  'bad_push',
  'bin',
  'phx_reply',
  'phx_close',
  'phx_error',
  '',
  'constructor',
  'nobody',
];
const BINARY_EVENTS = ['ping', 'bin', 'bin', 'shout', 'noreply', 'crash', '__proto__'];
const TEXTS = ['', 'ü', '__proto__', 'a\u0000b', '🧨', 'x'.repeat(300), '\ud800', '"\\', '\u2028'];

type Draw = (random: Seeded, model: ConnectionModel, fuzzer: FuzzFrames) => Buffer;

/** Draws client bytes, most of them proper frames; what they mean is the oracle's business. */
export class FuzzFrames {
  private readonly golden: readonly Buffer[];
  private readonly topics: readonly string[];
  private readonly dialect: Dialect;
  private refs = 0;

  /** Topics must belong to this connection alone, or broadcasts of others would look like mistakes. */
  constructor(dialect: Dialect, golden: readonly Buffer[], topics: readonly string[]) {
    this.dialect = dialect;
    this.golden = golden;
    this.topics = topics;
  }

  /** Bytes where the serializer knows them. */
  get binaryOpcode(): number {
    return this.dialect.binary ? 2 : 1;
  }

  draw(random: Seeded, model: ConnectionModel): Buffer {
    let left = random.share() * TOTAL;
    for (const [weight, kind] of KINDS) {
      left -= weight;
      if (left < 0) return kind(random, model, this);
    }
    return Buffer.alloc(0);
  }

  nextRef(random: Seeded): unknown {
    this.refs += 1;
    if (random.chance(0.9)) return `${this.refs}`;
    return random.pick([
      this.refs,
      null,
      { ref: this.refs },
      [this.refs],
      this.refs / 2,
      `r${this.refs}\n`,
      true,
    ]);
  }

  topic(random: Seeded, model: ConnectionModel): string {
    return random.chance(0.8) && model.topics.length > 0
      ? random.pick(model.topics)
      : random.pick(this.topics);
  }

  message(random: Seeded, model: ConnectionModel): Fields {
    const ref = this.nextRef(random);
    if (random.chance(0.1)) return [null, ref, 'phoenix', random.chance(0.9) ? 'heartbeat' : 'other', {}];
    const topic = this.topic(random, model);
    const joinRef = random.chance(0.9) ? model.joinRefOf(topic) : random.pick([null, 'old', 1, '']);
    const joined = model.topics.includes(topic);
    if (joined ? random.chance(0.02) : random.chance(0.8))
      return [ref, ref, topic, 'phx_join', joinPayload(random)];
    if (random.chance(0.025)) return [joinRef, ref, topic, 'phx_leave', {}];
    if (random.chance(0.03)) return [joinRef, ref, random.pick([7, null, {}, 'none', ...TEXTS]), 'ping', {}];
    const event = random.chance(0.97) ? random.pick(EVENTS) : random.pick(ENDS);
    return [joinRef, ref, topic, event, event === 'status' ? { status: 'pending' } : payload(random)];
  }

  text(random: Seeded, model: ConnectionModel): Buffer {
    const fields = this.message(random, model);
    if (this.dialect.binary) return Buffer.from(JSON.stringify(fields));
    // V1 clients may say their join_ref and rarely do.
    const said = random.chance(0.5) ? { join_ref: fields[0] } : {};
    return Buffer.from(JSON.stringify({ ...said, ...(this.dialect.write(fields) as object) }));
  }

  binary(random: Seeded, model: ConnectionModel): Buffer {
    if (!this.dialect.binary) return this.text(random, model);
    const topic = this.topic(random, model);
    const joinRef = model.joinRefOf(topic);
    this.refs += 1;
    const event = random.pick(BINARY_EVENTS);
    const fields = [typeof joinRef === 'string' ? joinRef : '', `${this.refs}`, topic, event];
    return binaryPush(fields, random.bytes(random.between(0, 40)));
  }

  spoiled(random: Seeded, model: ConnectionModel): Buffer {
    return spoil(random, random.chance(0.5) ? random.pick(this.golden) : this.text(random, model));
  }
}

function joinPayload(random: Seeded): unknown {
  if (random.chance(0.85)) return {};
  return random.pick([
    { after_join: 1 },
    { reject: true },
    { crash: true },
    'no map',
    null,
    [],
    { after_join: null },
  ]);
}

function payload(random: Seeded): unknown {
  if (random.chance(0.8)) return { n: random.between(0, 999) };
  return random.pick<unknown>([
    {},
    null,
    [],
    [1, 'two', { three: null }],
    'text',
    0.1,
    -0,
    1e300,
    JSON.parse('{"__proto__":{"a":1},"constructor":1,"toString":null}'),
    Object.fromEntries(TEXTS.map((text) => [text, text])),
    'y'.repeat(random.between(0, 3_000)),
  ]);
}

/** One to three small wounds: a bit, a byte, a hole, a doubled stretch, a cut. */
function spoil(random: Seeded, source: Buffer): Buffer {
  let bytes = Buffer.from(source);
  for (let wounds = random.between(1, 3); wounds > 0 && bytes.length > 0; wounds -= 1) {
    const at = random.between(0, bytes.length - 1);
    const to = random.between(at, Math.min(bytes.length, at + 8));
    switch (random.between(0, 5)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random.between(0, 7));
        break;
      case 1:
        bytes[at] = random.between(0, 255);
        break;
      case 2:
        bytes[at] = random.between(0x20, 0x7e);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
        break;
      default:
        bytes = bytes.subarray(0, at);
    }
  }
  return bytes;
}

function fragments(random: Seeded, bytes: Buffer, opcode: number): Buffer {
  const frames: Buffer[] = [];
  const count = random.between(2, 5);
  let from = 0;
  for (let index = 0; index < count; index += 1) {
    const last = index === count - 1;
    const to = last ? bytes.length : random.between(from, bytes.length);
    frames.push(
      forgeFrame({ final: last, opcode: index === 0 ? opcode : 0, payload: bytes.subarray(from, to) }),
    );
    if (!last && random.chance(0.3)) frames.push(forgeFrame({ opcode: 9, payload: random.bytes(2) }));
    from = to;
  }
  return Buffer.concat(frames);
}

const key = (random: Seeded): number => random.between(0, 2 ** 32 - 1);
const text: Draw = (random, model, fuzzer) =>
  forgeFrame({ key: key(random), payload: fuzzer.text(random, model) });

/** Weights; the later half mostly ends the connection. */
const KINDS: ReadonlyArray<readonly [weight: number, kind: Draw]> = [
  [1_300, text],
  [
    150,
    (random, model, fuzzer) =>
      forgeFrame({ opcode: fuzzer.binaryOpcode, key: key(random), payload: fuzzer.binary(random, model) }),
  ],
  [
    30,
    (random) =>
      forgeFrame({ opcode: random.pick([9, 9, 10]), payload: random.bytes(random.between(0, 125)) }),
  ],
  [50, (random, model, fuzzer) => fragments(random, fuzzer.text(random, model), 1)],
  [10, (random, model, fuzzer) => fragments(random, fuzzer.binary(random, model), fuzzer.binaryOpcode)],
  [25, (random, model, fuzzer) => forgeFrame({ key: key(random), payload: fuzzer.spoiled(random, model) })],
  [
    10,
    (random, model, fuzzer) =>
      forgeFrame({ opcode: 2, payload: spoil(random, fuzzer.binary(random, model)) }),
  ],
  [10, (random, model, fuzzer) => spoil(random, text(random, model, fuzzer))],
  [6, (random) => random.bytes(random.between(1, 60))],
  [5, (random) => forgeFrame({ opcode: random.pick([1, 2]), payload: random.bytes(random.between(0, 30)) })],
  [
    8,
    (random, model, fuzzer) =>
      forgeFrame({
        final: random.chance(0.7),
        reserved: random.pick([0, 0, 0, 1, 4]),
        opcode: random.between(0, 15),
        masked: random.chance(0.8),
        payload: random.chance(0.3) ? random.bytes(random.between(120, 130)) : fuzzer.text(random, model),
      }),
  ],
  [
    4,
    (random) => {
      const code = Buffer.alloc(2);
      code.writeUInt16BE(
        random.pick([0, 999, 1000, 1001, 1003, 1004, 1005, 1006, 1007, 1011, 1012, 2999, 3000, 4999, 65_535]),
      );
      return forgeFrame({
        opcode: 8,
        payload: Buffer.concat([code, random.bytes(random.pick([0, 0, 3]))]).subarray(
          0,
          random.pick([0, 1, 2, 5]),
        ),
      });
    },
  ],
  [
    4,
    (random) =>
      forgeFrame({
        opcode: random.pick([1, 2]),
        claimedBytes: random.pick([LARGE, 2 ** 31, 2 ** 32, 2 ** 53]),
      }),
  ],
  [2, (random) => fragments(random, Buffer.alloc(LARGE - 1_000, 0x61), 1)],
];

/** Over the limits a fuzzed server must be started with. */
export const LARGE = 24_000;
export const FUZZ_LIMITS = { frameBytes: 20_000, fragmentedBytes: 16_000 };

const TOTAL = KINDS.reduce((sum, [weight]) => sum + weight, 0);
