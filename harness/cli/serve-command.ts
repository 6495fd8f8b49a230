/** `firedrill serve`: the bundled server alone, a process of its own, until a signal ends it. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Hands its flags, `--help` too, to the server's own main and resolves with its exit code. */
export function serveCommand(flags: readonly string[]): Promise<number> {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const main = fileURLToPath(new URL(`../../server-under-test/main${extension}`, import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...flags], {
    // A group of its own, and every signal passed on once: whether a terminal signals the whole group or somebody only
    // us, the server hears it once, and twice means at once. The channel tells it when we are gone without a signal.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  process.on('SIGINT', () => child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
