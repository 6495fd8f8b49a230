import type { Runtime } from '../otp/runtime.ts';
import type { Presence } from '../presence/presence.ts';
import type { PubSub } from '../pubsub/pubsub.ts';
import type { Logger } from '../telemetry/logger.ts';

/** What a node lends its application. */
export interface NodeParts {
  readonly runtime: Runtime;
  readonly presence: Presence;
  readonly pubsub: PubSub;
  readonly logger: Logger;
  /** Sockets connect only with `token=<this>`, whatever the application says; null for all. */
  readonly secret: string | null;
}

const PARTS = new WeakMap<Runtime, NodeParts>();

/** Lets the calls of an application find their node. */
export function lendParts(parts: NodeParts): void {
  PARTS.set(parts.runtime, parts);
}

/** The parts of the node a process lives on. */
export function partsOf(runtime: Runtime): NodeParts {
  const parts = PARTS.get(runtime);
  if (parts === undefined) throw new Error('this node runs no application');
  return parts;
}
