/** A narrow link: so many bytes a second each way, frames and all. */
import { bandwidthPace, PacedStage } from '../../wire/paced-stage.ts';
import { goes } from './direction.ts';
import { lasting } from './lasting.ts';

export const bandwidth = lasting((params, world) => {
  const pace = bandwidthPace(Number(params['bytesPerSecond']));
  const stage = (way: 'in' | 'out'): PacedStage | null =>
    goes(way, params) ? new PacedStage(world, pace) : null;
  return () => ({ out: stage('out'), in: stage('in') });
});
