import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Telemetry } from '../telemetry/counters.ts';
import { TelemetryLog } from './telemetry-log.ts';

const DRAIN = { endpoint: 'Endpoint', socket: 'S', interval: 1, log: 'info' } as const;

test('tells what happened since it was asked before, once', () => {
  const telemetry = new Telemetry();
  const log = TelemetryLog.of(telemetry);
  assert.equal(TelemetryLog.of(telemetry), log);
  const counts = { count: 2, total: 5, index: 1, rounds: 3 };
  telemetry.socketDrain.execute(counts, DRAIN);
  assert.deepEqual(log.take(), { socket_connected: [], socket_drain: [counts] });
  assert.deepEqual(log.take(), { socket_connected: [], socket_drain: [] });
});

test('keeps the last hundred of an event nobody asks for', () => {
  const telemetry = new Telemetry();
  const log = TelemetryLog.of(telemetry);
  for (let index = 1; index <= 150; index += 1) {
    telemetry.socketDrain.execute({ count: 1, total: 150, index, rounds: 151 }, DRAIN);
  }
  const { socket_drain: drained } = log.take();
  assert.deepEqual([drained.length, drained[0]?.index, drained.at(-1)?.index], [100, 51, 150]);
});
