/** `firedrill serve`: the bundled server alone, a process of its own, until a signal ends it. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Hands its flags to the server's own main and resolves with its exit code. */
export function serveCommand(flags: readonly string[]): Promise<number> {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const main = fileURLToPath(new URL(`../../server-under-test/main${extension}`, import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...flags], {
    stdio: 'inherit',
  });
  // A terminal signals the whole group; a plain kill reaches only us and is passed on.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
