/**
 * Bytes pass in pieces, each at its time: a narrow link, or one that cuts
 * everything small.
 */
import { Stage, type Parcel, type StageTime } from './stage.ts';

/** How pieces follow each other. */
export type Pace = {
  /** Bytes of a piece, the last of a parcel excepted. */
  pieceBytes: number;
  /** A piece takes so long to pass, for each of its bytes. */
  usPerByte: number;
  /** Once it has passed, nothing begins to for so long. */
  restUs: number;
};

/** Pieces a second of a link that passes so many bytes in it: often enough to flow, seldom enough to afford. */
const PIECES_PER_SECOND = 20;

/** So many bytes a second. */
export function bandwidthPace(bytesPerSecond: number): Pace {
  const pieceBytes = Math.ceil(bytesPerSecond / PIECES_PER_SECOND);
  return { pieceBytes, usPerByte: 1e6 / bytesPerSecond, restUs: 0 };
}

/** Pieces of so many bytes, so long apart. */
export function slicerPace(pieceBytes: number, delayMs: number): Pace {
  return { pieceBytes, usPerByte: 0, restUs: delayMs * 1e3 };
}

export class PacedStage extends Stage {
  readonly #pace: Pace;
  /** Until then the piece before is passing, or the rest behind it lasts. */
  #busyUntilUs = 0;

  constructor(time: StageTime, pace: Pace) {
    super(time);
    this.#pace = pace;
  }

  take(parcel: Parcel): void {
    const nowUs = this.time.clock.nowUs();
    const isFirst = this.head === null;
    this.keep(parcel, nowUs);
    if (isFirst) this.expire(nowUs);
  }

  override expire(nowUs: number): void {
    const { pieceBytes, usPerByte, restUs } = this.#pace;
    for (let first = this.head; first !== null; first = this.head) {
      const { parcel, atUs } = first;
      if (typeof parcel === 'function') {
        this.passFirst(first);
        continue;
      }
      const bytes = Math.min(pieceBytes, parcel.length);
      const passedUs = Math.max(atUs, this.#busyUntilUs) + bytes * usPerByte;
      if (passedUs > nowUs) return this.time.wheel.arm(this, passedUs);
      // A narrow link makes up for a late timer; pieces that are to lie apart do so from when they really left.
      this.#busyUntilUs = restUs === 0 ? passedUs : nowUs + restUs;
      if (bytes === parcel.length) this.passFirst(first);
      else this.passPiece(first, parcel, bytes);
    }
  }
}
