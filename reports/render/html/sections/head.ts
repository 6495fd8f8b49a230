/** The line above the title, the title, and what the scenario is about. */

import type { Summary } from '../../../../harness/record/run-record.ts';
import { countText, momentText, msText } from '../../figures.ts';
import { visibleLine } from '../../visible-text.ts';
import { el, type Markup } from '../markup.ts';

/** The title of the page, as text. */
export function titleText(summary: Summary): string {
  return `${countText(summary.clients.planned)} clients on ${visibleLine(summary.target, 120)}`;
}

/** The scenario by its name, and which of its variants it was. */
export function scenarioText({ scenario, variant }: Summary): string {
  const name = visibleLine(scenario, 80);
  return variant == null ? name : `${name} ${visibleLine(variant, 40)}`;
}

/** The head of the page. */
export function headSection(summary: Summary): Markup {
  const facts = [
    `firedrill ${summary.firedrill}`,
    scenarioText(summary),
    `seed ${String(summary.seed)}`,
    momentText(summary.startedAt),
    msText(summary.durationMs),
  ];
  return el(
    'header',
    {},
    el('p', { class: 'facts' }, facts.join('  ·  ')),
    el('h1', {}, titleText(summary)),
    summary.about !== '' && el('p', { class: 'about' }, visibleLine(summary.about, 300)),
    summary.finding != null && el('p', { class: 'about' }, `Finding: ${visibleLine(summary.finding, 600)}`),
  );
}
