/**
 * Ctrl-C: the first ends a run in good order, the second ends us at once; workers and
 * server go with us. `firedrill halt` at another terminal is heard like the first.
 */
import { EXIT } from '../base/errors.ts';
import { HALTED } from '../run/halted.ts';

export type Listening = { interrupt: AbortSignal; release(): void };

let early: Listening | null = null;
let current: AbortController | null = null;

/** Listens before the command is known: from the first worker on nobody may be left behind. */
export function listenEarly(): void {
  early ??= listen();
}

/** Listens, or takes over what was heard so far. */
export function listenForSignals(): Listening {
  const listening = early ?? listen();
  early = null;
  return listening;
}

/** Ends what goes on as the first Ctrl-C does, for somebody at another terminal. */
export function haltNow(): void {
  current?.abort(HALTED);
}

function listen(): Listening {
  const controller = new AbortController();
  let heard = 0;
  current = controller;
  const onSignal = (): void => {
    heard += 1;
    if (heard > 1) process.exit(EXIT.signal);
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    interrupt: controller.signal,
    release() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
      if (current === controller) current = null;
    },
  };
}
