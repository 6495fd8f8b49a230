/** Programs of the system: found, and run with a deadline. */
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const DEADLINE_MS = 5_000;
/** What `ss` writes of half a million connections. */
const MOST_OUTPUT_BYTES = 128 * 1_048_576;
/** Where an administrator's programs lie; PATH may leave them out. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'];

/** The environment such programs are run in: found, and speaking the language we read. */
export function systemEnv(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: folders().join(delimiter), LC_ALL: 'C' };
}

/** The path of a program; null when it is not installed. */
export function findProgram(name: string): string | null {
  for (const folder of folders()) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this one.
    }
  }
  return null;
}

/** Resolves with what it wrote on stdout; rejects with what it was and how it failed. */
export function runCommand(
  command: string,
  args: readonly string[],
  { input = '', deadlineMs = DEADLINE_MS }: { input?: string; deadlineMs?: number } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const limits = { timeout: deadlineMs, killSignal: 'SIGKILL', maxBuffer: MOST_OUTPUT_BYTES } as const;
    const child = execFile(command, [...args], { ...limits, env: systemEnv() }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const how =
        error.killed === true ? `no answer in ${deadlineMs / 1e3} s` : String(error.code ?? error.signal);
      const said = stderr.trim().replaceAll(/\s+/g, ' ');
      reject(new Error(`${[command, ...args].join(' ')}: ${said === '' ? how : said}`, { cause: error }));
    });
    // What ends without reading says why on its own.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

function folders(): string[] {
  return [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM_FOLDERS].filter((one) => one !== '');
}
