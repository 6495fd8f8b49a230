import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObserveView, Page } from '../../harness/record/observe-view.ts';
import { pageHeight, pageLength, renderObserve } from './observe-screen.ts';
import { cellsOf } from './observe-screen-width.ts';
import { HOSTILE } from './testing/odd-records.ts';
import {
  hostileView,
  nodeView,
  observeView,
  processDetail,
  processRow,
  serverView,
} from './testing/observe-views.ts';

const PAGES: readonly Page[] = ['processes', 'process', 'tables', 'events', 'supervisors', 'help'];
const SIZES = [20, 40, 80, 100, 118, 200].flatMap((columns) =>
  [5, 10, 24, 50].map((rows) => ({ columns, rows })),
);
/** A wide script, a joined family, marks on marks, a flag, an emoji with a skin. */
const WIDE = `日本語のとても長い部屋👩‍👩‍👧e\u0301\u0302\u0303🇩🇪👍🏽한국어`;

function draw(view: ObserveView, columns = 118, rows = 40, colour = false): string[] {
  return renderObserve(view, { columns, rows, colour });
}

function lineWith(lines: readonly string[], start: string): string {
  return (
    lines.find((line) => line.startsWith(start)) ?? assert.fail(`no line ${start} in\n${lines.join('\n')}`)
  );
}

test('shows the whole server above the process table', () => {
  const lines = draw(observeView());
  assert.equal(lines.length, 40);
  assert.match(lines[0] ?? '', /^ firedrill observe {2}http:\/\/127\.0\.0\.1:4001 +11:08:36 UTC$/);
  assert.match(lineWith(lines, ' node0'), /0\.41 cores +114 MiB +3 +1\.23 ms +50,000 +7,000$/);
  assert.equal(
    lineWith(lines, ' all'),
    ' all        100,000 connections  200,000 channels  300,060 processes  1.12 GiB',
  );
  assert.match(
    lineWith(lines, ' mailboxes'),
    /15,310 waiting {3}longest 2,210 {3}oldest 1\.9 s +▆+▇+█+ 60 s$/,
  );
  assert.match(lineWith(lines, ' lengths'), /1: 900 {3}2–9: 90 {3}10\+: 27$/);
  assert.match(lineWith(lines, ' tables'), /presence 100,000 rows 22\.9 MiB {3}drill 3 rows 300 B$/);
  assert.match(lineWith(lines, ' events'), /phoenix\.channel_handled_in 2,004\/s$/);
  assert.match(lineWith(lines, ' processes'), /200 of 300,060 by mailbox length$/);
  assert.match(lineWith(lines, '› <0.0>'), /transport +running +2,210 +2,300 +1\.9 s/);
  assert.match(lines.at(-1) ?? '', /q quit {2}h help/);
});

test('is exactly as high as the terminal and never wider, on every page', () => {
  for (const { columns, rows } of SIZES) {
    for (const page of PAGES) {
      for (const view of [
        observeView({ process: processDetail() }, { page, open: '<0.7>' }),
        hostileView(WIDE, { page }),
        observeView({ server: null, processes: null }, { page }),
      ]) {
        const lines = draw(view, columns, rows);
        assert.equal(lines.length, rows, page);
        for (const line of lines) assert.ok(cellsOf(line) <= columns, `${columns} ${page}: ${line}`);
      }
    }
  }
});

test('keeps its columns under wide and joined letters', () => {
  const rows = [
    processRow(1),
    processRow(2, { topic: WIDE }),
    processRow(3, { topic: `room:${WIDE}`.repeat(9) }),
  ];
  const lines = draw(observeView({ processes: { total: 3, rows } }), 118, 24);
  const ends = lines.filter((line) => /^[› ] <0/.test(line)).map((line) => cellsOf(line));
  assert.equal(new Set(ends).size, 1);
  assert.equal(ends.length, 3);
});

test('obeys no escape sequence and no direction from outside', () => {
  for (const page of PAGES) {
    const text = draw(hostileView(HOSTILE, { page }), 200, 60).join('');
    assert.doesNotMatch(text, /\p{C}/u, page);
    const more = draw(hostileView('\u009b2J\u202e\u0000', { page }), 200, 60).join('');
    assert.doesNotMatch(more, /\p{C}/u, page);
  }
});

test('never says NaN, undefined or null for what is not known', () => {
  const bare = nodeView(0, {
    connections: null,
    mailboxSum: null,
    rssBytes: null,
    runQueue: null,
    loopLagMs: null,
  });
  const empty = serverView({
    atMs: null,
    nodes: [bare],
    tables: [],
    events: [],
    supervisors: [],
    mailbox: { sum: 0, max: 0, oldestWaitMs: 0, distribution: [] },
  });
  const row = processRow(1, {
    bytes: null,
    handled: null,
    idleMs: null,
    state: '',
    oldestWaitMs: 0,
    topic: null,
  });
  const detail = processDetail({
    ...row,
    trapExit: null,
    parent: null,
    links: [],
    monitoredBy: [],
    current: null,
    callbacks: { forMs: 0, count: 0, totalMs: 0, maxMs: 0, recent: [] },
    value: 'idle',
  });
  const trend = { cores: [], rates: [], waiting: [] };
  const processes = { total: null, rows: [row] };
  for (const page of PAGES) {
    const view = observeView({ server: empty, trend, processes, process: detail }, { page });
    for (const columns of [80, 200]) {
      assert.doesNotMatch(draw(view, columns).join('\n'), /NaN|undefined|null|Infinity/, page);
    }
  }
});

test('says that a server is empty', () => {
  const server = serverView({ nodes: [], tables: [], events: [], supervisors: [] });
  const view = observeView({
    server,
    processes: { total: 0, rows: [] },
    trend: { cores: [], rates: [], waiting: [] },
  });
  const text = draw(view, 80, 24).join('\n');
  assert.match(text, /no process is listed/);
  assert.match(text, /tables +none/);
  assert.match(text, /events +none a second/);
});

test('adds up the nodes it has no line for, and counts the dead among them', () => {
  const nodes = Array.from({ length: 10 }, (_, index) => nodeView(index, { alive: index !== 8 }));
  const trend = { cores: nodes.map((_, index) => (index === 8 ? null : 0.5)), rates: [], waiting: [] };
  const lines = draw(observeView({ server: serverView({ nodes }), trend }), 80, 24);
  assert.equal(lines.filter((line) => /^ node\d/.test(line)).length, 3);
  assert.match(lineWith(lines, ' 7 more'), /3 cores +801 MiB +21 +1\.23 ms +350,000 +49,000 ✕ 1 dead$/);
  const all = draw(observeView({ server: serverView({ nodes }), trend }), 118, 66);
  assert.match(lineWith(all, ' node8'), /✕ dead$/);
  assert.match(lineWith(all, ' node9'), /cores/);
});

test('a node that a fault took down is down, and not dead', () => {
  const nodes = Array.from({ length: 10 }, (_, index) =>
    nodeView(index, { alive: index < 8, isDown: index === 8 }),
  );
  const server = serverView({ nodes });
  const all = draw(observeView({ server }), 118, 66);
  assert.match(lineWith(all, ' node8'), /^ node8 +down, to come back$/);
  assert.match(lineWith(all, ' node9'), /✕ dead$/);
  assert.match(lineWith(draw(observeView({ server }), 118, 24), ' 7 more'), / ✕ 1 dead 1 down$/);
});

test('shows the chosen node and its processes only', () => {
  const rows = [processRow(1), { ...processRow(2), pid: '<1.2>' }];
  const lines = draw(observeView({ processes: { total: 2, rows } }, { node: 'node1' }), 80, 24);
  assert.equal(lines.filter((line) => /^ node\d/.test(line)).length, 1);
  assert.ok(lines.some((line) => line.includes('<1.2>')));
  assert.ok(!lines.some((line) => line.includes('<0.1>')));
});

test('keeps the last figures of a server that went away, and says how old they are', () => {
  const lines = draw(observeView({ silence: { what: 'ECONNREFUSED', oldMs: 12_000 } }), 80, 24);
  assert.ok(lines.includes(' ✕ no answer: ECONNREFUSED   figures of 12 s ago   asking again'));
  assert.match(lineWith(lines, ' all'), /100,000 connections/);
});

test('shows the mailboxes the server names itself where it has no list', () => {
  const top = [processRow(1, { topic: 'room:top' })];
  const view = observeView({ server: serverView({ top }), processes: null, noProcesses: 'status 404' });
  const lines = draw(view);
  assert.match(lineWith(lines, ' processes'), /longest mailboxes only: status 404/);
  assert.match(lineWith(lines, '› <0.1>'), /room:top/);
});

test('moves the window with the cursor', () => {
  const lines = draw(observeView({}, { row: 120, pid: '<0.120>' }), 80, 24);
  assert.match(lineWith(lines, '›'), /^› <0\.120> /);
  assert.equal(lines.filter((line) => line.startsWith('›')).length, 1);
});

test('keeps the column it is sorted by, however narrow the terminal', () => {
  for (const columns of [50, 60, 80, 200]) {
    for (const [sort, head] of [
      ['idle', 'idle▼'],
      ['bytes', 'bytes▼'],
      ['handled', 'handled▼'],
    ] as const) {
      assert.ok(
        draw(observeView({}, { sort }), columns, 24).some((line) => line.includes(head)),
        `${columns} ${sort}`,
      );
    }
  }
});

test('opens one process: ties, what it does, callbacks newest first, state', () => {
  const view = observeView({ process: processDetail() }, { page: 'process', open: '<0.7>' });
  const lines = draw(view, 80, 40);
  const text = lines.join('\n');
  assert.match(text, /^ <0\.7> {2}channel {2}room:7 {3}running$/m);
  assert.match(text, /doing +handle_in block {3}for 120 ms/);
  assert.match(text, /links +2: <0\.4> <0\.5> {3}traps exits/);
  assert.match(text, /monitors +none/);
  assert.match(text, /monitored by +1: <1\.9>/);
  assert.match(text, /callbacks +120 {3}mean 20 ms {3}longest 300 ms {3}traced for 8 s/);
  assert.match(text, /handle_in block +300 ms █{20}\n +handle_in ping +40 µs ▏/);
  assert.match(text, /user_id: '7'/);
});

test('says that a process has ended', () => {
  const screen = { page: 'process', open: '<0.7>' } as const;
  const kept = draw(observeView({ process: processDetail(), processEnded: true }, screen)).join('\n');
  assert.match(kept, /has ended: its last figures/);
  const gone = draw(observeView({ processEnded: true }, screen)).join('\n');
  assert.match(gone, /<0\.7> {2}✕ has ended/);
  assert.match(draw(observeView({}, screen)).join('\n'), /asking/);
});

test('scrolls a page that is longer than the screen, and no further than its end', () => {
  const value = Array.from({ length: 90 }, (_, index) => ({ index, text: 'x'.repeat(60) }));
  const at = (scroll: number): ObserveView =>
    observeView({ process: processDetail({ value }) }, { page: 'process', open: '<0.7>', scroll });
  assert.match(draw(at(0), 80, 24).at(-2) ?? '', /↓ \d+ more lines/);
  assert.ok(pageLength(at(0), 80) > pageHeight(at(0), { columns: 80, rows: 24 }));
  assert.equal(draw(at(1e9), 80, 24).at(-2), '   ]');
});

test('carries nothing by colour alone', () => {
  const view = observeView({ silence: { what: 'gone', oldMs: 1 } }, { paused: true });
  const coloured = draw(view, 100, 24, true);
  assert.ok(coloured.some((line) => line.startsWith('\u001b[7m›')));
  const bare = coloured.map((line) => line.replaceAll(/\u001b\[[\d;]*m/g, '').trimEnd());
  assert.deepEqual(bare, draw(view, 100, 24));
});
