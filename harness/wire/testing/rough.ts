/** Makes the link of a real connection bad, on a clock that the test moves. */
import { ManualClock } from '../../base/clock.ts';
import { TimerWheel } from '../../base/timer-wheel.ts';
import { RoughLink, type Condition, type RoughLinks } from '../rough-link.ts';
import { ShutStage } from '../shut-stage.ts';
import type { StageTime } from '../stage.ts';
import type { ClientConnection } from '../transport.ts';

export type Rough = {
  clock: ManualClock;
  wheel: TimerWheel;
  links: RoughLinks;
  link: RoughLink;
  lift(): void;
};

/** From now on, or for a connection that is still to be made. */
export function rough(connection: ClientConnection | null, make: (time: StageTime) => Condition): Rough {
  const clock = new ManualClock(1_000_000);
  const wheel = new TimerWheel(clock);
  const links: RoughLinks = new Set();
  const link = connection === null ? new RoughLink(links) : connection.roughen(links);
  const by = {};
  link.add(by, make({ clock, wheel }));
  return { clock, wheel, links, link, lift: () => link.lift(by) };
}

/** Half-open. */
export const dark = (time: StageTime): Condition => ({
  out: new ShutStage(time),
  in: new ShutStage(time),
  stopsReading: true,
});
