/** What a terminal shows of a diagnosis: the answer, the limits, the settings, the programs. */
import { field, outside, piece, wrapPieces, writeLine, type Piece } from '../../reports/render/terminal.ts';
import { formatBytes, formatCount } from '../base/units.ts';
import type { Diagnosis, LimitRow, Room } from '../doctor/diagnose.ts';
import type { Check } from '../doctor/checks.ts';
import type { Tool } from '../doctor/tools.ts';
import { BEYOND_ASKING, type LimitKind } from '../target/machine-limits.ts';

const NAMES: Record<LimitKind, string> = {
  descriptors: 'open files a process',
  workers: 'open files of --workers',
  nodes: 'open files of --nodes',
  memory: 'memory',
  ports: 'local ports',
  conntrack: 'connection table',
  'open-files': 'open files in all',
  epoll: 'watched descriptors',
};
const NAME = 22;
const FIGURE = 15;
/** Where the second column of a list begins: two for the margin, two for the sign. */
const INDENT = 4 + NAME;

const GOOD = piece('✓ ', 'pass');
const BAD = piece('✕ ', 'fail');
const MIND = piece('? ', 'warn');

/** The table in lines of at most `columns` characters; colour repeats what signs and words say. */
export function renderDiagnosis(
  diagnosis: Diagnosis,
  fits: boolean,
  { columns, colour }: { columns: number; colour: boolean },
): string {
  const { machine, limits, checks, tools } = diagnosis;
  const cpu = `${outside(machine.cpuModel, 40)}, ${formatCount(machine.cores)} cores`;
  const memory = `${formatBytes(machine.availableBytes)} of ${formatBytes(machine.memoryBytes)} available`;
  const lines: Piece[][] = [
    [piece(`${cpu}, ${memory}, ${machine.platform}, Node ${machine.node}`, 'soft')],
    [],
    ...answerLines(diagnosis, fits, columns),
    [],
    [
      piece(field('  limit', INDENT), 'bold'),
      piece(field('server here', FIGURE, 'right'), 'bold'),
      piece(field('elsewhere', FIGURE, 'right'), 'bold'),
      piece('  what was found', 'bold'),
    ],
    ...limits.flatMap((row) => limitLines(row, diagnosis.clients, columns)),
    [],
    [piece('  settings', 'bold')],
    ...checks.flatMap((check) => checkLines(check, columns)),
    [],
    [piece('  programs', 'bold')],
    ...tools.flatMap((tool) => toolLines(tool, columns)),
  ];
  return lines.map((line) => writeLine(line, colour, columns)).join('\n');
}

function answerLines(
  { clients, withServer, elsewhere }: Diagnosis,
  fits: boolean,
  columns: number,
): Piece[][] {
  const asked = `${formatCount(clients)} clients`;
  const verdict = fits
    ? [piece('✓ FITS', 'pass'), piece(`  ${asked} fit this machine`)]
    : [piece('✕ DOES NOT FIT', 'fail'), piece(`  ${asked} are more than this machine holds`)];
  const shape = `${formatCount(withServer.workers)} load workers and ${formatCount(withServer.nodes)} server nodes, about ${formatBytes(withServer.memoryBytes)}`;
  return [
    verdict,
    ...wrapPieces([piece(`  with the bundled server here: ${roomText(withServer)}; ${shape}`)], columns, 4),
    ...wrapPieces([piece(`  with the target elsewhere: ${roomText(elsewhere)}`)], columns, 4),
  ];
}

function roomText({ holds, binds }: Room): string {
  return `${holdsText(holds)} clients, limited by ${NAMES[binds]}`;
}

function limitLines(row: LimitRow, clients: number, columns: number): Piece[][] {
  const isShort = row.holdsWithServer < clients;
  const isShortThere = row.holdsElsewhere < clients;
  const head = [
    piece('  '),
    isShort ? BAD : isShortThere ? MIND : GOOD,
    piece(field(NAMES[row.kind], NAME)),
    piece(field(holdsText(row.holdsWithServer), FIGURE, 'right'), isShort ? 'fail' : 'plain'),
    piece(field(holdsText(row.holdsElsewhere), FIGURE, 'right'), isShortThere ? 'warn' : 'plain'),
  ];
  const indent = INDENT + 2 * FIGURE + 2;
  const found = wrapPieces([...head, piece(`  ${row.limit}`, 'soft')], columns, indent);
  return [...found, ...liftLines(row.lift, columns)];
}

function checkLines({ name, found, isFine, lift }: Check, columns: number): Piece[][] {
  const head = [piece('  '), isFine ? GOOD : MIND, piece(field(name, NAME))];
  return [...wrapPieces([...head, piece(found, 'soft')], columns, INDENT), ...liftLines(lift, columns)];
}

function toolLines({ name, version, problem, needed, lift }: Tool, columns: number): Piece[][] {
  const isReady = version !== null && problem === null;
  const state = version === null ? 'not found' : [version, ...(problem === null ? [] : [problem])].join(', ');
  const head = [piece('  '), isReady ? GOOD : MIND, piece(field(name, NAME))];
  const line = wrapPieces([...head, piece(`${state}; for ${needed}`, 'soft')], columns, INDENT);
  return [...line, ...liftLines(isReady ? null : lift, columns)];
}

/** A command is never wrapped: it is there to be copied. */
function liftLines(lift: string | null, columns: number): Piece[][] {
  if (lift === null) return [];
  const indent = lift.length + INDENT <= columns ? INDENT : 4;
  return [[piece(' '.repeat(indent)), piece(lift, 'bold')]];
}

function holdsText(holds: number): string {
  return holds >= BEYOND_ASKING ? 'no limit' : formatCount(holds);
}
