/** What this machine can hold and do, asked as a user asks. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Calibration } from '../../harness/calibrate/calibration.ts';
import type { Diagnosis } from '../../harness/doctor/diagnose.ts';
import { GUARD, run } from './program.ts';

const cache = mkdtempSync(join(tmpdir(), 'firedrill-e2e-cache-'));
// The calibration of the user who runs these tests is not ours to replace.
process.env['XDG_CACHE_HOME'] = cache;
after(() => rmSync(cache, { recursive: true, force: true }));

test('the doctor says that a few clients fit, and why two million do not', GUARD, async () => {
  const few = await run('doctor', '--clients', '10', '--json');
  assert.equal(few.code, 0, few.stderr);
  const { fits, withServer, machine } = JSON.parse(few.stdout) as Diagnosis & { fits: boolean };
  assert.equal(fits, true);
  assert.deepEqual([withServer.workers, withServer.nodes], [1, 1]);
  assert.equal(machine.node, process.version);

  const many = await run('doctor', '--clients', '2000000');
  assert.equal(many.code, 114, many.stderr);
  assert.match(many.stdout, /^fits=false$/m);
  assert.match(many.stdout, /^limit_\w+_lift=.+$/m);
});

test('a doctor that is asked wrongly says so', GUARD, async () => {
  const { code, stderr } = await run('doctor', '--clients', 'NaN', '--sever');
  assert.equal(code, 104);
  assert.match(stderr, /--clients/);
  assert.match(stderr, /--sever/);
});

test('a calibration is measured, kept and shown', GUARD, async () => {
  const before = await run('calibrate', '--show');
  assert.equal(before.code, 104);
  assert.match(before.stderr, /firedrill calibrate/);

  const { code, stdout, stderr } = await run('calibrate', '--quick', '--json');
  assert.equal(code, 0, stderr);
  const measured = JSON.parse(stdout) as Calibration & { path: string };
  assert.ok(measured.path.startsWith(cache));
  for (const { cpuUs, perWorker, allCores } of Object.values(measured.ceilings)) {
    assert.ok(cpuUs > 0 && Math.abs(perWorker - 1e6 / cpuUs) < 1e-6 * perWorker);
    assert.ok(Math.abs(allCores - perWorker * measured.machine.cores) < 1e-6 * allCores);
  }
  assert.equal(measured.noise.length, 4);

  const shown = await run('calibrate', '--show', '--json');
  assert.equal(shown.code, 0);
  assert.deepEqual(JSON.parse(shown.stdout), measured);
});
