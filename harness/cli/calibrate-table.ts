/** A calibration for a terminal, and as `key=value` lines for a pipe. */
import { field, outside, piece, wrapPieces, writeLine, type Piece } from '../../reports/render/terminal.ts';
import { formatCount, formatFigure, formatMs, formatShare } from '../base/units.ts';
import { WORK, type Calibration, type Ceiling } from '../calibrate/calibration.ts';

const NAME = 22;
const FIGURE = 15;

const ENDS: Record<Ceiling['endedBy'], string> = {
  driver: 'then the driver was late',
  server: 'then the server was slow',
  plan: 'no more was asked',
};

/** The tables in lines of at most `columns` characters. */
export function renderCalibration(
  calibration: Calibration,
  { columns, colour }: { columns: number; colour: boolean },
): string {
  const { machine, ceilings, noise, pairs, quick, measuredAt, sink } = calibration;
  const cores = formatCount(machine.cores);
  const about = `${outside(machine.cpuModel, 40)}, ${cores} cores, Node ${machine.nodeMajor}, firedrill ${machine.firedrill}`;
  const day = `measured ${measuredAt.slice(0, 10)}${quick ? ', quickly: an order of magnitude' : ''}`;
  const lines: Piece[][] = [
    ...wrapPieces([piece(`${about}; ${day}`, 'soft')], columns, 0),
    [],
    heads(
      'ceiling of the driver',
      'CPU each',
      'one worker',
      `all ${cores} cores`,
      '  reached by one worker here',
    ),
    ...WORK.map((work) => {
      const { cpuUs, perWorker, allCores, reached, endedBy } = ceilings[work];
      const figures = [
        `${formatFigure(cpuUs)} µs`,
        `${formatCount(perWorker)}/s`,
        `${formatCount(allCores)}/s`,
      ];
      const end = piece(`  ${formatCount(reached)}/s, ${ENDS[endedBy]}`, 'soft');
      return [piece(field(`  ${work}`, NAME)), ...figures.map((text) => right(text)), end];
    }),
    [],
    heads(
      'noise floor',
      'typical',
      'shift',
      'at most',
      `  of ${formatCount(pairs)} ${pairs === 1 ? 'pair' : 'pairs'} of identical runs`,
    ),
    ...noise.map(({ metric, statistic, typicalMs, shift, spread }) => {
      const figures = [formatMs(typicalMs), signed(shift), formatShare(spread)];
      return [
        piece(field(`  ${metric} ${statistic}`, NAME + 3)),
        right(figures[0] ?? '', 3),
        right(figures[1] ?? ''),
        right(figures[2] ?? ''),
      ];
    }),
    [],
    ...wrapPieces(
      [
        piece('  '),
        piece(
          `One worker was driven against ${sink}, until it was late. A ceiling is a second of CPU divided by the driver's CPU for one ` +
            'operation: what reaches it is the driver alone, with the server elsewhere. Runs on this machine are told when they come within 80 % of it.',
          'soft',
        ),
      ],
      columns,
      2,
    ),
  ];
  return lines.map((line) => writeLine(line, colour, columns)).join('\n');
}

function heads(name: string, ...rest: string[]): Piece[] {
  const last = rest.pop() ?? '';
  return [
    piece(field(name, NAME), 'bold'),
    ...rest.map((text) => ({ ...right(text), mark: 'bold' as const })),
    piece(last, 'soft'),
  ];
}

function right(text: string, less = 0): Piece {
  return piece(field(text, FIGURE - less, 'right'));
}

function signed(share: number): string {
  return share > 0 ? `+${formatShare(share)}` : formatShare(share);
}

/** The same as `key=value` lines: stable names, plain numbers. */
export function renderCalibrationLines(calibration: Calibration): string {
  const { machine, ceilings, noise, pairs, quick, measuredAt } = calibration;
  const lines = [
    `measured_at=${measuredAt}`,
    `quick=${quick}`,
    `cpu=${outside(machine.cpuModel, 80)}`,
    `cores=${machine.cores}`,
    `node_major=${machine.nodeMajor}`,
    `pairs=${pairs}`,
  ];
  for (const work of WORK) {
    const { cpuUs, perWorker, allCores, reached, endedBy } = ceilings[work];
    lines.push(
      `${work}_cpu_us=${plain(cpuUs)}`,
      `${work}_per_second_one_worker=${Math.round(perWorker)}`,
      `${work}_per_second_all_cores=${Math.round(allCores)}`,
      `${work}_per_second_reached=${Math.round(reached)}`,
      `${work}_ended_by=${endedBy}`,
    );
  }
  for (const { metric, statistic, typicalMs, shift, spread } of noise) {
    const key = `noise_${metric}_${statistic}`;
    lines.push(
      `${key}_ms=${plain(typicalMs)}`,
      `${key}_shift=${plain(shift)}`,
      `${key}_spread=${plain(spread)}`,
    );
  }
  return lines.join('\n');
}

function plain(value: number): string {
  return String(Number(value.toPrecision(4)));
}
