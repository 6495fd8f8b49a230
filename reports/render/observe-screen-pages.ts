/** The pages of the observer's screen beside the processes: tables, events, the supervision tree, help. */

import type { ObserveView } from '../../harness/record/observe-view.ts';
import { bytesText, countText, figureText, numbered } from './figures.ts';
import { cell, shown } from './observe-screen-width.ts';
import { type Piece, piece } from './terminal.ts';

type Lines = (readonly Piece[])[];

/** Tables, the largest first. */
export function tablePage({ server }: ObserveView, columns: number): Lines {
  const tables = (server?.tables ?? []).toSorted((a, b) => b.bytes - a.bytes);
  const name = Math.max(12, Math.min(50, columns - 32));
  return [
    [piece(` ${cell('table', name)}${cell('rows', 14, 'right')}${cell('memory', 14, 'right')}`, 'soft')],
    ...tables.map((table) => [
      piece(` ${cell(shown(table.name), name)}`),
      piece(`${cell(countText(table.rows), 14, 'right')}${cell(bytesText(table.bytes), 14, 'right')}`),
    ]),
    ...(tables.length === 0 ? [[piece(' no table', 'soft')]] : []),
  ];
}

/** Telemetry events, the most frequent first. */
export function eventPage({ server, trend }: ObserveView, columns: number): Lines {
  const rates = new Map(trend.rates.map(({ name, perSecond }) => [name, perSecond]));
  const events = (server?.events ?? []).toSorted(
    (a, b) => (rates.get(b.name) ?? 0) - (rates.get(a.name) ?? 0) || b.count - a.count,
  );
  const name = Math.max(12, Math.min(60, columns - 32));
  return [
    [piece(` ${cell('event', name)}${cell('a second', 14, 'right')}${cell('so far', 14, 'right')}`, 'soft')],
    ...events.map((event) => {
      const rate = rates.get(event.name);
      const perSecond = rate === undefined ? '–' : figureText(rate);
      return [
        piece(` ${cell(shown(event.name), name)}`),
        piece(`${cell(perSecond, 14, 'right')}${cell(countText(event.count), 14, 'right')}`),
      ];
    }),
    ...(events.length === 0 ? [[piece(' no event is told', 'soft')]] : []),
  ];
}

/** The supervision tree, parents above their children. */
export function supervisorPage({ server }: ObserveView): Lines {
  const places = server?.supervisors ?? [];
  return [
    [piece(' supervision tree', 'soft')],
    ...places.map(({ depth, name, pid, kind, strategy, children }) => [
      piece(` ${'  '.repeat(Math.min(depth, 12))}${shown(name, 60)}`, children === null ? 'plain' : 'bold'),
      piece(
        [
          pid === null || pid === name ? '' : `  ${shown(pid, 30)}`,
          kind === '' ? '' : `  ${shown(kind, 30)}`,
          strategy === null ? '' : `  ${shown(strategy, 30)}`,
        ].join(''),
        'soft',
      ),
      piece(children === null ? '' : `  ${numbered(children, 'child', 'children')}`),
    ]),
    ...(places.length === 0 ? [[piece(' this server tells no supervision tree', 'soft')]] : []),
  ];
}

const HELP: readonly (readonly [string, string])[] = [
  ['↑ ↓  k j', 'select a process, or scroll a page; PgUp PgDn Home End'],
  ['Enter', 'open the process: links, monitors, callbacks, state'],
  ['Esc  q', 'back; on the table, leave. Ctrl-C leaves from anywhere'],
  ['s', 'sort by the next: len, oldest wait, handled, bytes waiting, idle'],
  ['/', 'only kinds, topics and names that hold a text'],
  ['n', 'only one node, the next one, all again'],
  ['t', 'tables'],
  ['e', 'telemetry events'],
  ['v', 'the supervision tree'],
  ['p', 'pause: nothing is asked, the figures stand still'],
  ['h  ?', 'this page'],
];

export function helpPage(): Lines {
  return [
    [piece(' keys', 'soft')],
    ...HELP.map(([keys, what]) => [piece(` ${cell(keys, 10)}`, 'bold'), piece(what)]),
    [],
    [piece(' len is the mailbox now, most the longest it ever was, oldest how long its')],
    [piece(' first message has waited. While a process is open its callbacks are timed.')],
    [piece(' Figures of a silent server stay, with their age; it is asked until it answers.')],
  ];
}
