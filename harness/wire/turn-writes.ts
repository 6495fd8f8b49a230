/**
 * Frames that one turn of the event loop sends to one socket leave in two
 * writes at most: the first at once, so that nothing waits, the others as one
 * when the turn ends. What answers to several messages of one read, or to the
 * upgrade, leaves in one: that turn belongs to this socket alone, and is short.
 */

/** Whoever writes: the first frame of a turn itself, what came after it when told. */
export type TurnWriter = { turnEnds(): void };

const writers: TurnWriter[] = [];

/** Tells the writer when this turn, the promises it has settled included, is over. */
export function whenTurnEnds(writer: TurnWriter): void {
  if (writers.push(writer) === 1) process.nextTick(endTurn);
}

function endTurn(): void {
  for (const writer of writers) writer.turnEnds();
  writers.length = 0;
}
