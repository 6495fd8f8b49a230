import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Deliveries, OperationKind, Outcomes } from '../record/run-record.ts';
import { balanceBooks } from './books.ts';
import type { BooksInput } from './books.ts';

type Account = BooksInput['operations'][OperationKind];

const KINDS = ['connect', 'join', 'push', 'heartbeat'] as const;
const count = fc.nat({ max: 1_000_000 });

/** An account that balances, whatever the outcomes. */
const account: fc.Arbitrary<Account> = fc
  .record({ ok: count, error: count, timeout: count, lost: count, dropped: count, inFlight: count })
  .map((ends) => {
    const sent = ends.ok + ends.error + ends.timeout + ends.lost + ends.inFlight;
    return { ...ends, sent, planned: sent + ends.dropped };
  });

const deliveries: fc.Arbitrary<Deliveries> = fc
  .record({ received: count, missing: count, duplicate: count, reordered: count })
  .map((counts) => ({ ...counts, expected: counts.received + counts.missing }));

const books: fc.Arbitrary<BooksInput> = fc
  .record({ connect: account, join: account, push: account, heartbeat: account, deliveries })
  .map(({ deliveries: delivered, ...operations }) => ({
    operations,
    deliveries: delivered,
    samples: KINDS.map((operation) => ({
      metric: `${operation}_duration`,
      operation,
      count: operations[operation].ok + operations[operation].error + operations[operation].timeout,
    })),
  }));

test('books in which everything ended somewhere balance', () => {
  fc.assert(fc.property(books, (input) => assert.deepEqual(balanceBooks(input), [])));
});

test('one operation more or less anywhere is found', () => {
  const names = ['planned', 'sent', 'ok', 'error', 'timeout', 'lost', 'dropped', 'inFlight'] as const;
  fc.assert(
    fc.property(
      books,
      fc.constantFrom(...KINDS),
      fc.constantFrom(...names),
      fc.constantFrom(-1, 1),
      (input, kind, name, by) => {
        const wrong: Account = { ...input.operations[kind], [name]: input.operations[kind][name] + by };
        const problems = balanceBooks({ ...input, operations: { ...input.operations, [kind]: wrong } });
        assert.ok(problems.length > 0);
        assert.ok(problems.every((problem) => problem.startsWith(kind)));
      },
    ),
  );
});

test('one sample or one delivery more or less is found', () => {
  fc.assert(
    fc.property(books, fc.nat({ max: 3 }), fc.constantFrom(-1, 1), (input, index, by) => {
      const samples = input.samples.map((pair, i) =>
        i === index ? { ...pair, count: pair.count + by } : pair,
      );
      assert.equal(balanceBooks({ ...input, samples }).length, 1);
      const missing = input.deliveries.missing + by;
      assert.ok(balanceBooks({ ...input, deliveries: { ...input.deliveries, missing } }).length > 0);
    }),
  );
});

test('says in one sentence what does not match, with both numbers', () => {
  const none: Account = {
    ok: 0,
    error: 0,
    timeout: 0,
    lost: 0,
    dropped: 0,
    inFlight: 0,
    sent: 0,
    planned: 0,
  };
  const operations = {
    connect: none,
    join: none,
    push: { ...none, planned: 10, sent: 8, ok: 8 },
    heartbeat: none,
  };
  const outcomes: (keyof Outcomes)[] = ['ok'];
  assert.deepEqual(
    balanceBooks({
      operations,
      samples: [
        { metric: 'push_duration', operation: 'push', count: 7 },
        { metric: 'push_service_duration', operation: 'push', count: 8, outcomes },
      ],
      deliveries: { expected: 5, received: 6, missing: -1, duplicate: 0, reordered: 0.5 },
    }),
    [
      'push: planned is 10, but sent + dropped is 8',
      'push_duration: samples is 7, but push ok + error + timeout is 8',
      'deliveries: missing is -1, which is no count',
      'deliveries: reordered is 0.5, which is no count',
    ],
  );
});

test('arrivals, casts and pushes that still wait are accounts of their own', () => {
  fc.assert(
    fc.property(books, count, count, fc.constantFrom(0, 1), (input, done, dropped, more) => {
      const attempts = { planned: done + dropped + more, done, dropped };
      const problems = balanceBooks({ ...input, arrivals: attempts, casts: attempts });
      assert.deepEqual(
        problems.map((problem) => problem.split(':')[0]),
        more === 0 ? [] : ['arrivals', 'casts'],
      );
    }),
  );
  fc.assert(
    fc.property(books, count, (input, buffered) => {
      const push = { ...input.operations.push, buffered };
      const waiting = { ...push, planned: push.planned + buffered };
      assert.deepEqual(balanceBooks({ ...input, operations: { ...input.operations, push: waiting } }), []);
      const wrong = balanceBooks({ ...input, operations: { ...input.operations, push } });
      assert.equal(wrong.length, buffered === 0 ? 0 : 1);
    }),
  );
});

test('every timeout is charged to one cause, what was never sent included; nothing else is charged', () => {
  const account = {
    planned: 9,
    sent: 7,
    ok: 4,
    error: 0,
    timeout: 3,
    lost: 0,
    dropped: 2,
    inFlight: 0,
    unsent: 2,
  };
  const none = { planned: 0, sent: 0, ok: 0, error: 0, timeout: 0, lost: 0, dropped: 0, inFlight: 0 };
  const asked = {
    operations: { push: account, join: none, connect: none, heartbeat: none },
    samples: [],
    deliveries: { expected: 0, received: 0, missing: 0, duplicate: 0, reordered: 0 },
  };
  assert.deepEqual(balanceBooks(asked), []);
  assert.deepEqual(balanceBooks({ ...asked, timeoutCauses: { push: { channel_cap: 2, half_open: 3 } } }), []);
  assert.deepEqual(
    balanceBooks({ ...asked, timeoutCauses: { push: { half_open: 3 }, join: { slow_join: 1 } } }),
    [
      'push: timeout + unsent is 5, but the sum of their causes is 3',
      'join: timeout + unsent is 0, but the sum of their causes is 1',
    ],
  );
  assert.deepEqual(balanceBooks({ ...asked, timeoutCauses: { push: { half_open: 6, unknown: -1 } } }), [
    'push timeouts: unknown is -1, which is no count',
  ]);
});
