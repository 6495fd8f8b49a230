import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Table } from '../otp/table.ts';
import { ManualNode } from '../testing/manual-node.ts';

function drill({ app }: ManualNode): Table {
  return app.context.tables.get('drill') ?? assert.fail('no table drill');
}

test('rows pile up with their bytes, and at the lift the table is as it was before', async () => {
  const node = new ManualNode();
  const table = drill(node);
  table.insert('own', Buffer.alloc(7));
  node.inject('table_bloat', { rows: 1_000, bytes: 100 });
  await node.clock.advance(2_000);
  assert.deepEqual([table.rows, table.bytes], [2_001, 200_007]);
  table.insert('meanwhile', Buffer.alloc(5));
  await node.lift('table_bloat');
  await node.clock.advance(1_000);
  assert.deepEqual([[...table.entries()].map(([key]) => key), table.bytes], [['own', 'meanwhile'], 12]);
});

test('the rows are memory the process really holds', async () => {
  const node = new ManualNode();
  const before = process.memoryUsage().arrayBuffers;
  node.inject('table_bloat', { rows: 32, bytes: 1_000_000 });
  await node.clock.advance(1_000);
  const grown = process.memoryUsage().arrayBuffers - before;
  assert.ok(grown >= 30_000_000, `grew by ${grown} bytes`);
  await node.lift('table_bloat');
  assert.deepEqual([drill(node).rows, drill(node).bytes], [0, 0]);
});

test('swept each second the table stays level, and rows of others stay', async () => {
  const node = new ManualNode();
  const table = drill(node);
  node.inject('table_bloat', { rows: 10, bytes: 10 }, { id: 'piling' });
  node.inject('table_bloat', { rows: 1_000, bytes: 10, sweep: 'all' }, { id: 'swept' });
  let most = 0;
  for (let n = 0; n < 50; n += 1) {
    await node.clock.advance(100);
    most = Math.max(most, table.rows);
  }
  assert.ok(most >= 900 && most <= 1_150, `${most} rows at most`);
  await node.lift('swept');
  assert.equal(table.rows, 50);
});
