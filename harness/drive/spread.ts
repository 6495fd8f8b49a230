/**
 * Goes through many things without holding up the rest: what falls due is sent in between, and
 * after some milliseconds the event loop has its turn to read. A few things are done at once.
 */
import { nextTurn } from '../base/next-turn.ts';
import type { StageTime } from '../wire/stage.ts';

/** Things between two looks at the clock: about a millisecond of work. */
const AT_ONCE = 64;
/**
 * Work between two turns of the event loop: twice as long as the turn before took, so that a crowd whose links are good again
 * cannot keep the others waiting with what it has to say; and not so long that our own lag would be taken for the server's.
 * Where a turn takes longer than that by itself, as while a herd returns, half of the time: else the fault takes all of its own.
 */
const SLICE_US = { least: 20_000, most: 50_000 };

function sliceUs(turnUs: number): number {
  return Math.max(turnUs, Math.min(Math.max(2 * turnUs, SLICE_US.least), SLICE_US.most));
}

/** Resolves when each has had its turn; stops without a word once `isOver` says so. */
export async function spread<Thing>(
  { clock, wheel }: StageTime,
  things: Iterable<Thing>,
  act: (thing: Thing) => void,
  isOver: () => boolean = () => false,
): Promise<void> {
  let done = 0;
  let untilUs = clock.nowUs() + SLICE_US.least;
  for (const thing of things) {
    act(thing);
    done += 1;
    if (done % AT_ONCE !== 0) continue;
    const nowUs = clock.nowUs();
    wheel.poke(nowUs);
    if (nowUs >= untilUs) {
      await nextTurn();
      const turnUs = clock.nowUs() - nowUs;
      untilUs = nowUs + turnUs + sliceUs(turnUs);
    }
    if (isOver()) return;
  }
}
