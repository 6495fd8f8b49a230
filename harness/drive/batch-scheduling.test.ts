import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { toBatch } from './batch-scheduling.ts';

const SCHED_BATCH = '3';

/** The scheduling policy, field 41 of its line; the name in field 2 may have blanks in it. */
function policyOf(pid: number): string | undefined {
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return line.slice(line.lastIndexOf(')') + 2).split(' ')[38];
}

test('a process is put under SCHED_BATCH where the machine can, and goes on as it is where not', async () => {
  const hasChrt = spawnSync('chrt', ['--version'], { stdio: 'ignore' }).status === 0;
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  try {
    const isBatch = await toBatch(child.pid);
    assert.equal(isBatch, hasChrt);
    if (process.platform === 'linux') assert.equal(policyOf(child.pid ?? 0) === SCHED_BATCH, isBatch);
  } finally {
    child.kill('SIGKILL');
  }
});

test('nobody is put anywhere', async () => {
  assert.equal(await toBatch(undefined), false);
});
