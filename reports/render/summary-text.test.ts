import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderFinding, renderKeyValues, renderSummary } from './summary-text.ts';
import { bareRecords, hostileRecord } from './testing/odd-records.ts';
import { plainFault, plainMetric, plainRecord, plainThreshold } from './testing/plain-record.ts';
import { sampleRecord } from './testing/sample-record.ts';
import { vastRecord } from './testing/vast-record.ts';

const plainOptions = { colour: false, reportPath: 'reports/runs/x/report.html' };

test('tells the sample in 25 lines: verdict, thresholds, percentiles, faults, report, command', () => {
  const lines = renderSummary(sampleRecord(), plainOptions).split('\n');
  assert.ok(lines.length <= 25, `${lines.length} lines`);
  assert.match(
    lines[0] ?? '',
    /^ ✕ FAIL {2}push_duration p\(99\) was .*, limit 250 ms\. Worst at .*, while blocking handlers/,
  );
  assert.ok(lines.some((line) => /^ ✓ join_duration p\(99\) +< 1 s/.test(line)));
  assert.ok(lines.some((line) => /^ {3}reconnect +[\d,]+ /.test(line)));
  assert.ok(lines.some((line) => /^ {3}network drops +2:25–2:45/.test(line)));
  assert.match(lines.at(-2) ?? '', /report {2}reports\/runs\/x\/report\.html$/);
  assert.match(lines.at(-1) ?? '', /repeat {2}firedrill run /);
});

test('tells every fault and keeps to 110 columns, whatever the size of the run', () => {
  for (const record of [sampleRecord(), vastRecord()]) {
    const lines = renderSummary(record, plainOptions).split('\n');
    assert.ok(lines.length <= 25, `${lines.length} lines`);
    for (const line of lines) assert.ok([...line].length <= 110, line);
    for (const { name } of record.summary.faults)
      assert.ok(
        lines.some((line) => line.startsWith(`   ${name} `)),
        name,
      );
  }
});

test('tells the faults before the thresholds that hold, and those that do not hold before the faults', () => {
  const held = plainThreshold({ status: 'pass', actual: 1 });
  const faults = Array.from({ length: 6 }, (_, index) => plainFault(`f-${index}`, `fault ${index}`, 1, 2));
  const calm = renderSummary(
    plainRecord({ faults, thresholds: Array.from({ length: 20 }, () => held) }),
    plainOptions,
  );
  assert.match(calm, /fault 5/);
  assert.match(calm, /and \d+ more hold/);
  const failed = renderSummary(
    plainRecord({
      verdict: { status: 'fail', reasons: [] },
      faults,
      thresholds: Array.from({ length: 14 }, () => plainThreshold()),
    }),
    plainOptions,
  );
  assert.equal(failed.match(/✕ push_duration/g)?.length, 14);
  assert.match(failed, /fault 0 .*\n {3}and 5 more in the report/);
});

test('stays within 25 lines whatever there is to tell, failures first', () => {
  const held = plainThreshold({ status: 'pass', actual: 1 });
  const record = plainRecord({
    thresholds: [...Array.from({ length: 40 }, () => held), plainThreshold({ metric: 'the_failed_one' })],
    faults: Array.from({ length: 30 }, (_, index) =>
      plainFault(`f-${index}`, `fault ${index}`, index, index + 1),
    ),
    incidents: Array.from({ length: 30 }, () => ({ atMs: 0, what: 'something' })),
    metrics: Object.fromEntries(
      ['connect_duration', 'join_duration', 'push_duration', 'broadcast_latency', 'reconnect_duration'].map(
        (name) => [name, plainMetric(2)],
      ),
    ),
  });
  const text = renderSummary(record, plainOptions);
  assert.ok(text.split('\n').length <= 25, text);
  assert.match(text, /✕ the_failed_one/);
  assert.match(text, /and \d+ more hold/);
  assert.match(text, /and 27 more in the report/);
});

test('writes no escape sequence without colour, and only its own with it', () => {
  const plain = renderSummary(hostileRecord(), plainOptions);
  assert.doesNotMatch(plain, /[^\P{C}\n]/u);
  assert.ok(plain.split('\n').length <= 25, plain);
  const coloured = renderSummary(hostileRecord(), { ...plainOptions, colour: true });
  const codes = coloured
    .split('\u001b')
    .slice(1)
    .map((text) => text.slice(0, text.indexOf('m') + 1));
  assert.deepEqual([...new Set(codes)].toSorted(), ['[0m', '[1;31m', '[1m', '[2m', '[33m']);
});

test('says "not measured" rather than nothing, for every bare run', () => {
  for (const [name, record] of Object.entries(bareRecords())) {
    const text = renderSummary(record, plainOptions);
    assert.doesNotMatch(text, /\b(NaN|undefined|null|Infinity)\b/, name);
    assert.doesNotMatch(renderKeyValues(record), /=(NaN|undefined|null|Infinity)?$/m, name);
  }
});

test('gives stable keys, one line each', () => {
  const record = plainRecord({
    exitCode: 99,
    verdict: { status: 'fail', reasons: ['line\none'] },
    clients: { planned: 5, connected: 5, joined: 4, failed: 1, joinedAfterMs: null },
    metrics: {
      push_duration: plainMetric(2),
      push_timeouts: { count: 1, rate: 0.5 },
      'push_timeouts{cause:x}': { count: 1, rate: 0.5 },
      drops: { count: 3, rate: 0.1 },
    },
    thresholds: [plainThreshold()],
    faults: [{ ...plainFault('slow-join-1', 'slow joins', 1_000, 2_000), recoveredAfterMs: 400 }],
  });
  const lines = renderKeyValues(record).split('\n');
  const values = new Map(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  assert.equal(values.size, lines.length);
  for (const line of lines) assert.match(line, /^[A-Za-z0-9_]+=./);
  assert.equal(values.get('verdict'), 'fail');
  assert.equal(values.get('exit_code'), '99');
  assert.equal(values.get('clients_joined'), '4');
  assert.equal(values.has('clients_joined_after_ms'), false);
  assert.equal(values.get('push_duration_p99_ms'), '6');
  assert.equal(values.get('push_timeouts_share'), '0.5');
  assert.equal(values.get('drops_per_second'), '0.1');
  assert.equal(values.get('threshold_1'), 'fail push_duration: p(99)<250');
  assert.equal(values.get('fault_slow_join_1_recovered_after_ms'), '400');
  assert.equal(values.get('reason_1'), 'line one');
});

test('counts what the scenario counted, and no metric of ours', () => {
  const count = { count: 12_345, rate: 411 };
  const text = renderSummary(
    plainRecord({ metrics: { received_new_msg: count, connections: count, 'errors{kind:a}': count } }),
    plainOptions,
  );
  assert.match(text, /^ {3}counted {2}received_new_msg 12,345$/m);
  assert.doesNotMatch(
    renderSummary(plainRecord({ metrics: { connections: count } }), plainOptions),
    /counted/,
  );
});

test('a variant says which it is before its verdict, and the finding once it is known', () => {
  const changes = { scenario: 'drill', variant: 'remedy', about: 'slow handlers; remedy: a task' };
  const before = renderSummary(plainRecord(changes), plainOptions).split('\n');
  assert.equal(before[0], ' drill remedy  slow handlers; remedy: a task');
  assert.match(before[1] ?? '', /^ ✓ PASS/);
  const after = renderSummary(plainRecord({ ...changes, finding: 'it helps' }), plainOptions).split('\n');
  assert.equal(after[1], ' finding  it helps');
  assert.match(after[2] ?? '', /^ ✓ PASS/);
  const plain = renderSummary(plainRecord({ variant: null, finding: null }), plainOptions);
  assert.equal(plain, renderSummary(plainRecord(), plainOptions));
});

test('a long finding keeps to three lines of the width, without what a terminal would obey', () => {
  const lines = renderFinding(`\u001b[31mred ${'word '.repeat(200)}`, { colour: false }).split('\n');
  assert.equal(lines.length, 3);
  for (const line of lines) assert.ok([...line].length <= 110 && !line.includes('\u001b'), line);
  assert.match(renderFinding('it helps', { colour: true }), /^ \u001b\[1mfinding\u001b\[0m {2}it helps$/);
});

test('as key=value lines a variant has its name, and a run its finding', () => {
  const lines = renderKeyValues(plainRecord({ variant: 'remedy', finding: 'it\nhelps' })).split('\n');
  assert.ok(lines.includes('variant=remedy') && lines.includes('finding=it helps'));
  assert.doesNotMatch(renderKeyValues(plainRecord({ variant: null, finding: null })), /^(variant|finding)=/m);
});

test('says how many each fault hit where somebody counted, and what was left out', () => {
  const hit = { count: 20_000, of: 100_000, what: 'clients' } as const;
  const addresses = { count: 30, of: 100, what: 'addresses' } as const;
  const long = plainFault('a-1', 'stalled readers of a long name', 1_000, 2_000);
  const effects = [
    {
      metric: 'broadcast, last receiver of all',
      unit: 'ms' as const,
      before: 1_234,
      during: 5_678,
      after: 1_234,
    },
  ];
  const record = plainRecord({
    faults: [
      { ...long, hit, effects },
      { ...plainFault('b-1', 'partitions', 3_000, 4_000), hit: addresses },
      plainFault('c-1', 'intercepted broadcasts', 5_000, 6_000),
      {
        ...plainFault('d-1', 'blocked servers', 5_000, 6_000),
        hit: { count: 1_412, of: null, what: 'calls' },
      },
      { ...plainFault('e-1', 'killed nodes', 5_000, 6_000), hit: { count: 1, of: 1, what: 'nodes' } },
    ],
    faultsLeftOut: [{ id: 'netsplit-1', kind: 'netsplit', name: 'netsplits', why: 'a server of 1 node' }],
  });
  const lines = renderSummary(record, plainOptions).split('\n');
  for (const line of lines) assert.ok([...line].length <= 110, line);
  const head = lines.find((line) => / fault +on +hit +metric/.test(line)) ?? '';
  assert.match(lines[lines.indexOf(head) + 1] ?? '', /^ {3}stalled \S+.* 0:01–0:02 +20,000 of 100,000 /);
  assert.match(lines[lines.indexOf(head) + 2] ?? '', / 0:03–0:04 +30 of 100 addresses /);
  assert.match(lines[lines.indexOf(head) + 3] ?? '', / 0:05–0:06 +– /);
  // Where nobody knows of how many there is no such figure, and one is not many.
  assert.match(lines[lines.indexOf(head) + 4] ?? '', / 0:05–0:06 +1,412 calls /);
  assert.match(lines[lines.indexOf(head) + 5] ?? '', / 0:05–0:06 +1 of 1 node /);
  assert.ok(lines.includes('   ! Netsplits were left out: a server of 1 node.'));
  const keys = renderKeyValues(record);
  assert.match(keys, /^fault_a_1_hit=20000$/m);
  assert.match(keys, /^fault_a_1_hit_of=100000$/m);
  assert.match(keys, /^fault_a_1_hit_what=clients$/m);
  assert.match(keys, /^fault_d_1_hit=1412\nfault_d_1_hit_what=calls$/m);
  assert.match(keys, /^faults_left_out=1\nfault_left_out_1=netsplit-1$/m);
  // Nothing is headed where nobody counted.
  const none = renderSummary(plainRecord({ faults: [plainFault('a-1', 'stalls', 1, 2)] }), plainOptions);
  assert.match(none, / fault +on +metric/);
});
