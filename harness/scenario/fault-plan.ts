/**
 * Faults as a scenario writes them: a kind, parameters with units, a place on
 * the timeline. What a kind does lives in `faults/`; here are its words and ranges.
 */
import type { Duration } from '../base/units.ts';

export type FaultParams = Record<string, string | number | boolean>;

/** A fault on the timeline of a scenario. */
export type FaultPlan = {
  readonly kind: string;
  readonly params: FaultParams;
  /** From the first arrival; undefined until `.at()` was called. */
  readonly atTime?: Duration;
  /** How long it stays; undefined until `.for()` was called. */
  readonly forTime?: Duration;
  /** When it goes on, from the first arrival. */
  at(time: Duration): FaultPlan;
  /** How long it stays on. */
  for(time: Duration): FaultPlan;
};

/** What a parameter may be. */
export type ParamSpec =
  | { type: 'number'; unit: string; min: number; max: number; default?: number }
  | { type: 'share'; default?: number }
  | { type: 'text'; default?: string };

export type FaultSpec = {
  kind: string;
  /** The name of the builder: `fault.slowJoin`. */
  builder: string;
  /** As a person says it, in the plural: `slow joins`. */
  name: string;
  /** `server` needs the bundled server's control port, `link` acts on the driver's own sockets. */
  side: 'server' | 'link';
  params: Record<string, ParamSpec>;
};

const delayMs = { type: 'number', unit: 'ms', min: 1, max: 600_000 } as const;

const CATALOGUE = [
  {
    kind: 'slow_join',
    builder: 'slowJoin',
    name: 'slow joins',
    side: 'server',
    params: {
      delayMs,
      topic: { type: 'text', default: '*' },
      share: { type: 'share', default: 1 },
      rejoin: { type: 'share', default: 0 },
    },
  },
  {
    kind: 'blocking_handler',
    builder: 'blockingHandler',
    name: 'blocking handlers',
    side: 'server',
    params: {
      delayMs,
      topic: { type: 'text', default: '*' },
      share: { type: 'share', default: 1 },
    },
  },
  {
    kind: 'intercept',
    builder: 'intercept',
    name: 'intercepted broadcasts',
    side: 'server',
    params: { event: { type: 'text' }, topic: { type: 'text', default: '*' } },
  },
  {
    kind: 'network_drop',
    builder: 'networkDrop',
    name: 'network drops',
    side: 'link',
    params: { reset: { type: 'share', default: 0 }, blackhole: { type: 'share', default: 0 } },
  },
] as const satisfies readonly FaultSpec[];

/** Every fault there is, by kind. */
export const FAULT_SPECS: readonly FaultSpec[] = CATALOGUE;

/** A kind of the catalogue. */
export type FaultKind = (typeof CATALOGUE)[number]['kind'];

function plan(kind: string, params: FaultParams, atTime?: Duration, forTime?: Duration): FaultPlan {
  return {
    kind,
    params,
    ...(atTime === undefined ? {} : { atTime }),
    ...(forTime === undefined ? {} : { forTime }),
    at: (time) => plan(kind, params, time, forTime),
    for: (time) => plan(kind, params, atTime, time),
  };
}

/** The builders of a scenario's `faults`, each finished with `.at(time).for(time)`. */
export const fault = {
  /**
   * join/3 of matching topics takes `delayMs`, and the whole connection waits with it
   * (phoenix-semantics 3.1). `rejoin` is the share of clients that rejoin during the window.
   */
  slowJoin: (params: { delayMs: number; topic?: string; share?: number; rejoin?: number }): FaultPlan =>
    plan('slow_join', params),
  /** handle_in takes `delayMs` in a `share` of the matching topics; each channel's mailbox waits (3.1). */
  blockingHandler: (params: { delayMs: number; topic?: string; share?: number }): FaultPlan =>
    plan('blocking_handler', params),
  /** Broadcasts of `event` pass through every subscribed channel process instead of the fastlane (4.1). */
  intercept: (params: { event: string; topic?: string }): FaultPlan => plan('intercept', params),
  /** A share of connections is reset, another is half-open until the fault is lifted. */
  networkDrop: (params: { reset?: number; blackhole?: number }): FaultPlan => plan('network_drop', params),
};
