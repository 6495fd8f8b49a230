/** One run as the person at the terminal has it: signals, progress while it goes, its result in words. */
import { realClock } from '../base/clock.ts';
import { EXIT } from '../base/errors.ts';
import { hireFirst } from '../run/first-worker.ts';
import type { RunOptions, RunResult } from '../run/run.ts';
import { Progress } from './progress.ts';

/** The first signal ends the run in good order, the second ends us at once; workers and server go with us. */
export function listenForSignals(): { interrupt: AbortSignal; release(): void } {
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

/** Runs, and prints what came of it. */
export async function runAndTell(
  options: RunOptions,
  { quiet, json, interrupt }: { quiet: boolean; json: boolean; interrupt: AbortSignal },
): Promise<RunResult> {
  // A worker loads its modules while we load ours.
  const crew = hireFirst();
  const progress = new Progress(process.stderr, { colour: wantsColour(process.stderr), quiet });
  try {
    const { runScenario } = await import('../run/run.ts');
    const result = await runScenario(
      options,
      { onLive: (view) => progress.show(view), onNote: (text) => progress.note(text), interrupt },
      realClock,
      crew,
    ).finally(() => progress.end());
    // The renderers take as long to load as a worker does, and the first arrival comes before them.
    const { printResult } = await import('./print-result.ts');
    printResult(result, { json, colour: wantsColour(process.stdout) });
    return result;
  } finally {
    crew.kill();
  }
}

function wantsColour(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && (process.env['NO_COLOR'] ?? '') === '';
}
