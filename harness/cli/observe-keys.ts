/** Keys of the observer's screen: a state and a key give a state. Nothing else happens here. */
import type { Page, ScreenState } from '../record/observe-view.ts';
import { SORTS } from '../record/server-view.ts';
import { cursorRow } from '../../reports/render/observe-screen-table.ts';
import type { Key } from './key-decoder.ts';

/** What the reader sees while pressing. */
export type Seen = {
  /** Pids of the table's rows, top to bottom. */
  pids: readonly string[];
  nodes: readonly string[];
  /** Lines of the open page, and of the screen beside its head. */
  length: number;
  height: number;
};

export const FIRST_SCREEN: ScreenState = {
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

const LONGEST_FILTER = 60;

/** The state after the key; null when the reader wants to leave. */
export function press(state: ScreenState, key: Key, seen: Seen): ScreenState | null {
  if ('named' in key) {
    if (key.named === 'interrupt') return null;
    if (state.typing) return editFilter(state, key.named);
  } else if (state.typing) {
    return atTop({ ...state, filter: (state.filter + key.typed).slice(0, LONGEST_FILTER) });
  }
  const word = 'named' in key ? key.named : key.typed;
  return move(state, word, seen) ?? command(state, word, seen);
}

function editFilter(state: ScreenState, key: string): ScreenState {
  switch (key) {
    case 'enter':
      return { ...state, typing: false };
    case 'escape':
      return atTop({ ...state, typing: false, filter: '' });
    case 'backspace':
      return atTop({ ...state, filter: [...state.filter].slice(0, -1).join('') });
    default:
      return state;
  }
}

/** Another order or choice of rows: the cursor goes back to the first. */
function atTop(state: ScreenState): ScreenState {
  return { ...state, row: 0, pid: null };
}

function move(state: ScreenState, word: string, seen: Seen): ScreenState | null {
  const by = stepOf(word, seen);
  if (by === undefined) return null;
  if (state.page !== 'processes') {
    const most = Math.max(0, seen.length - seen.height);
    return { ...state, scroll: within(Math.min(state.scroll, most) + by, most) };
  }
  const row = within(cursorRow(state, seen.pids) + by, seen.pids.length - 1);
  return { ...state, row, pid: seen.pids[row] ?? null };
}

function stepOf(word: string, { height }: Seen): number | undefined {
  switch (word) {
    case 'up':
    case 'k':
      return -1;
    case 'down':
    case 'j':
      return 1;
    case 'page-up':
      return -height;
    case 'page-down':
      return height;
    case 'home':
    case 'g':
      return -Infinity;
    case 'end':
    case 'G':
      return Infinity;
    default:
      return undefined;
  }
}

function within(value: number, most: number): number {
  return Math.max(0, Math.min(value, most));
}

function command(state: ScreenState, word: string, seen: Seen): ScreenState | null {
  switch (word) {
    case 'q':
    case 'escape':
      return back(state, word);
    case 'p':
      return { ...state, paused: !state.paused };
    case 't':
      return toggle(state, 'tables');
    case 'e':
      return toggle(state, 'events');
    case 'v':
      return toggle(state, 'supervisors');
    case 'h':
    case '?':
      return toggle(state, 'help');
    default:
      return state.page === 'processes' ? onTable(state, word, seen) : state;
  }
}

function onTable(state: ScreenState, word: string, seen: Seen): ScreenState {
  switch (word) {
    case 'enter': {
      const pid = seen.pids[cursorRow(state, seen.pids)];
      return pid === undefined ? state : { ...state, page: 'process', open: pid, pid, scroll: 0 };
    }
    case 's':
      return atTop({ ...state, sort: SORTS[(SORTS.indexOf(state.sort) + 1) % SORTS.length] ?? 'len' });
    case '/':
      return { ...state, typing: true };
    case 'n': {
      // After the last one all again; a node that has vanished counts as the last.
      const at = state.node === null ? -1 : seen.nodes.indexOf(state.node);
      const isLast = state.node !== null && (at < 0 || at === seen.nodes.length - 1);
      return atTop({ ...state, node: isLast ? null : (seen.nodes[at + 1] ?? null) });
    }
    default:
      return state;
  }
}

/** One step out: page, then (by Escape) filter, then the program. */
function back(state: ScreenState, word: string): ScreenState | null {
  if (state.page !== 'processes') return { ...state, page: 'processes', open: null, scroll: 0 };
  return word === 'escape' && state.filter !== '' ? atTop({ ...state, filter: '' }) : null;
}

function toggle(state: ScreenState, page: Page): ScreenState {
  return { ...state, page: state.page === page ? 'processes' : page, open: null, scroll: 0 };
}
