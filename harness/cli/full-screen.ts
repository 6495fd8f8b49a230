/** The whole terminal for a while: the alternate screen, raw keys, and everything given back at the end. */
import type { ReadStream, WriteStream } from 'node:tty';
import type { Alarm, Clock } from '../base/clock.ts';
import { decodeKeys, type Key } from './key-decoder.ts';

const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const REST_OF_LINE = '\u001b[K';
const REST_OF_SCREEN = '\u001b[J';
/** The parts of one key arrive together; an Escape that stays alone this long was one. */
const ESCAPE_US = 50e3;

export type ScreenListener = {
  onKey(key: Key): void;
  onResize(): void;
  /** Nobody is there to press a key any more. */
  onHangUp(): void;
};

export class FullScreen {
  readonly #clock: Clock;
  readonly #input: ReadStream;
  readonly #output: WriteStream;
  readonly #listener: ScreenListener;
  #rest = '';
  #escape: Alarm | null = null;
  #taken = false;

  constructor(clock: Clock, input: ReadStream, output: WriteStream, listener: ScreenListener) {
    this.#clock = clock;
    this.#input = input;
    this.#output = output;
    this.#listener = listener;
  }

  /** Takes the terminal; `release` must follow, and does by itself when the process ends. */
  take(): void {
    this.#taken = true;
    process.on('exit', this.release);
    // Before the trace is printed, or it is lost with the alternate screen.
    process.on('uncaughtExceptionMonitor', this.release);
    this.#output.write(ENTER);
    this.#output.on('resize', this.#listener.onResize);
    this.#input.setRawMode(true);
    this.#input.setEncoding('utf8');
    this.#input.on('data', this.#onData);
    this.#input.on('end', this.#listener.onHangUp);
    this.#input.on('error', this.#listener.onHangUp);
    this.#input.resume();
  }

  get size(): { columns: number; rows: number } {
    return { columns: this.#output.columns || 80, rows: this.#output.rows || 24 };
  }

  /** One line each, from the top; what was there before is gone. */
  draw(lines: readonly string[]): void {
    if (!this.#taken) return;
    this.#output.write(`${HOME}${lines.map((line) => line + REST_OF_LINE).join('\r\n')}${REST_OF_SCREEN}`);
  }

  /** Gives the terminal back as it was. */
  readonly release = (): void => {
    if (!this.#taken) return;
    this.#taken = false;
    this.#escape?.cancel();
    this.#output.off('resize', this.#listener.onResize);
    this.#input.off('data', this.#onData);
    this.#input.off('end', this.#listener.onHangUp);
    this.#input.setRawMode(false);
    this.#input.pause();
    this.#output.write(LEAVE);
    process.off('exit', this.release);
    process.off('uncaughtExceptionMonitor', this.release);
  };

  readonly #onData = (data: Buffer | string): void => {
    this.#escape?.cancel();
    const { keys, rest } = decodeKeys(this.#rest + data.toString());
    this.#rest = rest;
    for (const key of keys) this.#listener.onKey(key);
    if (rest === '' || !this.#taken) return;
    this.#escape = this.#clock.at(this.#clock.nowUs() + ESCAPE_US, () => {
      this.#rest = '';
      this.#listener.onKey({ named: 'escape' });
    });
  };
}
