import type { WebServer } from '../phoenix/profile.ts';
import { isMap } from './plain-json.ts';

/** The five fields in the order of V2. */
export type Fields = readonly [
  joinRef: unknown,
  ref: unknown,
  topic: unknown,
  event: unknown,
  payload: unknown,
];

/** How one serializer writes and reads text, and whether it knows bytes (phoenix-semantics 1.3 to 1.5). */
export interface Dialect {
  readonly vsn: string;
  readonly server: WebServer;
  readonly binary: boolean;
  /** A message of the client or of the server. */
  write(fields: Fields): unknown;
  /** Null for JSON that is no message: the connection crashes. */
  read(json: unknown): Fields | null;
}

const V2 = {
  vsn: '2.0.0',
  binary: true,
  write: (fields: Fields): unknown => fields,
  read: (json: unknown): Fields | null =>
    Array.isArray(json) && json.length >= 5 ? (json.slice(0, 5) as unknown as Fields) : null,
};

const REQUIRED = ['topic', 'event', 'payload', 'ref'];

const V1 = {
  vsn: '1.0.0',
  binary: false,
  /** join_ref is read, never written: what the client leaves out is null. */
  write: ([, ref, topic, event, payload]: Fields): unknown => ({ topic, event, ref, payload }),
  read(json: unknown): Fields | null {
    if (!isMap(json) || REQUIRED.some((key) => !Object.hasOwn(json, key))) return null;
    const joinRef = Object.hasOwn(json, 'join_ref') ? json['join_ref'] : null;
    return [joinRef, json['ref'], json['topic'], json['event'], json['payload']];
  },
};

export const BANDIT_V2: Dialect = { ...V2, server: 'bandit' };
export const BANDIT_V1: Dialect = { ...V1, server: 'bandit' };
export const COWBOY_V2: Dialect = { ...V2, server: 'cowboy' };
