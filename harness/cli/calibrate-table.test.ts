import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machineKey, type Calibration } from '../calibrate/calibration.ts';
import { ceilingOf } from '../calibrate/find-ceiling.ts';
import { renderCalibration, renderCalibrationLines } from './calibrate-table.ts';

const calibration: Calibration = {
  machine: machineKey('AMD EPYC', 2, '0.1.0'),
  measuredAt: '2026-11-21T10:00:00.000Z',
  quick: true,
  sink: 'the bundled server',
  ceilings: {
    joins: ceilingOf(80, 2, 4_000, 'plan'),
    pushes: ceilingOf(25, 2, 20_000, 'server'),
    deliveries: ceilingOf(5, 2, 100_000, 'driver'),
  },
  pairs: 5,
  noise: [{ metric: 'push_duration', statistic: 'p99', typicalMs: 2.5, shift: 0.031, spread: 0.12 }],
};

test('shows ceilings and noise with their units, on lines that fit', () => {
  const text = renderCalibration(calibration, { columns: 110, colour: false });
  assert.match(text, /^ {2}joins +80 µs +12,500\/s +25,000\/s {2}4,000\/s, no more was asked$/m);
  assert.match(text, /^ {2}pushes +25 µs +40,000\/s +80,000\/s {2}20,000\/s, then the server was slow$/m);
  assert.match(text, /^ {2}push_duration p99 +2\.5 ms +\+3\.1 % +12 %$/m);
  assert.match(text, /quickly: an order of magnitude/);
  assert.ok(text.split('\n').every((line) => line.length <= 110));
});

test('gives a pipe plain numbers', () => {
  const lines = renderCalibrationLines(calibration).split('\n');
  assert.ok(lines.includes('pushes_cpu_us=25'));
  assert.ok(lines.includes('pushes_per_second_all_cores=80000'));
  assert.ok(lines.includes('noise_push_duration_p99_spread=0.12'));
  assert.ok(lines.every((line) => /^\w+=.+$/.test(line)));
});
