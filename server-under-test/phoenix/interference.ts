import { Obstacles } from '../otp/obstacles.ts';
import type { Channel } from './channel-server.ts';
import type { Opening } from './connect.ts';

/** Where faults get in the way of connections and channels. Each costs one comparison where there are none. */
export class Interference {
  /** Met before connect/3, in the HTTP request that runs it. */
  readonly connects = new Obstacles<Opening>();
  /** Met before join/3, the transport held. */
  readonly joins = new Obstacles<Channel>();
  /** Met before handle_in, with the event as the detail. */
  readonly handlers = new Obstacles<Channel>();
  /** Met by a channel whose transport has died, between its backlog and its terminate (phoenix-semantics 2.9). */
  readonly orphans = new Obstacles<Channel>();
}
