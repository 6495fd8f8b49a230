/**
 * A rate that moves along straight lines, as pure maths: how many fall due
 * until a time, and the exact inverse: when the n-th does.
 */
import type { PlannedStage } from './planned-load.ts';

export type RateLine = {
  /** How many fall due within the stages; what follows at the last rate is not counted. */
  readonly total: number;
  /** Time of the last stage's end, in microseconds. */
  readonly endUs: number;
  /** How many fall due until then, a fraction included: the integral of the rate. */
  countAt(us: number): number;
  /** When the count rises above `count`, in microseconds; Infinity when it never does. */
  dueUs(count: number): number;
};

type Piece = { startUs: number; lengthUs: number; from: number; to: number; before: number };

/** The line from `from` per second along the stages, and on at the last rate for ever. */
export function rateLine(from: number, stages: readonly PlannedStage[]): RateLine {
  const pieces: Piece[] = [];
  let startUs = 0;
  let rate = from;
  let total = 0;
  for (const { to, forMs } of stages) {
    const lengthUs = forMs * 1e3;
    pieces.push({ startUs, lengthUs, from: rate, to, before: total });
    total += ((rate + to) / 2) * (lengthUs / 1e6);
    startUs += lengthUs;
    rate = to;
  }
  pieces.push({ startUs, lengthUs: Infinity, from: rate, to: rate, before: total });
  return {
    total,
    endUs: startUs,
    countAt: (us) =>
      countIn(
        lastPiece(pieces, (piece) => piece.startUs <= us),
        us,
      ),
    // The last piece that begins at or below the count: a stretch at rate 0 is passed over.
    dueUs: (count) =>
      dueIn(
        lastPiece(pieces, (piece) => piece.before <= count),
        count,
      ),
  };
}

/** The last piece of which `begins` is true, by halving; the first when there is none. */
function lastPiece(pieces: readonly Piece[], begins: (piece: Piece) => boolean): Piece {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (begins(pieces[middle] as Piece)) low = middle;
    else high = middle - 1;
  }
  return pieces[low] as Piece;
}

function countIn(piece: Piece, us: number): number {
  const seconds = Math.max(0, us - piece.startUs) / 1e6;
  const slope = slopeOf(piece);
  return piece.before + seconds * (piece.from + (slope * seconds) / 2);
}

function dueIn(piece: Piece, count: number): number {
  const within = Math.max(0, count - piece.before);
  const slope = slopeOf(piece);
  if (within === 0 && (piece.from > 0 || slope > 0)) return piece.startUs;
  // The root of the parabola, in the form that loses no digits near a slope of 0.
  const root = Math.sqrt(Math.max(0, piece.from * piece.from + 2 * slope * within));
  if (piece.from + root === 0) return Infinity;
  return piece.startUs + Math.min(piece.lengthUs, ((2 * within) / (piece.from + root)) * 1e6);
}

/** Change of the rate, per second and second. */
function slopeOf({ from, to, lengthUs }: Piece): number {
  return from === to || lengthUs === 0 ? 0 : ((to - from) / lengthUs) * 1e6;
}
