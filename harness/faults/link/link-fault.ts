/** What a fault on the driver's own sockets is, inside a worker. */
import type { FaultParams } from '../../scenario/fault-spec.ts';
import type { PhoenixSocket } from '../../wire/phoenix-socket.ts';
import type { RoughLink, RoughLinks } from '../../wire/rough-link.ts';
import type { StageTime } from '../../wire/stage.ts';

export type LinkTarget = { readonly index: number; readonly socket: PhoenixSocket };

export type LinkWorld = StageTime & {
  forMs: number;
  seed: number;
  /** Those of this worker that are rough now, by this fault or another. */
  links: RoughLinks;
  /** Told the ref of each message that goes out with another join_ref than its own. */
  forged?: (ref: number) => void;
  /** Does something with each of many things, now where they are few: sends and reads come in between. */
  spread<Thing>(things: Iterable<Thing>, act: (thing: Thing) => void): Promise<void>;
};

/** A fault that is on. */
export type Strike = {
  /** Acts on a client that is there, if it is one of those it hits; true when it was. */
  hit(target: LinkTarget): boolean;
  /** What happens once happens to those that were hit since the last time; resolves when it has, and the slow part of it comes later. */
  fall?(): Promise<void>;
  /** The client of that index is about to connect, over a link that is made when it is asked for. */
  connecting?(index: number, link: () => RoughLink): void;
  /** From now on it hits so large a share; those who are there are asked again. One that has no share has none of this. */
  raise?(share: number): void;
  /** Undoes what can be undone, and calls off what has not been done; resolves when all of it is. */
  lift(): Promise<void>;
};

/** Puts the fault on; whom it hits is asked client by client. */
export type LinkFault = (world: LinkWorld, params: FaultParams) => Strike;
