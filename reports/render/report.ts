/**
 * One run as one page: self-contained, no network, works from file://. The
 * order is the order of a reader's questions: is it good, how big, when and
 * why, how bad and for whom, what did each fault do; then everything else.
 */

import { createHash } from 'node:crypto';
import type { RunRecord } from '../../harness/record/run-record.ts';
import { faultSpans } from './fault-spans.ts';
import { hatchDefinitions } from './html/chart/hatch.ts';
import { CURSOR_SCRIPT } from './html/cursor-script.ts';
import { el, inline } from './html/markup.ts';
import { booksSection } from './html/sections/books.ts';
import { deliveriesSection } from './html/sections/deliveries.ts';
import { environmentSection } from './html/sections/environment.ts';
import { faultsSection } from './html/sections/faults.ts';
import { figuresSection } from './html/sections/figures-row.ts';
import { headSection, scenarioText, titleText } from './html/sections/head.ts';
import { histogramsSection } from './html/sections/histograms.ts';
import { mailboxesSection } from './html/sections/mailboxes.ts';
import { metricsSection } from './html/sections/metrics-table.ts';
import { percentilesSection } from './html/sections/percentiles.ts';
import { refusalsSection } from './html/sections/refusals.ts';
import { steadyStateSection } from './html/sections/steady-state.ts';
import { thresholdsSection } from './html/sections/thresholds.ts';
import { timelineSection } from './html/sections/timeline.ts';
import { timeoutCausesSection, timeoutsSection } from './html/sections/timeouts.ts';
import { verdictSection } from './html/sections/verdict.ts';
import { styleSheet } from './html/style.ts';
import { VERDICT_WORDS } from './verdict-words.ts';

/** What the page may do: show itself and run its one script; nothing may be loaded or sent. */
function contentPolicy(): string {
  const digest = createHash('sha256').update(CURSOR_SCRIPT).digest('base64');
  return `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
}

/** The report of a run as one HTML page. Pure: the same record gives the same bytes. */
export function renderReport(record: RunRecord): string {
  const { summary } = record;
  const spans = faultSpans(summary);
  const { sign, word } = VERDICT_WORDS[summary.verdict.status];
  const refusals = refusalsSection(summary);
  // Where nobody came in, nothing below says more than why.
  const isFirst = summary.clients.joined === 0;
  const page = el(
    'html',
    { lang: 'en' },
    el(
      'head',
      {},
      el('meta', { charset: 'utf-8' }),
      el('meta', { 'http-equiv': 'Content-Security-Policy', content: contentPolicy() }),
      el('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      el('meta', { name: 'color-scheme', content: 'light dark' }),
      el('meta', { name: 'generator', content: `firedrill ${summary.firedrill}` }),
      el('title', {}, `${sign} ${word} · ${scenarioText(summary)} · ${titleText(summary)}`),
      inline('style', styleSheet()),
    ),
    el(
      'body',
      {},
      hatchDefinitions(spans),
      el(
        'main',
        {},
        headSection(summary),
        verdictSection(record),
        figuresSection(record, spans),
        isFirst && refusals,
        timelineSection(record, spans),
        el(
          'div',
          { class: 'columns' },
          el('div', {}, percentilesSection(record), thresholdsSection(summary, spans)),
          histogramsSection(record),
        ),
        steadyStateSection(summary.drill),
        faultsSection(summary, spans),
        !isFirst && refusals,
        el('div', { class: 'columns' }, timeoutsSection(record), deliveriesSection(record)),
        timeoutCausesSection(record),
        booksSection(record),
        mailboxesSection(record, spans),
        environmentSection(record),
        metricsSection(record),
      ),
      inline('script', CURSOR_SCRIPT),
    ),
  );
  return `<!doctype html>\n${page.markup}\n`;
}
