/** One run as the person at the terminal has it: progress while it goes, its result in words. */
import { realClock } from '../base/clock.ts';
import { EXIT } from '../base/errors.ts';
import { hireFirst } from '../run/first-worker.ts';
import type { LiveView } from '../record/live-view.ts';
import type { Begun, RunOptions, RunResult } from '../run/run.ts';
import { Progress } from './progress.ts';
import { RunDesk } from './run-desk.ts';

/** How much is told, and what ends a run before its time. */
export type Tell = { quiet: boolean; json: boolean; interrupt: AbortSignal };

/** Runs, and prints what came of it. */
export async function runAndTell(options: RunOptions, tell: Tell): Promise<RunResult> {
  const result = await runWithProgress(options, tell);
  // The renderers take as long to load as a worker does, and the first arrival comes before them.
  const { printResult } = await import('./print-result.ts');
  printResult(result, { json: tell.json, colour: wantsColour(process.stdout) });
  return result;
}

/** Runs with its progress on stderr; `crew` has begun to load already, `heading` is said first. */
export async function runWithProgress(
  options: RunOptions,
  { quiet, interrupt }: Omit<Tell, 'json'>,
  { crew = hireFirst(), heading }: { crew?: FirstCrew; heading?: string } = {},
): Promise<RunResult> {
  const progress = new Progress(process.stderr, { colour: wantsColour(process.stderr), quiet });
  const desk = new RunDesk((text) => progress.note(text));
  try {
    if (heading !== undefined) progress.note(heading);
    // A worker loads its modules while we load ours.
    const { runScenario } = await import('../run/run.ts');
    const hooks = {
      onLive: (view: LiveView) => progress.show(view),
      onNote: (text: string) => progress.note(text),
      onBegun: (begun: Begun) => desk.open(begun),
      interrupt,
    };
    const result = await runScenario(options, hooks, realClock, crew);
    await desk.close(result);
    if (result.exitCode === EXIT.notLifted) {
      progress.end();
      const { tellUndo } = await import('./tell-undo.ts');
      tellUndo(result.record.summary, (text) => process.stderr.write(text));
    }
    return result;
  } catch (thrown) {
    await desk.close({ thrown });
    throw thrown;
  } finally {
    progress.end();
    crew.kill();
  }
}

/** Workers that are loading before there is a run. */
export type FirstCrew = ReturnType<typeof hireFirst>;

/** Colour only on a terminal, and where nobody asked for none. */
export function wantsColour(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && (process.env['NO_COLOR'] ?? '') === '';
}
