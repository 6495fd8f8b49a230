/** Did the steady state hold? A row for each look and expression, and what was left on. */

import type { DrillLook, DrillProbe, DrillSummary } from '../../../../harness/record/drill-record.ts';
import {
  asThreshold,
  checkText,
  duringText,
  LOOK_SIGNS,
  LOOK_STATUS,
  lookName,
  lookTime,
} from '../../steady-state.ts';
import { actualText, comparisonOf, limitText } from '../../threshold-words.ts';
import { visibleLine } from '../../visible-text.ts';
import { all, el, type Markup } from '../markup.ts';
import { card, type Cell, nothing, type Row, section, table } from '../table.ts';

const COLUMNS = [
  { head: 'look' },
  { head: 'over', number: true },
  { head: 'expression' },
  { head: 'limit', number: true },
  { head: 'actual', number: true },
];

/** Column of the expression: rows after a look's first begin there. */
const EXPRESSION_COLUMN = 2;

/** The section of a drill; null for any other run. */
export function steadyStateSection(drill: DrillSummary | undefined): Markup | null {
  if (drill === undefined) return null;
  const rows = drill.looks.flatMap((look) => lookRows(look, drill));
  const during = duringText(drill);
  return section(
    'steady-state',
    'Steady state',
    visibleLine(checkText(drill), 120),
    card(
      rows.length === 0
        ? nothing('The drill ended before the steady state was looked at.')
        : table('Steady state', COLUMNS, rows),
      during !== '' && el('p', { class: 'left-out' }, `${during}.`),
      ...drill.left.map((left) =>
        el(
          'p',
          { class: 'left-out' },
          `Left on: ${visibleLine(left.name, 60)}; ${visibleLine(left.endsBy, 200)}.`,
          left.byHand !== null && all(' To end it now: ', el('code', {}, visibleLine(left.byHand, 300))),
        ),
      ),
    ),
  );
}

function lookRows(look: DrillLook, drill: DrillSummary): Row[] {
  return look.probes.map((probe, index): Row => {
    const cells = probeCells(probe);
    if (index > 0) return { startsAt: EXPRESSION_COLUMN, cells };
    const rows = look.probes.length;
    return [{ cell: lookName(look, drill), rows }, { cell: lookTime(look), rows }, ...cells];
  });
}

function probeCells(probe: DrillProbe): Cell[] {
  const threshold = asThreshold(probe);
  const bad = probe.status === 'deviated' ? 'bad' : '';
  return [
    all(
      el('span', { class: `sign ${LOOK_STATUS[probe.status]}` }, LOOK_SIGNS[probe.status]),
      el('span', { class: 'unseen' }, `${probe.status}: `),
      el('code', {}, visibleLine(`${probe.metric} ${comparisonOf(probe.expression).statistic}`, 120)),
      probe.reason !== undefined && el('span', { class: 'why' }, visibleLine(probe.reason, 200)),
    ),
    limitText(threshold),
    { cell: actualText(threshold), className: bad },
  ];
}
