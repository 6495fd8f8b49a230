import type { BytePipe } from '../phoenix/byte-pipe.ts';

/** A byte pipe without a network: keeps what was written, and can stop reading. */
export class MemoryPipe implements BytePipe {
  readonly written: Buffer[] = [];
  /** False makes every write report a full pipe. */
  reads = true;
  paused = false;
  ended = false;
  destroyed = false;

  write(bytes: Uint8Array): boolean {
    this.written.push(Buffer.from(bytes));
    return this.reads;
  }

  cork(): void {}

  uncork(): void {}

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  end(bytes: Uint8Array): void {
    this.written.push(Buffer.from(bytes));
    this.ended = true;
  }

  destroy(): void {
    this.destroyed = true;
  }

  /** The text frames written so far, parsed; close frames as `close <code>`. Empties the pipe. */
  take(): unknown[] {
    return this.written.splice(0).map((frame) => {
      if (frame[0] === 0x88) return `close ${frame.readUInt16BE(2)}`;
      const size = (frame[1] ?? 0) & 0x7f;
      return JSON.parse(frame.toString('utf8', size < 126 ? 2 : size === 126 ? 4 : 10)) as unknown;
    });
  }
}

/** One masked client text frame around a JSON value. */
export function clientFrame(value: unknown): Buffer {
  const text = Buffer.from(JSON.stringify(value));
  const header =
    text.length < 126 ? Buffer.from([0x81, 0x80 | text.length]) : Buffer.from([0x81, 0xfe, 0, 0]);
  if (text.length >= 126) header.writeUInt16BE(text.length, 2);
  return Buffer.concat([header, Buffer.alloc(4), text]);
}
