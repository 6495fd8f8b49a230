import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerView } from '../record/server-view.ts';
import { readServerView } from './server-answer.ts';
import { TrendKeeper } from './server-trend.ts';

function look(
  cpuMs: number,
  counts: Record<string, number> = {},
  waiting = 0,
  more: object = {},
): ServerView {
  const nodes = [{ name: 'node0', cpu_ms: cpuMs, ...more }];
  const view = readServerView({ mailbox: { sum: waiting }, nodes, telemetry: counts });
  return typeof view === 'string' ? assert.fail(view) : view;
}

test('gives the cores a node used between two looks', () => {
  const trend = new TrendKeeper();
  trend.add(look(1_000), 0);
  assert.deepEqual(trend.at(0).cores, [null]);
  trend.add(look(1_500), 2e6);
  assert.deepEqual(trend.at(2e6).cores, [0.25]);
});

test('compares no node with another process under its name, nor with old figures', () => {
  const trend = new TrendKeeper();
  trend.add(look(1_000), 0);
  trend.add(look(10), 1e6);
  assert.deepEqual(trend.at(1e6).cores, [null]);
  trend.add(look(10, {}, 0, { stale: true }), 2e6);
  assert.deepEqual(trend.at(2e6).cores, [null]);
  trend.add(look(1_010), 3e6);
  assert.deepEqual(trend.at(3e6).cores, [0.5]);
});

test('gives events per second, the most frequent first', () => {
  const trend = new TrendKeeper();
  trend.add(look(0, { joined: 10, handled: 100 }), 0);
  assert.deepEqual(trend.at(0).rates, []);
  trend.add(look(0, { joined: 14, handled: 300, fresh: 6 }), 2e6);
  assert.deepEqual(trend.at(2e6).rates, [
    { name: 'handled', perSecond: 100 },
    { name: 'fresh', perSecond: 3 },
    { name: 'joined', perSecond: 2 },
  ]);
  trend.add(look(0, { joined: 3, handled: 300, fresh: 6 }), 3e6);
  assert.ok(trend.at(3e6).rates.every(({ perSecond }) => perSecond === 0));
});

test('keeps the worst of each of the last 60 s, with gaps where nobody looked', () => {
  const trend = new TrendKeeper();
  trend.add(look(0, {}, 5), 0);
  trend.add(look(0, {}, 9), 100e6);
  trend.add(look(0, {}, 4), 100.5e6);
  trend.add(look(0, {}, 2), 102e6);
  const { waiting } = trend.at(103e6);
  assert.equal(waiting.length, 60);
  assert.deepEqual(waiting.slice(-4), [9, Number.NaN, 2, Number.NaN]);
  assert.ok(!waiting.includes(5));
});
