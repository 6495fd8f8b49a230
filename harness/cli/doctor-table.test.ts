import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnose, type Diagnosis } from '../doctor/diagnose.ts';
import { renderDiagnosisLines } from '../doctor/diagnosis-lines.ts';
import type { Machine } from '../target/machine.ts';
import { renderDiagnosis } from './doctor-table.ts';

const machine: Machine = {
  platform: 'linux',
  cpuModel: 'AMD EPYC\u001b[31m',
  cores: 2,
  memoryBytes: 8e9,
  availableBytes: 2e9,
  descriptorsPerProcess: 20_000,
  ephemeralPorts: 28_232,
  sourceAddresses: 250,
  loopback: null,
  somaxconn: 128,
  conntrack: null,
  conntrackFree: null,
  openFilesFree: null,
  epollWatches: null,
};
const settings = { synBacklog: null, timeWaitBuckets: null };
const missing = {
  name: 'k6',
  version: null,
  problem: null,
  needed: 'runs under k6',
  lift: 'brew install k6',
};
const diagnosis: Diagnosis = diagnose(
  { machine, settings, isTracked: null, tools: [missing], node: 'v26.10.0' },
  100_000,
);

test('says whether they fit, what binds, and the command, on lines that fit the terminal', () => {
  const text = renderDiagnosis(diagnosis, false, { columns: 90, colour: false });
  assert.match(text, /^✕ DOES NOT FIT {2}100,000 clients are more than this machine holds$/m);
  assert.match(text, /^ {2}✕ memory +4\d,\d{3} /m);
  assert.match(text, /^ +free \d\.\d GB more, or --clients 4\d{4}$/m);
  assert.match(text, /^ {2}\? listen queue +128: /m);
  assert.match(text, /^ +sudo sysctl -w net\.core\.somaxconn=16384$/m);
  assert.match(text, /^ {2}\? k6 +not found; for runs under k6$/m);
  assert.ok(text.split('\n').every((line) => line.length <= 90));
  assert.doesNotMatch(text, /\u001b/);
});

test('the lines for a pipe carry plain numbers and only the commands that are needed', () => {
  const lines = renderDiagnosisLines(diagnosis, false).split('\n');
  assert.equal(lines[0], 'clients=100000');
  assert.equal(lines[1], 'fits=false');
  assert.ok(lines.includes('binds_with_server=memory'));
  assert.ok(lines.some((line) => line.startsWith('limit_memory_lift=free ')));
  assert.equal(
    lines.some((line) => line.startsWith('limit_descriptors_lift=')),
    false,
  );
  assert.ok(lines.includes('tool_k6=missing'));
  assert.ok(
    lines.every((line) => /^\w+=.+$/.test(line)),
    lines.join('\n'),
  );
});
