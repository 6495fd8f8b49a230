import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KernelCounters } from '../target/kernel-counters.ts';
import { KernelWatch } from './kernel-watch.ts';

const at = (count: number): KernelCounters => ({
  tcpSynRetrans: count,
  listenDrops: 2 * count,
  listenOverflows: 3 * count,
  tcpTimeouts: 4 * count,
});

test('counts each second, and the run from its beginning', () => {
  let count = 100;
  let entries = 5;
  const watch = new KernelWatch({ counters: () => at(count), conntrack: () => entries });
  watch.begin();
  count = 103;
  entries = 90;
  assert.deepEqual(watch.take(), {
    synRetransmits: 3,
    listenDrops: 6,
    listenOverflows: 9,
    tcpTimeouts: 12,
    conntrack: 90,
  });
  entries = 20;
  assert.equal(watch.take()?.synRetransmits, 0);
  count = 104;
  watch.take();
  assert.deepEqual(watch.total(), at(4));
  assert.equal(watch.mostConntrack, 90);
});

test('what the network of the run counts is added, as far as somebody in it can be asked', () => {
  let outside = 100;
  let inside: number | null = 7;
  const watch = new KernelWatch({ counters: () => at(outside), conntrack: () => null });
  watch.include(() => (inside === null ? null : at(inside)));
  watch.begin();
  outside = 101;
  inside = 27;
  assert.equal(watch.take()?.synRetransmits, 21);
  // The last worker has ended: what it saw stays.
  outside = 103;
  inside = null;
  assert.equal(watch.take()?.synRetransmits, 2);
  assert.deepEqual(watch.total(), at(23));
});

test('says nothing where the kernel does not tell', () => {
  const watch = new KernelWatch({ counters: () => null, conntrack: () => null });
  watch.begin();
  assert.equal(watch.take(), null);
  assert.equal(watch.total(), null);
  assert.equal(watch.mostConntrack, null);
});

test('a reading that failed is made up for by the next', () => {
  let counters: KernelCounters | null = at(1);
  const watch = new KernelWatch({ counters: () => counters, conntrack: () => null });
  watch.begin();
  counters = null;
  assert.equal(watch.take(), null);
  counters = at(6);
  assert.equal(watch.take()?.synRetransmits, 5);
});
