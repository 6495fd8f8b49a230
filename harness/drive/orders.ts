/** What conductor and workers say to each other, beside the windows. */
import type { FaultParams } from '../scenario/fault-plan.ts';
import type { Published } from './delta-codec.ts';

/** All a worker needs to know before the first arrival. */
export type WorkerPlan = {
  worker: number;
  workers: number;
  scenarioFile: string;
  clients: number;
  rampMs: number;
  /** Whole run: ramp and hold. */
  totalMs: number;
  rate: number | null;
  seed: number;
  env: Record<string, string>;
  target: TargetAddress;
  /** Connects a worker keeps under way at once; further arrivals wait, and their lateness counts. */
  connectsAtOnce: number;
};

export type TargetAddress = {
  host: string;
  port: number;
  /** Path of the WebSocket with the query of the target's URL, `vsn` included. */
  path: string;
  /** Source addresses to spread clients over; empty lets the kernel choose. */
  sourceAddresses: string[];
};

export type Order =
  | { type: 'plan'; plan: WorkerPlan }
  | { type: 'start'; startUs: number }
  /** Act on a share of the clients' links; answered by `struck`. */
  | { type: 'strike'; id: string; kind: string; params: FaultParams; seed: number; forMs: number }
  | { type: 'lift'; id: string }
  /** Broadcasts that were published, wherever. */
  | { type: 'learn'; published: Published[] }
  /** The plan is over: send nothing new, keep receiving. */
  | { type: 'stop' }
  /** Last window, then cut every connection. */
  | { type: 'finish' };

export type Answer =
  | { type: 'hello'; worker: number; pid: number }
  | { type: 'ready' }
  | { type: 'struck'; id: string; clients: number }
  | { type: 'lifted'; id: string }
  | { type: 'threw'; message: string; stack: string; client: number | null; problems?: unknown }
  | { type: 'done'; causes: [string, number][] };
