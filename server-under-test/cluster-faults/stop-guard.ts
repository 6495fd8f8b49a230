import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** `read` fails at the end of the pipe, which is our own end; with a word before it the process goes on. */
const WATCH = 'read -r word || { kill -9 "$1"; rm -rf -- "$2"; }';

/**
 * Ends a stopped process should we die, killed outright included: stopped, it cannot notice that itself.
 *
 *     primary ══ pipe ══▶ sh ── a word ──────▶ ends; the process goes on
 *                            ── no more pipe ─▶ kills it, and removes what it would have removed
 *
 * The pipe is ours alone: no other child inherits it, so it ends in the moment we do, and no pid is ever asked for.
 */
export class StopGuard {
  private readonly shell: ChildProcess;

  private constructor(shell: ChildProcess) {
    this.shell = shell;
  }

  /** Resolves when the guard stands; rejects when there is no shell to stand it. */
  static async over(pid: number, folder: string): Promise<StopGuard> {
    const shell = spawn('/bin/sh', ['-c', WATCH, 'firedrill-guard', String(pid), folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      // What ends our group must not end the guard before us.
      detached: true,
    });
    // A guard that was killed cannot be told anything.
    shell.stdin.on('error', () => {});
    await once(shell, 'spawn');
    shell.on('error', () => {});
    return new StopGuard(shell);
  }

  /** The process goes on, or is gone: nobody has to be ended any more. */
  release(): void {
    this.shell.stdin?.end('on\n');
  }
}
