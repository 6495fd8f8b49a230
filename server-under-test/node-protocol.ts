import type { ServerConfig } from './config.ts';
import type { FaultOrder } from './faults/fault.ts';
import type { ProcessQuery } from './telemetry/process-list.ts';

/** What the primary asks of a node over IPC. */
export type NodeRequest =
  | { readonly op: 'boot'; readonly node: number; readonly config: ServerConfig; readonly folder: string }
  | { readonly op: 'join-mesh'; readonly nodes: number }
  /** Of a node that starts again: the others may be anywhere, and it waits for so many of them. */
  | { readonly op: 'rejoin-mesh'; readonly awaited: number }
  /** That node listens again: call it now. */
  | { readonly op: 'hurry'; readonly node: number }
  /** Netsplits as they stand: cut off from these nodes, and from no other. */
  | { readonly op: 'cut-off'; readonly from: readonly number[] }
  | { readonly op: 'listen'; readonly port: number }
  | { readonly op: 'observe' }
  | { readonly op: 'processes'; readonly query: ProcessQuery }
  | { readonly op: 'process'; readonly id: number }
  | { readonly op: 'inject'; readonly order: FaultOrder }
  | { readonly op: 'renew'; readonly id: string; readonly ttlMs: number }
  | { readonly op: 'share'; readonly id: string; readonly share: number }
  | { readonly op: 'lift'; readonly id: string }
  | { readonly op: 'hits'; readonly id: string }
  | { readonly op: 'faults' }
  | { readonly op: 'broadcast'; readonly topic: string; readonly event: string; readonly payload: unknown }
  | { readonly op: 'drain' }
  | { readonly op: 'stop'; readonly graceMs: number };

export interface NodeCall {
  readonly id: number;
  readonly request: NodeRequest;
}

export interface NodeAnswer {
  readonly id: number;
  readonly result?: unknown;
  /** Present when it failed. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** Exit code of a node whose application is down: its top supervisor gave up. */
export const APPLICATION_DOWN = 70;

/** The Unix socket a node listens at for the others. */
export function meshPath(folder: string, node: number): string {
  return `${folder}/node${node}.sock`;
}
