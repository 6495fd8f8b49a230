/**
 * Everything that is sent and everything that is read is late, in order. A push
 * counts as sent when the client wrote it: what the link takes, its user feels.
 */
import { hash } from '../../base/random.ts';
import { LateStage } from '../../wire/late-stage.ts';
import { goes } from './direction.ts';
import { lasting } from './lasting.ts';

export const latency = lasting((params, world) => (index) => {
  const lateness = { delayMs: Number(params['delayMs']), jitterMs: Number(params['jitterMs'] ?? 0) };
  const stage = (nth: number): LateStage =>
    new LateStage(world, { ...lateness, seed: hash(world.seed, 2 * index + nth) });
  return { out: goes('out', params) ? stage(0) : null, in: goes('in', params) ? stage(1) : null };
});
