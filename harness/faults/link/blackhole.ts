/**
 * Half-open: nothing gets through in either direction and neither end is told,
 * not even of an end. Of a client that gives up and connects anew not so much as
 * a SYN leaves; all of it does when the fault is lifted.
 */
import type { Condition } from '../../wire/rough-link.ts';
import { ShutStage } from '../../wire/shut-stage.ts';
import type { StageTime } from '../../wire/stage.ts';
import { lasting } from './lasting.ts';

export function dark(time: StageTime): Condition {
  return { out: new ShutStage(time), in: new ShutStage(time), stopsReading: true };
}

export const blackhole = lasting((_params, world) => () => dark(world));
