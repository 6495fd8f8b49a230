/** `firedrill doctor`: what this machine can hold, what limits it, the command that lifts each limit. */
import { EXIT, type ExitCode } from '../base/errors.ts';
import { renderDiagnosisLines } from '../doctor/diagnosis-lines.ts';
import { diagnose } from '../doctor/diagnose.ts';
import { examine } from '../doctor/examine.ts';
import { renderDiagnosis } from './doctor-table.ts';
import { FlagReader, type Typed } from './flags.ts';

/** What the flagship asks for. */
const USUAL_CLIENTS = 100_000;
const MAX_CLIENTS = 2_000_000;

/** Flags of `doctor` with their help, in the order shown. */
export const DOCTOR_FLAGS = {
  clients: { type: 'string', describe: 'as many clients as are to fit (100000)', requiresArg: true },
  'without-server': { type: 'boolean', describe: 'the target runs on another machine' },
  json: { type: 'boolean', describe: 'one JSON document on stdout' },
  debug: { type: 'boolean', describe: 'stack traces with errors' },
} as const;

export async function doctorCommand(typed: Typed): Promise<ExitCode> {
  const flags = new FlagReader(typed);
  flags.refuseUnknown(Object.keys(DOCTOR_FLAGS));
  const clients = flags.number('clients', { min: 1, max: MAX_CLIENTS, whole: true }) ?? USUAL_CLIENTS;
  flags.done();

  const diagnosis = diagnose(await examine(), clients);
  const { fits } = flags.isSet('without-server') ? diagnosis.elsewhere : diagnosis.withServer;
  if (flags.isSet('json')) {
    process.stdout.write(`${JSON.stringify({ ...diagnosis, fits })}\n`);
  } else if (process.stdout.isTTY) {
    const colour = (process.env['NO_COLOR'] ?? '') === '';
    const columns = process.stdout.columns || 100;
    process.stdout.write(`${renderDiagnosis(diagnosis, fits, { columns, colour })}\n`);
  } else {
    process.stdout.write(`${renderDiagnosisLines(diagnosis, fits)}\n`);
  }
  return fits ? EXIT.pass : EXIT.unreachable;
}
