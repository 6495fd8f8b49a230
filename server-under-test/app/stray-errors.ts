import { writeSync } from 'node:fs';
import { inspect } from 'node:util';
import { formatLogLine } from '../telemetry/log-line.ts';
import { systemClock } from '../otp/clock.ts';
import { userFrame } from './user-frame.ts';

const STDERR = 2;
const CRASHED = 1;

let surviving = false;

/**
 * Keeps this node alive when the application throws outside every process: in a timer, in a promise nobody awaits. On the BEAM
 * that would be a process of its own, whose crash is a line in the log. What the server itself throws ends the node as ever.
 */
export function surviveStrays(): void {
  if (surviving) return;
  surviving = true;
  process.on('uncaughtException', (error: unknown) => {
    const place = userFrame(error);
    if (place === null && error instanceof Error) {
      writeSync(STDERR, `${error.stack ?? error.message}\n`);
      process.exit(CRASHED);
    }
    process.stderr.write(strayLine(error, place));
  });
}

function strayLine(error: unknown, place: string | null): string {
  const what = error instanceof Error ? error.message : inspect(error, { depth: 1, breakLength: Infinity });
  const where = place === null ? '' : ` (at ${place})`;
  return formatLogLine(systemClock.wallMs(), 'error', [], `error outside every process: ${what}${where}`);
}
