import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveView } from '../../harness/record/live-view.ts';
import { progressBar, renderLive, renderLiveLine, sparkline } from './live-screen.ts';
import { HOSTILE } from './testing/odd-records.ts';

function view(changes: Partial<LiveView> = {}): LiveView {
  return {
    scenario: 'flagship',
    target: 'ws://127.0.0.1:4000/socket',
    elapsedMs: 81_000,
    totalMs: 180_000,
    phase: 'hold',
    clients: { joined: 100_000, planned: 100_000 },
    joinsPerSecond: 0,
    drops: 0,
    fault: { name: 'blocking handlers', leftMs: 14_000 },
    push: { p50: 1.3, p99: 1_840 },
    pushTimeouts: 0,
    sentPerSecond: 2_004,
    plannedPerSecond: 2_000,
    broadcast: { receivers: 100_000, lastMs: 940 },
    missing: 0,
    server: { cpu: 0.41, mailboxSum: 15_310, oldestWaitMs: 1_900, worst: { topic: 'room:42', len: 2_210 } },
    driver: { latenessP99Ms: 1.3, saturated: false },
    history: { pushP99: [3, 3, 3, 400, 1_840], broadcastLast: [940, 930], mailboxSum: [0, 15_310] },
    ...changes,
  };
}

const bare = view({
  push: null,
  broadcast: null,
  server: null,
  fault: null,
  totalMs: 0,
  history: { pushP99: [], broadcastLast: [], mailboxSum: [] },
});

test('draws the run in six lines', () => {
  const lines = renderLive(view(), { columns: 118, colour: false });
  assert.equal(lines.length, 6);
  assert.match(lines[0] ?? '', /^ firedrill {2}flagship hold ws:.* 1:21 of 3:00 {2}▕█{10}▊ {13}▏$/);
  assert.match(
    lines[1] ?? '',
    /^ clients +100,000 \/ 100,000 +joins\/s 0 +drops 0 +fault {2}blocking handlers, 14 s left$/,
  );
  assert.match(
    lines[2] ?? '',
    /^ push +p50 1\.3 ms +p99 1\.84 s +▁▁▁▃█ +timeouts 0 +2,004\/s of 2,000\/s planned$/,
  );
  assert.match(
    lines[4] ?? '',
    /cpu 0\.41 cores {2}mailboxes 15,310 +▁█ +oldest 1\.9 s +room:42 2,210 waiting$/,
  );
});

test('is never wider than the terminal', () => {
  for (const columns of [20, 40, 79, 80, 100, 118, 200]) {
    for (const line of renderLive(view({ scenario: 'x'.repeat(300) }), { columns, colour: false })) {
      assert.ok([...line].length <= columns, `${columns}: ${line}`);
    }
  }
});

test('says what is not there', () => {
  const text = renderLive(bare, { columns: 118, colour: false }).join('\n');
  assert.match(text, /none answered/);
  assert.match(text, /not measured: no control port/);
  assert.match(text, /no fault on/);
  assert.doesNotMatch(text + renderLiveLine(bare), /NaN|undefined|null/);
});

test('obeys no escape sequence from outside', () => {
  const hostile = view({
    scenario: HOSTILE,
    target: HOSTILE,
    phase: HOSTILE,
    fault: { name: HOSTILE, leftMs: 1 },
  });
  const text = renderLive(hostile, { columns: 118, colour: false }).join('') + renderLiveLine(hostile);
  assert.doesNotMatch(text, /\p{C}/u);
});

test('marks trouble in words and, when asked, in colour', () => {
  const late = view({ driver: { latenessP99Ms: 40, saturated: true }, drops: 5 });
  const [, , , , , driver = ''] = renderLive(late, { columns: 118, colour: true });
  assert.ok(driver.includes('\u001b[1;31mLATE'));
  assert.match(renderLive(late, { columns: 118, colour: false })[5] ?? '', /LATE/);
});

test('writes one plain line for a log', () => {
  assert.equal(
    renderLiveLine(view()),
    '1:21 of 3:00 · hold · clients 100,000 of 100,000 · pushes 2,004/s of 2,000/s · p50 1.3 ms p99 1.84 s · 0 timeouts · 0 drops · ' +
      'broadcast last 940 ms, missing 0 · mailboxes 15,310 · driver late p99 1.3 ms · fault blocking handlers, 14 s left',
  );
});

test('scales a sparkline to its largest value and shows the last ones', () => {
  assert.equal(sparkline([0, 50, 100], 3), '▁▅█');
  assert.equal(sparkline([9, 0, 0], 2), '▁▁');
  assert.equal(sparkline([1, Number.NaN], 3), ' █ ');
});

test('fills the progress bar in eighths and never past its ends', () => {
  assert.equal(progressBar(0.5, 2), '▕█ ▏');
  assert.equal(progressBar(0.3125, 2), '▕▋ ▏');
  assert.equal(progressBar(7, 2), '▕██▏');
  assert.equal(progressBar(Number.NaN, 2), '▕  ▏');
});
