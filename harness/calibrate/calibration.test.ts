import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  calibrationPath,
  machineKey,
  readCalibration,
  storeCalibration,
  type Calibration,
  type Ceiling,
} from './calibration.ts';

const folder = mkdtempSync(join(tmpdir(), 'firedrill-calibration-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const ceiling: Ceiling = { cpuUs: 40, perWorker: 25_000, allCores: 50_000, reached: 9_000, endedBy: 'plan' };
const full: Calibration = {
  machine: machineKey('AMD EPYC', 2, '0.1.0'),
  measuredAt: '2026-11-21T10:00:00.000Z',
  quick: false,
  sink: 'a server',
  ceilings: { joins: ceiling, pushes: ceiling, deliveries: ceiling },
  pairs: 5,
  noise: [],
};
let files = 0;
const fresh = (): string => join(folder, String(files++), 'calibration.json');

test('keeps one for each machine, the latest', () => {
  const path = fresh();
  const other = { ...full, machine: machineKey('AMD EPYC', 8, '0.1.0') };
  assert.equal(readCalibration(full.machine, path), null);
  assert.equal(storeCalibration(full, path), true);
  assert.equal(storeCalibration(other, path), true);
  assert.equal(storeCalibration({ ...full, pairs: 6 }, path), true);
  assert.equal(readCalibration(full.machine, path)?.pairs, 6);
  assert.deepEqual(readCalibration(other.machine, path), other);
  assert.equal(readCalibration(machineKey('AMD EPYC', 2, '0.2.0'), path), null);
});

test('a quick one never takes the place of a full one', () => {
  const path = fresh();
  assert.equal(storeCalibration({ ...full, quick: true }, path), true);
  assert.equal(storeCalibration(full, path), true);
  assert.equal(storeCalibration({ ...full, quick: true }, path), false);
  assert.equal(readCalibration(full.machine, path)?.quick, false);
});

test('a file that is not whole is none', () => {
  const path = join(folder, 'broken.json');
  const damaged = { ...full, ceilings: { joins: ceiling, pushes: { ...ceiling, cpuUs: 0 } } };
  const texts = [
    '',
    'null',
    '{"schema":"firedrill/calibration/1","machines":[',
    '{"schema":"firedrill/calibration/2","machines":[]}',
    JSON.stringify({ schema: 'firedrill/calibration/1', machines: [null, damaged] }),
  ];
  for (const text of texts) {
    writeFileSync(path, text);
    assert.equal(readCalibration(full.machine, path), null, text);
  }
  assert.equal(storeCalibration(full, path), true);
  assert.deepEqual(readCalibration(full.machine, path), full);
});

test('lies where caches lie', () => {
  assert.equal(calibrationPath({ XDG_CACHE_HOME: '/cache' }), '/cache/firedrill/calibration.json');
  assert.match(calibrationPath({}), /\/\.cache\/firedrill\/calibration\.json$/);
});
