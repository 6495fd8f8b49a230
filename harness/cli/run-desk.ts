/** Lets `firedrill halt` find the run of this process while it goes on, and hear how it ended. */
import { EXIT, FiredrillError, messageOf } from '../base/errors.ts';
import type { HaltDesk } from '../run/halt-desk.ts';
import type { RunEnd } from '../run/halt-words.ts';
import type { Begun, RunResult } from '../run/run.ts';
import { haltNow } from './signals.ts';

/** Opens when the run begins; one that cannot be opened is a note. */
export class RunDesk {
  readonly #note: (text: string) => void;
  #desk: Promise<HaltDesk | null> = Promise.resolve(null);

  constructor(note: (text: string) => void) {
    this.#note = note;
  }

  open({ faultsOn, ...begun }: Begun): void {
    this.#desk = this.#open({ card: { ...begun, pid: process.pid }, faultsOn }).catch((error: unknown) => {
      this.#note(`firedrill halt will not find this run: ${messageOf(error)}`);
      return null;
    });
  }

  async #open(run: Pick<Parameters<typeof HaltDesk.open>[0], 'card' | 'faultsOn'>): Promise<HaltDesk> {
    // The workers are loading what they need for the first arrival: it waits for none of this.
    const { HaltDesk } = await import('../run/halt-desk.ts');
    return HaltDesk.open({ ...run, onHalt: haltNow });
  }

  /** The run is over: with its result, or with what it threw. */
  async close(ended: RunResult | { thrown: unknown }): Promise<void> {
    const desk = await this.#desk;
    desk?.close('thrown' in ended ? failed(ended.thrown) : endOf(ended));
  }
}

function endOf({ record: { summary }, exitCode }: RunResult): RunEnd {
  const stays = summary.faults.filter(
    ({ appliedAtMs, liftedAtMs }) => appliedAtMs !== null && liftedAtMs === null,
  );
  return {
    exitCode,
    isCutShort: summary.interrupted,
    notLifted: stays.flatMap(({ name, undo }) => (undo ? [{ name, byHand: undo.byHand }] : [])),
    left: stays.filter(({ undo }) => !undo).map(({ name }) => name),
  };
}

/** It broke off before there was a result; its faults have been called off or go with its server. */
function failed(error: unknown): RunEnd {
  const exitCode = error instanceof FiredrillError ? error.exitCode : EXIT.bug;
  return { exitCode, isCutShort: true, notLifted: [], left: [] };
}
