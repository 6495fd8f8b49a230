/** `firedrill calibrate`: what the driver can do on this machine, and how much noise it has. */
import { realClock } from '../base/clock.ts';
import { EXIT, FiredrillError, type ExitCode } from '../base/errors.ts';
import { calibrate } from '../calibrate/calibrate.ts';
import {
  CALIBRATION_SCHEMA,
  calibrationPath,
  machineKey,
  readCalibration,
  storeCalibration,
  type Calibration,
} from '../calibrate/calibration.ts';
import { readMachine } from '../target/machine.ts';
import { renderCalibration, renderCalibrationLines } from './calibrate-table.ts';
import { FlagReader, type Typed } from './flags.ts';
import { readVersion } from './version.ts';

/** Flags of `calibrate` with their help, in the order shown. */
export const CALIBRATE_FLAGS = {
  quick: { type: 'boolean', describe: 'seconds instead of a minute and a half: an order of magnitude' },
  show: { type: 'boolean', describe: 'what was measured before; measures nothing' },
  json: { type: 'boolean', describe: 'one JSON document on stdout' },
  quiet: { type: 'boolean', describe: 'no progress on stderr' },
  debug: { type: 'boolean', describe: 'stack traces with errors' },
} as const;

export async function calibrateCommand(typed: Typed): Promise<ExitCode> {
  const flags = new FlagReader(typed);
  flags.refuseUnknown(Object.keys(CALIBRATE_FLAGS));
  flags.done();
  const calibration = flags.isSet('show')
    ? known()
    : await measure(flags.isSet('quick'), flags.isSet('quiet'));
  show(calibration, flags.isSet('json'));
  return EXIT.pass;
}

function known(): Calibration {
  const { cpuModel, cores } = readMachine();
  const calibration = readCalibration(machineKey(cpuModel, cores, readVersion()));
  if (calibration) return calibration;
  throw new FiredrillError(EXIT.invalid, [
    {
      code: 'not-calibrated',
      path: calibrationPath(),
      got: 'nothing for this processor, Node and firedrill',
      wanted: 'a calibration',
      hint: 'firedrill calibrate',
    },
  ]);
}

async function measure(quick: boolean, quiet: boolean): Promise<Calibration> {
  const say = (line: string): void => {
    if (!quiet) process.stderr.write(`${line}\n`);
  };
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(EXIT.signal);
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    const options = {
      quick,
      version: readVersion(),
      onStep: (what: string) => say(`calibrating: ${what}`),
      interrupt: stop.signal,
    };
    const calibration = await calibrate(options, realClock);
    if (!storeCalibration(calibration)) say('not kept: a full calibration of this machine is there already');
    return calibration;
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

function show(calibration: Calibration, json: boolean): void {
  if (json) {
    const path = calibrationPath();
    process.stdout.write(`${JSON.stringify({ schema: CALIBRATION_SCHEMA, ...calibration, path })}\n`);
  } else if (process.stdout.isTTY) {
    const colour = (process.env['NO_COLOR'] ?? '') === '';
    const columns = process.stdout.columns || 100;
    process.stdout.write(`${renderCalibration(calibration, { columns, colour })}\n`);
  } else {
    process.stdout.write(`${renderCalibrationLines(calibration)}\n`);
  }
}
