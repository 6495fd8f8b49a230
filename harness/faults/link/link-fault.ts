/** What a fault on the driver's own sockets is, inside a worker. */
import type { Clock } from '../../base/clock.ts';
import type { TimerWheel } from '../../base/timer-wheel.ts';
import type { FaultParams } from '../../scenario/fault-plan.ts';
import type { PhoenixSocket } from '../../wire/phoenix-socket.ts';

export type LinkTarget = { index: number; socket: PhoenixSocket };

export type LinkWorld = { clock: Clock; wheel: TimerWheel; forMs: number; seed: number };

export type LinkFault = {
  /** Acts on its share of the targets; returns how many, and what undoes it. */
  strike(
    targets: readonly LinkTarget[],
    world: LinkWorld,
    params: FaultParams,
  ): { clients: number; lift(): void };
};
