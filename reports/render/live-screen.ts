/** What a terminal shows while a run goes: one screen of six lines, or one plain line a second. */

import { formatClock } from '../../harness/base/units.ts';
import type { LiveView } from '../../harness/record/live-view.ts';
import { countText, figureText, msText, numbered } from './figures.ts';
import { field, type Mark, outside, type Piece, piece, writeLine } from './terminal.ts';

const BLOCKS = '▁▂▃▄▅▆▇█';
const EIGHTHS = ' ▏▎▍▌▋▊▉';
const SPARK_WIDTH = 10;
const BAR_WIDTH = 24;

/** The last values as blocks, the largest at full height; what is not known is a space. */
export function sparkline(values: readonly number[], width = SPARK_WIDTH): string {
  const last = values.slice(-width);
  const most = last.reduce((largest, one) => (Number.isFinite(one) ? Math.max(largest, one) : largest), 0);
  const blocks = last.map((one) => {
    if (!Number.isFinite(one)) return ' ';
    const step = most > 0 ? Math.round((Math.max(0, one) / most) * (BLOCKS.length - 1)) : 0;
    return BLOCKS.charAt(step);
  });
  return blocks.join('').padStart(width);
}

/** How much is done, 0..1, in eighths of a character. */
export function progressBar(share: number, width = BAR_WIDTH): string {
  const done = Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0;
  const eighths = Math.round(done * width * 8);
  const full = Math.floor(eighths / 8);
  const part = eighths % 8 === 0 ? '' : EIGHTHS.charAt(eighths % 8);
  return `▕${('█'.repeat(full) + part).padEnd(width)}▏`;
}

/**
 * The screen: run, clients, push, broadcast, server, driver; each line at most
 * `columns` characters wide. Colour marks what is wrong, the words say it.
 */
export function renderLive(view: LiveView, options: { columns: number; colour: boolean }): string[] {
  const columns = Math.max(20, Math.floor(options.columns) || 80);
  const lines = [
    headLine(view, columns),
    clientsLine(view),
    pushLine(view),
    broadcastLine(view),
    serverLine(view),
    driverLine(view),
  ];
  return lines.map((line) => writeLine(line, options.colour, columns));
}

/** Columns of the screen: name, figures, sparkline, a second figure, what is being done. */
function row(name: string, figures: Piece, spark: string, second: Piece, third: Piece): Piece[] {
  return [
    piece(` ${field(name, 10)}`, 'bold'),
    { ...figures, text: field(figures.text, 34) },
    piece(field(spark, 12), 'soft'),
    { ...second, text: field(second.text, 16) },
    third,
  ];
}

function headLine(view: LiveView, columns: number): Piece[] {
  const clock = `${formatClock(view.elapsedMs)} of ${formatClock(view.totalMs)}`;
  const bar = progressBar(view.totalMs > 0 ? view.elapsedMs / view.totalMs : 0);
  // The clock and its bar stand at the right of a wide screen; the target makes room for them.
  const right = columns >= 80 ? `${clock}  ${bar}` : clock;
  const room = Math.max(0, Math.min(columns, 118) - 12 - right.length - 1);
  const left = outside(
    `${view.scenario}  ${view.phase === '' ? '' : `${view.phase}  `}${view.target}`,
    Math.max(1, room - 1),
  );
  return [piece(' firedrill  ', 'bold'), piece(field(left, room)), piece(right)];
}

function clientsLine(view: LiveView): Piece[] {
  const joined = `${countText(view.clients.joined)} / ${countText(view.clients.planned)}`;
  const fault = view.fault
    ? `fault  ${outside(view.fault.name, 40)}, ${msText(view.fault.leftMs)} left`
    : 'no fault on';
  const figures = `${field(joined, 25)} joins/s`;
  return row(
    'clients',
    piece(figures),
    countText(view.joinsPerSecond),
    bad(`drops ${countText(view.drops)}`, view.drops > 0),
    piece(fault, view.fault ? 'warn' : 'soft'),
  );
}

function pushLine(view: LiveView): Piece[] {
  const { push } = view;
  const figures = push ? `${field(`p50 ${msText(push.p50)}`, 13)}p99 ${msText(push.p99)}` : 'none answered';
  const rate = `${figureText(view.sentPerSecond)}/s of ${figureText(view.plannedPerSecond)}/s planned`;
  return row(
    'push',
    piece(figures),
    sparkline(view.history.pushP99),
    bad(`timeouts ${countText(view.pushTimeouts)}`, view.pushTimeouts > 0),
    piece(rate),
  );
}

function broadcastLine(view: LiveView): Piece[] {
  const one = view.broadcast;
  const figures = one ? `last of ${countText(one.receivers)}  ${msText(one.lastMs)}` : 'none yet';
  const spark = one ? sparkline(view.history.broadcastLast) : '';
  return row(
    'broadcast',
    piece(figures),
    spark,
    bad(`missing ${countText(view.missing)}`, view.missing > 0),
    piece(''),
  );
}

function serverLine(view: LiveView): Piece[] {
  const { server } = view;
  if (!server) return row('server', piece('not measured: no control port', 'soft'), '', piece(''), piece(''));
  const cpu = server.cpu === null ? '' : field(`cpu ${figureText(server.cpu)} cores`, 16);
  const worst = server.worst
    ? `${outside(server.worst.topic, 30)} ${countText(server.worst.len)} waiting`
    : '';
  return row(
    'server',
    piece(`${cpu}mailboxes ${countText(server.mailboxSum)}`),
    sparkline(view.history.mailboxSum),
    piece(`oldest ${msText(server.oldestWaitMs)}`),
    piece(worst),
  );
}

function driverLine(view: LiveView): Piece[] {
  const { latenessP99Ms, saturated } = view.driver;
  const state = saturated ? 'LATE' : 'at ease';
  return row(
    'driver',
    piece(`lateness p99 ${msText(latenessP99Ms)}`),
    '',
    bad(state, saturated),
    piece('Ctrl-C: stop and report', 'soft'),
  );
}

function bad(text: string, isBad: boolean): Piece {
  const mark: Mark = isBad ? 'fail' : 'plain';
  return piece(text, mark);
}

/** The same as one plain line, for a log: no colour, no blocks, one key after the other. */
export function renderLiveLine(view: LiveView): string {
  const parts = [
    `${formatClock(view.elapsedMs)} of ${formatClock(view.totalMs)}`,
    outside(view.phase, 40),
    `clients ${countText(view.clients.joined)} of ${countText(view.clients.planned)}`,
    `pushes ${figureText(view.sentPerSecond)}/s of ${figureText(view.plannedPerSecond)}/s`,
    view.push ? `p50 ${msText(view.push.p50)} p99 ${msText(view.push.p99)}` : 'no push answered',
    numbered(view.pushTimeouts, 'timeout'),
    numbered(view.drops, 'drop'),
    view.broadcast
      ? `broadcast last ${msText(view.broadcast.lastMs)}, missing ${countText(view.missing)}`
      : '',
    view.server ? `mailboxes ${countText(view.server.mailboxSum)}` : '',
    `driver late p99 ${msText(view.driver.latenessP99Ms)}${view.driver.saturated ? ' LATE' : ''}`,
    view.fault ? `fault ${outside(view.fault.name, 40)}, ${msText(view.fault.leftMs)} left` : '',
  ];
  return parts.filter((part) => part !== '').join(' · ');
}
