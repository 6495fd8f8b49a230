/** Views of a server for tests of the observer's screen: a plain one, a hostile one, changes to both. */

import type { ObserveView, ScreenState } from '../../../harness/record/observe-view.ts';
import type { NodeView, ProcessDetail, ProcessRow, ServerView } from '../../../harness/record/server-view.ts';

export const PLAIN_SCREEN: ScreenState = {
  page: 'processes',
  sort: 'len',
  filter: '',
  typing: false,
  node: null,
  row: 0,
  pid: null,
  open: null,
  scroll: 0,
  paused: false,
};

export function nodeView(index: number, changes: Partial<NodeView> = {}): NodeView {
  return {
    name: `node${index}`,
    osPid: 100 + index,
    alive: true,
    isDown: false,
    stale: false,
    connections: 50_000,
    channels: 100_000,
    processes: 150_030,
    mailboxSum: 7_000,
    rssBytes: 1.2e8,
    cpuMs: 1_000,
    runQueue: 3,
    loopLagMs: 1.23,
    ...changes,
  };
}

export function processRow(index: number, changes: Partial<ProcessRow> = {}): ProcessRow {
  return {
    pid: `<0.${index}>`,
    kind: index % 5 === 0 ? 'transport' : 'channel',
    name: null,
    topic: index % 5 === 0 ? null : `room:${index}`,
    state: 'running',
    len: 2_210 - index,
    highWater: 2_300,
    oldestWaitMs: 1_900,
    bytes: 4_000,
    handled: 6_172_800,
    idleMs: 250,
    ...changes,
  };
}

export function processDetail(changes: Partial<ProcessDetail> = {}): ProcessDetail {
  return {
    ...processRow(7),
    trapExit: true,
    parent: '<0.2>',
    links: ['<0.4>', '<0.5>'],
    monitors: [],
    monitoredBy: ['<1.9>'],
    current: { what: 'handle_in block', forMs: 120 },
    callbacks: {
      forMs: 8_000,
      count: 120,
      totalMs: 2_400,
      maxMs: 300,
      recent: [
        { what: 'handle_in ping', ms: 0.04 },
        { what: 'handle_in block', ms: 300 },
      ],
    },
    value: { assigns: { user_id: '7' }, topic: 'room:7' },
    ...changes,
  };
}

export function serverView(changes: Partial<ServerView> = {}): ServerView {
  return {
    atMs: Date.UTC(2026, 10, 21, 11, 8, 36),
    nodes: [nodeView(0), nodeView(1)],
    connections: 100_000,
    channels: 200_000,
    processes: 300_060,
    mailbox: {
      sum: 15_310,
      max: 2_210,
      oldestWaitMs: 1_900,
      distribution: [
        { from: 1, to: 1, count: 900 },
        { from: 2, to: 9, count: 90 },
        { from: 10, to: null, count: 27 },
      ],
    },
    tables: [
      { name: 'drill', rows: 3, bytes: 300 },
      { name: 'presence', rows: 100_000, bytes: 24e6 },
    ],
    rssBytes: 1.2e9,
    runQueue: 6,
    loopLagMs: 1.23,
    events: [
      { name: 'phoenix.channel_joined', count: 200_000 },
      { name: 'phoenix.channel_handled_in', count: 5_000 },
    ],
    supervisors: [
      {
        depth: 0,
        name: 'Drill.Supervisor',
        pid: '<0.1>',
        kind: 'supervisor',
        strategy: 'one_for_one',
        children: null,
      },
      {
        depth: 1,
        name: 'ChannelSupervisor',
        pid: '<0.2>',
        kind: 'supervisor',
        strategy: null,
        children: 100_000,
      },
    ],
    top: [],
    ...changes,
  };
}

export function observeView(
  changes: Partial<ObserveView> = {},
  screen: Partial<ScreenState> = {},
): ObserveView {
  return {
    url: 'http://127.0.0.1:4001',
    server: serverView(),
    trend: {
      cores: [0.41, 0.5],
      rates: [
        { name: 'phoenix.channel_handled_in', perSecond: 2_004 },
        { name: 'phoenix.channel_joined', perSecond: 0 },
      ],
      waiting: Array.from({ length: 60 }, (_, second) => (second < 40 ? Number.NaN : second * 100)),
    },
    processes: { total: 300_060, rows: Array.from({ length: 200 }, (_, index) => processRow(index)) },
    noProcesses: null,
    process: null,
    processEnded: false,
    silence: null,
    ...changes,
    screen: { ...PLAIN_SCREEN, ...screen },
  };
}

/** Every text that comes from outside is `text`. */
export function hostileView(text: string, screen: Partial<ScreenState> = {}): ObserveView {
  const row = processRow(1, { pid: text, kind: text, name: text, topic: text, state: text });
  const bare = serverView();
  return observeView(
    {
      server: serverView({
        nodes: [nodeView(0, { name: text }), nodeView(1, { name: text, alive: false })],
        tables: [{ name: text, rows: 1, bytes: 1 }],
        events: [{ name: text, count: 1 }],
        supervisors: bare.supervisors.map((place) => ({
          ...place,
          name: text,
          pid: text,
          kind: text,
          strategy: text,
        })),
      }),
      trend: { cores: [], rates: [{ name: text, perSecond: 3 }], waiting: [] },
      processes: { total: 2, rows: [row, processRow(2)] },
      noProcesses: text,
      silence: { what: text, oldMs: 2_000 },
      process: processDetail({
        ...row,
        parent: text,
        links: [text, text],
        monitors: [text],
        monitoredBy: [text],
        current: { what: text, forMs: 1 },
        callbacks: { forMs: 1, count: 1, totalMs: 1, maxMs: 1, recent: [{ what: text, ms: 1 }] },
        value: { [text]: text, list: [text] },
      }),
    },
    { filter: '', open: text, pid: text, ...screen },
  );
}
