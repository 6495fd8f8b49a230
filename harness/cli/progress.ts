/** A run on stderr as it goes: one screen redrawn on a terminal, plain lines elsewhere. */
import type { WriteStream } from 'node:tty';
import type { LiveView } from '../record/live-view.ts';
import { renderLive, renderLiveLine } from '../../reports/render/live-screen.ts';

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

export class Progress {
  readonly #stream: WriteStream;
  readonly #colour: boolean;
  readonly #quiet: boolean;
  #drawn = 0;

  constructor(stream: WriteStream, options: { colour: boolean; quiet: boolean }) {
    this.#stream = stream;
    this.#colour = options.colour;
    this.#quiet = options.quiet;
  }

  show(view: LiveView): void {
    if (this.#quiet) return;
    if (!this.#stream.isTTY) {
      this.#stream.write(`${renderLiveLine(view)}\n`);
      return;
    }
    const lines = renderLive(view, { columns: this.#stream.columns || 80, colour: this.#colour });
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A` : HIDE_CURSOR;
    this.#stream.write(`${up}${lines.map((line) => `\u001b[2K${line}\n`).join('')}`);
    this.#drawn = lines.length;
  }

  /** A line that stays, above the screen. */
  note(text: string): void {
    if (this.#quiet) return;
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A\u001b[J` : '';
    this.#drawn = 0;
    this.#stream.write(`${up}${text}\n`);
  }

  /** Leaves the last screen standing and gives the cursor back. */
  end(): void {
    if (this.#stream.isTTY && !this.#quiet) this.#stream.write(SHOW_CURSOR);
    this.#drawn = 0;
  }
}
