/** Ctrl-C: the first ends a run in good order, the second ends us at once; workers and server go with us. */
import { EXIT } from '../base/errors.ts';

export type Listening = { interrupt: AbortSignal; release(): void };

let early: Listening | null = null;

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

function listen(): Listening {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.signal);
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    interrupt: controller.signal,
    release() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
