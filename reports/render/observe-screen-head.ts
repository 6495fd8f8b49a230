/** The head of the observer's screen: the nodes, the sums, the last minute, tables and rates. */

import type { ObserveView } from '../../harness/record/observe-view.ts';
import type { NodeView, ServerView } from '../../harness/record/server-view.ts';
import { bytesText, countText, figureText, msText, numbered, type Known } from './figures.ts';
import { sparkline } from './live-screen.ts';
import { type Piece, piece } from './terminal.ts';
import { asManyAsFit, cell, cellsOf, shown } from './observe-screen-width.ts';

const LABEL = 12;
const NO_FIGURE = '–';

type Line = readonly Piece[];

/** What it is a view of, and the moment its figures are from. */
export function titleLine(view: ObserveView, columns: number): Line {
  const { screen, server } = view;
  const at = server?.atMs ?? null;
  const clock = at === null ? '' : timeOfDay(at);
  const right = `${screen.paused ? 'paused  ' : ''}${clock}`;
  const room = Math.max(0, columns - 20 - cellsOf(right) - 1);
  return [
    piece(' firedrill observe  ', 'bold'),
    piece(cell(shown(view.url), room)),
    piece(` ${right}`, screen.paused ? 'warn' : 'soft'),
  ];
}

/** `11:08:36 UTC`; nothing for a moment no calendar has. */
function timeOfDay(ms: number): string {
  return ms <= 8.64e15 ? `${new Date(ms).toISOString().slice(11, 19)} UTC` : '';
}

/** One line a node; what does not fit is added up in a last one. */
export function nodeLines(view: ObserveView, most: number, columns: number): Line[] {
  const nodes = (view.server?.nodes ?? []).map((node, index) => ({
    node,
    cores: view.trend.cores[index] ?? null,
  }));
  const chosen = nodes.filter(({ node }) => view.screen.node === null || node.name === view.screen.node);
  if (chosen.length === 0) return [];
  const width = columns < 100 ? 10 : 24;
  const head = nodeRow(
    cell('node', width),
    ['cpu', 'rss', 'run queue', 'loop lag', 'connections', 'waiting'],
    'soft',
  );
  const fitting = chosen.length <= most ? chosen : chosen.slice(0, Math.max(0, most - 1));
  const lines = fitting.map(({ node, cores }) => nodeLine(node, cores, width));
  const rest = chosen.slice(fitting.length);
  if (rest.length === 0) return [head, ...lines];
  const sum = (read: (node: NodeView) => number | null): number =>
    rest.reduce((total, { node }) => total + (read(node) ?? 0), 0);
  const cores = rest.map((one) => one.cores).filter((one) => one !== null);
  const down = rest.filter(({ node }) => node.isDown).length;
  const dead = rest.filter(({ node }) => !node.alive && !node.isDown).length;
  const figures = [
    cores.length === 0 ? NO_FIGURE : `${figureText(cores.reduce((a, b) => a + b, 0))} cores`,
    bytesText(sum((node) => node.rssBytes)),
    countText(sum((node) => node.runQueue)),
    msText(Math.max(...rest.map(({ node }) => node.loopLagMs ?? 0))),
    countText(sum((node) => node.connections)),
    countText(sum((node) => node.mailboxSum)),
  ];
  const more = nodeRow(cell(`${rest.length} more`, width), figures, 'plain');
  if (dead > 0) more.push(piece(` ✕ ${dead} dead`, 'fail'));
  if (down > 0) more.push(piece(` ${down} down`, 'warn'));
  return [head, ...lines, more];
}

function nodeLine(node: NodeView, cores: number | null, width: number): Line {
  const name = cell(shown(node.name), width);
  if (node.isDown) return [piece(` ${name}`), piece(' down, to come back', 'warn')];
  if (!node.alive) return [piece(` ${name}`), piece(' ✕ dead', 'fail')];
  const figures = [
    // An idle node has a thousandth of a core, which nobody wants to three digits.
    cores === null ? NO_FIGURE : `${figureText(Math.round(cores * 100) / 100)} cores`,
    orDash(node.rssBytes, bytesText),
    orDash(node.runQueue, countText),
    orDash(node.loopLagMs, msText),
    orDash(node.connections, countText),
    orDash(node.mailboxSum, countText),
  ];
  const line = nodeRow(name, figures, 'plain');
  return node.stale ? [...line, piece(' old', 'warn')] : line;
}

function nodeRow(name: string, figures: readonly string[], mark: 'soft' | 'plain'): Piece[] {
  const widths = [11, 9, 10, 9, 12, 9];
  const text = figures.map((figure, index) => cell(figure, widths[index] ?? 9, 'right')).join('');
  return [piece(` ${name}${text}`, mark)];
}

function orDash(value: number | null, write: (value: Known) => string): string {
  return value === null ? NO_FIGURE : write(value);
}

function labelled(label: string, text: string): Line {
  return [piece(` ${cell(label, LABEL - 1)}`, 'bold'), piece(text)];
}

/** Connections, channels, processes, memory of all nodes together. */
export function totalsLine(server: ServerView, columns: number): Line {
  const { connections, channels, processes, rssBytes } = server;
  const items = [
    `${countText(connections)} connections`,
    `${countText(channels)} channels`,
    `${countText(processes)} processes`,
    bytesText(rssBytes),
  ];
  return labelled('all', asManyAsFit(items, columns - LABEL, '  '));
}

/** Messages waiting, and the last 60 s of them in what is left of the line. */
export function mailboxLine({ server, trend }: ObserveView, columns: number): Line {
  const { sum, max, oldestWaitMs } = server?.mailbox ?? { sum: null, max: null, oldestWaitMs: null };
  const text = `${countText(sum)} waiting   longest ${countText(max)}   oldest ${msText(oldestWaitMs)}`;
  const room = Math.min(trend.waiting.length, columns - LABEL - cellsOf(text) - 3 - 5);
  if (room < 8) return labelled('mailboxes', text);
  return [
    ...labelled('mailboxes', `${text}   `),
    piece(sparkline(worstOf(trend.waiting, room), room)),
    piece(' 60 s', 'soft'),
  ];
}

/** The values in that many cells, each the largest of its share; NaN where nothing is known. */
function worstOf(values: readonly number[], cells: number): number[] {
  return Array.from({ length: cells }, (_, index) => {
    const from = Math.floor((index * values.length) / cells);
    const to = Math.max(from + 1, Math.floor(((index + 1) * values.length) / cells));
    const known = values.slice(from, to).filter((value) => Number.isFinite(value));
    return known.length === 0 ? Number.NaN : Math.max(...known);
  });
}

/** How many mailboxes are how long. */
export function lengthsLine({ mailbox }: ServerView, columns: number): Line | null {
  if (mailbox.distribution.length === 0) return null;
  const items = mailbox.distribution.map(({ from, to, count }) => {
    const range =
      to === from
        ? countText(from)
        : to === null
          ? `${countText(from)}+`
          : `${countText(from)}–${countText(to)}`;
    return `${range}: ${countText(count)}`;
  });
  return labelled('lengths', asManyAsFit(items, columns - LABEL));
}

/** The largest tables. */
export function tablesLine({ tables }: ServerView, columns: number): Line {
  const items = tables
    .toSorted((a, b) => b.bytes - a.bytes)
    .map(({ name, rows, bytes }) => `${shown(name, 40)} ${numbered(rows, 'row')} ${bytesText(bytes)}`);
  return labelled('tables', items.length === 0 ? 'none' : asManyAsFit(items, columns - LABEL));
}

/** The most frequent events, per second. */
export function ratesLine({ trend }: ObserveView, columns: number): Line {
  const items = trend.rates
    .filter(({ perSecond }) => perSecond > 0)
    .map(({ name, perSecond }) => `${shown(name, 60)} ${figureText(perSecond)}/s`);
  return labelled('events', items.length === 0 ? 'none a second' : asManyAsFit(items, columns - LABEL));
}
