/** `firedrill observe` on a terminal: looks at the server in a rhythm, draws, follows the keys. */
import type { ReadStream, WriteStream } from 'node:tty';
import type { Alarm, Clock } from '../base/clock.ts';
import type { ObserveView, ScreenState } from '../record/observe-view.ts';
import type { OpenObserver } from '../run/open-observer.ts';
import { pageHeight, pageLength, renderObserve } from '../../reports/render/observe-screen.ts';
import { visibleRows } from '../../reports/render/observe-screen-table.ts';
import { FullScreen } from './full-screen.ts';
import type { Key } from './key-decoder.ts';
import { FIRST_SCREEN, press, type Seen } from './observe-keys.ts';

/** Rows asked for: more than a terminal shows, so that there is something to scroll to. */
const ROWS = 200;
/** While a filter is on, which knows texts the server cannot be asked for. */
const FILTERED_ROWS = 1_000;

export type ScreenOptions = {
  clock: Clock;
  observer: OpenObserver;
  intervalMs: number;
  colour: boolean;
  /** Opened at once. */
  pid: string | null;
  input: ReadStream;
  output: WriteStream;
};

export class ObserveScreen {
  readonly #options: ScreenOptions;
  readonly #screen: FullScreen;
  readonly #left = Promise.withResolvers<void>();
  #state: ScreenState;
  #next: Alarm | null = null;
  #looking = false;
  #lookAgain = false;

  constructor(options: ScreenOptions) {
    this.#options = options;
    const { clock, input, output, pid } = options;
    this.#state = pid === null ? FIRST_SCREEN : { ...FIRST_SCREEN, page: 'process', open: pid };
    this.#screen = new FullScreen(clock, input, output, {
      onKey: (key) => this.#guard(() => this.#onKey(key)),
      onResize: () => this.#guard(() => this.#draw()),
      onHangUp: () => this.leave(),
    });
  }

  /** Resolves when the reader has left; rejects when drawing failed. The terminal is given back either way. */
  async run(): Promise<void> {
    try {
      this.#screen.take();
      this.#draw();
      this.#lookIn(0);
      await this.#left.promise;
    } finally {
      this.#next?.cancel();
      this.#screen.release();
    }
  }

  leave(): void {
    this.#left.resolve();
  }

  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#left.reject(error);
    }
  }

  #lookIn(ms: number): void {
    const { clock } = this.#options;
    this.#next?.cancel();
    this.#next = clock.at(clock.nowUs() + ms * 1e3, () => void this.#look());
  }

  async #look(): Promise<void> {
    if (this.#looking) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = true;
    this.#lookAgain = false;
    this.#lookIn(this.#options.intervalMs);
    const { filter, sort, node, open, paused } = this.#state;
    if (!paused) {
      await this.#options.observer.look({
        sort,
        limit: filter === '' ? ROWS : FILTERED_ROWS,
        kind: this.#kindOf(filter),
        node,
        pid: open,
      });
    }
    this.#looking = false;
    this.#guard(() => this.#draw());
    // A key has changed the question while it was being answered.
    if (this.#lookAgain) this.#lookIn(0);
  }

  /** A filter that is a kind's whole name is one the server can be asked for. */
  #kindOf(filter: string): string | null {
    const rows = this.#options.observer.sight().processes?.rows ?? [];
    return rows.some(({ kind }) => kind === filter) ? filter : null;
  }

  #onKey(key: Key): void {
    const before = this.#state;
    const after = press(before, key, this.#seen());
    if (after === null) return this.leave();
    this.#state = after;
    this.#draw();
    const asks = (state: ScreenState): string =>
      JSON.stringify([state.sort, state.filter, state.node, state.open, state.paused]);
    if (asks(before) !== asks(after)) this.#lookIn(0);
  }

  #view(): ObserveView {
    return { ...this.#options.observer.sight(), screen: this.#state };
  }

  #seen(): Seen {
    const view = this.#view();
    const { size } = this.#screen;
    return {
      pids: visibleRows(view).map(({ pid }) => pid),
      nodes: view.server?.nodes.map(({ name }) => name) ?? [],
      length: pageLength(view, size.columns),
      height: pageHeight(view, size),
    };
  }

  #draw(): void {
    this.#screen.draw(renderObserve(this.#view(), { ...this.#screen.size, colour: this.#options.colour }));
  }
}
