/**
 * Bytes travel in small pieces, a little apart: frames that end in the middle of
 * a packet. Over TLS a piece is a record.
 */
import { PacedStage, slicerPace } from '../../wire/paced-stage.ts';
import { lasting } from './lasting.ts';

export const slicer = lasting((params, world) => {
  const pace = slicerPace(Number(params['bytes']), Number(params['delayMs']));
  return () => ({ out: new PacedStage(world, pace), in: new PacedStage(world, pace) });
});
