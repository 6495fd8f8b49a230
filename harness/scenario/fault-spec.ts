/**
 * What a fault is in words: its kind, its parameters with their ranges, whom it
 * hits, and where one sees it. What it does lives in `faults/`.
 */
import type { Problem } from '../base/errors.ts';
import { formatShare } from '../base/units.ts';

export type FaultParams = Record<string, string | number | boolean>;

/** What a parameter may be; one without a default has to be given. */
export type ParamSpec =
  | { type: 'number'; unit: string; min: number; max: number; whole?: boolean; default?: number }
  | { type: 'share'; default?: number }
  | { type: 'text'; default?: string }
  | { type: 'choice'; of: readonly string[]; default?: string };

/** Where a fault acts: on the driver's own sockets, through the bundled server's control port, on its node processes, or in the kernel. */
export type FaultSide = 'link' | 'server' | 'kernel' | 'process';

/** A figure of the report that shows a fault, before, during and after it. */
export type EffectName =
  | 'connects'
  | 'joins'
  | 'pushes'
  | 'heartbeats'
  | 'last receiver'
  | 'mailboxes'
  | 'longest mailbox'
  | 'cpu per delivery'
  | 'clients joined'
  | 'errors'
  | 'processes'
  | 'table memory'
  | 'server memory'
  | 'drops'
  | 'missing'
  | 'reconnects'
  | 'timeouts';

export type FaultWords = {
  /** Share of topics or connections hit, 0..1. */
  share: number;
  whom: string;
  what: string;
};

export type FaultSpec = {
  kind: string;
  /** The name of its builder: `fault.slowJoin`. */
  builder: string;
  /** As a person says it, in the plural: `slow joins`. */
  name: string;
  side: FaultSide;
  params: Readonly<Record<string, ParamSpec>>;
  /** The words for it; the parameters have their defaults filled in. */
  words(params: FaultParams): FaultWords;
  /** What shows it; the first is what recovery is judged by, second by second. */
  effects: readonly [EffectName, ...EffectName[]];
  /** The parameter that may rise (ramp.ts): `share` where there is one, unless told here; null when none may. */
  ramps?: string | null;
  /** What is wrong with parameters that are each in range; null when nothing is. */
  check?(params: Readonly<Record<string, unknown>>, path: string): Problem | null;
};

/** Keeps the exact types of the parameters, for the builder made of it. */
export function spec<const Spec extends FaultSpec>(definition: Spec): Spec {
  return definition;
}

/** Whom a fault on topics hits: a share of those that match. */
export const TOPICS = {
  topic: { type: 'text', default: '*' },
  share: { type: 'share', default: 1 },
} as const satisfies Record<string, ParamSpec>;

/** Whom a fault on links hits: a share of the clients that have joined a matching topic, all of them without one. */
export const LINKS = {
  share: { type: 'share', default: 1 },
  topic: { type: 'text', default: '*' },
  tag: { type: 'text', default: '*' },
} as const satisfies Record<string, ParamSpec>;

/** `10 % of topics room:*` */
export function topicsOf(params: FaultParams): Pick<FaultWords, 'share' | 'whom'> {
  const share = params['share'] === undefined ? 1 : numberOf(params, 'share');
  const topic = params['topic'] === undefined ? '*' : String(params['topic']);
  return { share, whom: topicWords(share, topic) };
}

function topicWords(share: number, topic: string): string {
  if (topic === '*') return share === 1 ? 'all topics' : `${formatShare(share)} of topics`;
  if (share !== 1) return `${formatShare(share)} of topics ${topic}`;
  return topic.includes('*') ? `topics ${topic}` : `topic ${topic}`;
}

/** `5 % of connections`, `all connections in room:*`, `2 % of connections tagged kind:mobile` */
export function linksOf(params: FaultParams): Pick<FaultWords, 'share' | 'whom'> {
  const share = params['share'] === undefined ? 1 : numberOf(params, 'share');
  const topic = params['topic'] === undefined ? '*' : String(params['topic']);
  const tag = params['tag'] === undefined ? '*' : String(params['tag']);
  const where = topic === '*' ? '' : ` in ${topic}`;
  const tagged = tag === '*' ? '' : ` tagged ${tag}`;
  return { share, whom: `${connections(share)}${where}${tagged}` };
}

/** `all connections`, `5 % of connections` */
export function connections(share: number): string {
  return share === 1 ? 'all connections' : `${formatShare(share)} of connections`;
}

/** A parameter that is a number; 0 where there is none. */
export function numberOf(params: FaultParams, name: string): number {
  const value = params[name];
  return typeof value === 'number' ? value : 0;
}
