/** `firedrill report`: a recorded run, rendered again. */
import { EXIT, type ExitCode } from '../base/errors.ts';
import { readRun } from '../record/read-run.ts';
import { FlagReader, type Typed } from './flags.ts';
import { writeReport } from './report-files.ts';

export const REPORT_FLAGS = {
  debug: { type: 'boolean', describe: 'stack traces with errors' },
} as const;

export function reportCommand(folder: string, typed: Typed): Promise<ExitCode> {
  const flags = new FlagReader(typed);
  flags.refuseUnknown(['run', ...Object.keys(REPORT_FLAGS)]);
  flags.done();
  process.stdout.write(`report=${writeReport(readRun(folder), folder)}\n`);
  return Promise.resolve(EXIT.pass);
}
