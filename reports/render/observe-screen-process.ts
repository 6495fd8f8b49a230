/** One process on the observer's screen: what it does, whom it is tied to, how long its callbacks take, its state. */

import { inspect } from 'node:util';
import type { ObserveView } from '../../harness/record/observe-view.ts';
import type { ProcessDetail } from '../../harness/record/server-view.ts';
import { bytesText, countText, msText, numbered } from './figures.ts';
import { asManyAsFit, cell, cellsOf, shown } from './observe-screen-width.ts';
import { type Piece, piece } from './terminal.ts';
import { visibleText } from './visible-text.ts';

const LABEL = 14;
const BAR = 20;
const MOST_CALLBACKS = 12;
const MOST_STATE_LINES = 500;
const STATE = { depth: 8, maxArrayLength: 100, maxStringLength: 1_000, breakLength: 70, sorted: false };

/** The page of the open process, however long it gets. */
export function processLines(view: ObserveView, columns: number): (readonly Piece[])[] {
  const { process, processEnded, noProcesses, screen } = view;
  const pid = shown(screen.open ?? '');
  if (process === null) {
    if (processEnded) return [[piece(` ${pid}  `, 'bold'), piece('✕ has ended', 'fail')]];
    const why = noProcesses === null ? 'asking …' : `not told: ${shown(noProcesses)}`;
    return [[piece(` ${pid}  `, 'bold'), piece(why, 'soft')]];
  }
  const ended = processEnded ? [piece('   ✕ has ended: its last figures', 'fail')] : [];
  const title = [process.kind, process.topic ?? process.name ?? ''].map((text) => shown(text)).join('  ');
  return [
    [piece(` ${shown(process.pid)}  `, 'bold'), piece(title), piece(`   ${shown(process.state)}`), ...ended],
    [],
    ...factLines(process, columns),
    ...callbackLines(process, columns),
    [],
    ...stateLines(process.value),
  ];
}

function factLines(process: ProcessDetail, columns: number): (readonly Piece[])[] {
  const { len, highWater, oldestWaitMs, handled, idleMs, bytes, trapExit, current } = process;
  const pids = (list: readonly string[]): string =>
    list.length === 0
      ? 'none'
      : `${countText(list.length)}: ${asManyAsFit(
          list.map((pid) => shown(pid)),
          columns - LABEL - 10,
          ' ',
        )}`;
  const doing = current === null ? 'nothing' : `${shown(current.what, 120)}   for ${msText(current.forMs)}`;
  const weight = bytes === null ? '' : `   ${bytesText(bytes)}`;
  const mailbox = `${countText(len)} waiting${weight}   oldest ${msText(oldestWaitMs)}   most ever ${countText(highWater)}`;
  return [
    fact('mailbox', mailbox),
    fact('doing', doing),
    fact('handled', `${countText(handled)}   idle ${msText(idleMs)}`),
    fact('parent', process.parent === null ? 'none' : shown(process.parent)),
    fact('links', `${pids(process.links)}${trapExit === true ? '   traps exits' : ''}`),
    fact('monitors', pids(process.monitors)),
    fact('monitored by', pids(process.monitoredBy)),
  ];
}

function fact(label: string, text: string): Piece[] {
  return [piece(` ${cell(label, LABEL - 1)}`, 'bold'), piece(text)];
}

/** The last callbacks, newest first, each with a bar against the longest. */
function callbackLines({ callbacks }: ProcessDetail, columns: number): (readonly Piece[])[] {
  if (callbacks === null) return [fact('callbacks', 'not traced')];
  const { count, totalMs, maxMs, forMs } = callbacks;
  const figures =
    count === 0 ? 'none' : `${countText(count)}   mean ${msText(totalMs / count)}   longest ${msText(maxMs)}`;
  const recent = callbacks.recent.slice(-MOST_CALLBACKS).toReversed();
  const most = Math.max(maxMs, ...recent.map(({ ms }) => ms));
  const name = Math.max(10, Math.min(50, columns - LABEL - 12 - BAR));
  return [
    fact('callbacks', `${figures}   traced for ${msText(forMs)}`),
    ...recent.map(({ what, ms }) => [
      piece(' '.repeat(LABEL)),
      piece(cell(shown(what), name)),
      piece(cell(msText(ms), 10, 'right')),
      piece(` ${bar(most > 0 ? ms / most : 0)}`, 'soft'),
    ]),
  ];
}

function bar(share: number): string {
  return '█'.repeat(Math.round(Math.min(1, share) * BAR)) || '▏';
}

/** The state as a person reads it: bounded in depth, length and lines. */
function stateLines(value: unknown): (readonly Piece[])[] {
  const text = visibleText(stateText(value), 100_000);
  const lines = text.split('\n');
  const rest = lines.length - MOST_STATE_LINES;
  return [
    [piece(' state', 'bold')],
    ...lines.slice(0, MOST_STATE_LINES).map((line) => [piece(`   ${indented(line)}`)]),
    ...(rest > 0 ? [[piece(`   … ${numbered(rest, 'line')} more`, 'soft')]] : []),
  ];
}

/** `shown` takes spaces at the start of a line away; they tell how deep it is. */
function indented(line: string): string {
  const bare = line.trimStart();
  return ' '.repeat(Math.min(60, cellsOf(line) - cellsOf(bare))) + shown(bare, 400);
}

function stateText(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value, STATE);
}
