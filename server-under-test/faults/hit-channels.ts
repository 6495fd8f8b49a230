import type { Channel } from '../phoenix/channel-server.ts';
import type { EndpointContext } from '../phoenix/context.ts';
import { joinedChannels } from './channel-choice.ts';

/** So many ids are kept before those of channels that are gone become a mere number. */
const ROOM = 200_000;

/**
 * The channels a fault has hit, each once, by the ids of their processes: one that rejoins is another.
 *
 * A channel that is known costs a look into a set of small integers, and nobody walks through all of them but `of`.
 */
export class HitChannels {
  private readonly target: EndpointContext;
  private readonly matches: (topic: string) => boolean;
  private readonly least: number;
  private room: number;
  private ids = new Set<number>();
  /** Hit, and gone since: an id is not given twice. */
  private gone = 0;

  constructor(target: EndpointContext, matches: (topic: string) => boolean, room = ROOM) {
    this.target = target;
    this.matches = matches;
    this.least = this.room = room;
  }

  get count(): number {
    return this.gone + this.ids.size;
  }

  /** Ids that are kept. */
  get kept(): number {
    return this.ids.size;
  }

  /** Notes one of the node's joined channels. */
  add({ id }: Pick<Channel, 'id'>): void {
    this.ids.add(id);
    if (this.ids.size > this.room) this.forgetGone();
  }

  /** All that were hit, and whoever is joined now, matches and was not. */
  of(): number {
    let others = 0;
    for (const { id, topic } of joinedChannels(this.target)) {
      if (!this.ids.has(id) && this.matches(topic)) others += 1;
    }
    return this.count + others;
  }

  private forgetGone(): void {
    const here = new Set<number>();
    for (const { id } of joinedChannels(this.target)) if (this.ids.has(id)) here.add(id);
    this.gone += this.ids.size - here.size;
    this.ids = here;
    this.room = Math.max(this.least, 2 * here.size);
  }
}
