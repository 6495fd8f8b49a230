/** What conductor and workers say to each other, beside the windows. */
import type { FaultParams } from '../scenario/fault-spec.ts';
import type { LoadPlan, PlannedRate } from '../scenario/planned-load.ts';
import type { Published } from './delta-codec.ts';
import type { Refusal } from '../base/refusal.ts';

/** All a worker needs to know before the first arrival. */
export type WorkerPlan = {
  worker: number;
  workers: number;
  scenarioFile: string;
  /** Which of its variants; null or absent where it has none. */
  variant?: string | null;
  /** Clients of the whole run. */
  clients: number;
  load: LoadPlan;
  rampMs: number;
  /** Whole run: ramp and hold. */
  totalMs: number;
  rate: PlannedRate;
  seed: number;
  env: Record<string, string>;
  target: TargetAddress;
  /** `bare`: our own connection; `ws`: the stock client, as the reference. */
  transport: 'bare' | 'ws';
  /** A message larger than this ends its connection; the scenario's or the default when absent. */
  maxFrameBytes?: number;
  /** Connects a worker keeps under way at once; further arrivals wait, and their lateness counts. */
  connectsAtOnce: number;
};

/** Where clients connect and with what; parameters, headers and tokens come to workers by the pipe only. */
export type TargetAddress = {
  /** The name or address of the URL, without brackets: what the Host header says. */
  host: string;
  /** IP addresses of the host, looked up once; client i connects to the i-th, in turn. Never empty. */
  addresses: string[];
  port: number;
  /** Path of the WebSocket, without a query. */
  path: string;
  /** Query parameters of the URL and of --param; `vsn` is never among them. */
  params: Record<string, string>;
  headers: Record<string, string>;
  vsn: '2.0.0' | '1.0.0';
  /** phoenix.js's `authToken`, sent as a subprotocol (phoenix-semantics 1.1); null without one. */
  authToken: string | null;
  /** Null for ws://. `servername`: the host, whose certificate it must be; `ca`: PEM of further authorities. */
  tls: { servername: string; ca: string | null } | null;
  /** Source addresses to spread clients over; empty lets the kernel choose. */
  sourceAddresses: string[];
};

export type Order =
  | { type: 'plan'; plan: WorkerPlan }
  | { type: 'start'; startUs: number }
  /** Act on a share of the clients' links; like `raise` and `lift` answered by a `struck` with the same `call`. */
  | {
      type: 'strike';
      call: number;
      id: string;
      kind: string;
      params: FaultParams;
      seed: number;
      forMs: number;
    }
  /** The same fault on a larger share. */
  | { type: 'raise'; call: number; id: string; share: number }
  /** Answered when every link is as it was. */
  | { type: 'lift'; call: number; id: string }
  /** Broadcasts that were published, wherever. */
  | { type: 'learn'; published: Published[] }
  /** The plan is over: send nothing new, keep receiving. */
  | { type: 'stop' }
  /** Last window, then cut every connection. */
  | { type: 'finish' };

/** Clients of a worker that a fault has hit by now, of those that have been there while it was on. */
export type HitClients = { clients: number; there: number };

export type Answer =
  | { type: 'hello'; worker: number; pid: number }
  | { type: 'ready' }
  /** Done, and whom the fault has hit by now. */
  | { type: 'struck'; call: number; id: string; hit: HitClients }
  | { type: 'threw'; message: string; stack: string; client: number | null; problems?: unknown }
  | { type: 'done'; refusals: Refusal[] };
