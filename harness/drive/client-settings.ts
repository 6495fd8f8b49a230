/**
 * What clients connect with: the scenario's `connect` over the target's address,
 * as the habits of a phoenix.js client and the request it opens with.
 * For parameters and headers the URL counts least, then the flags, then the scenario.
 */
import { drawFor, hash, Random } from '../base/random.ts';
import { parseDurationMs, type Duration } from '../base/units.ts';
import type { ConnectOptions, Ladder, PerClient } from '../scenario/api.ts';
import { isFeed } from '../scenario/feed.ts';
import { PHOENIX_JS, type ClientProfile } from '../wire/client-profile.ts';
import { upgradeProblem, upgradeRequest } from '../wire/handshake.ts';
import type { Endpoint, Upgrade } from '../wire/transport.ts';
import type { TargetAddress } from './orders.ts';

/** From so many clients of a run on, heartbeats go out together every 50 ms: 0.2 % of their 30 s. */
const CROWD = 1_000;
const HEARTBEAT_GRID_MS = 50;

/** The habits of all clients of a run; `maxFrameBytes` of the command line wins over the scenario's. */
export function profileOf(
  connect: ConnectOptions,
  vsn: ClientProfile['vsn'],
  maxFrameBytes?: number,
  clients = 1,
): ClientProfile {
  const heartbeatMs = connect.heartbeat === false ? null : ms(connect.heartbeat, PHOENIX_JS.heartbeatMs);
  const reconnect = ladderOf(connect.reconnect, PHOENIX_JS.reconnectMs);
  const rejoin = ladderOf(connect.rejoin, PHOENIX_JS.rejoinMs);
  return {
    phoenixJs: connect.phoenixJs ?? PHOENIX_JS.phoenixJs,
    vsn,
    heartbeatMs,
    heartbeatGridMs: clients > CROWD ? HEARTBEAT_GRID_MS : 0,
    // phoenix.js waits for an answer as long as it would wait for the next one.
    heartbeatTimeoutMs: ms(connect.heartbeatTimeout, heartbeatMs ?? PHOENIX_JS.heartbeatTimeoutMs),
    pushTimeoutMs: ms(connect.pushTimeout, PHOENIX_JS.pushTimeoutMs),
    connectTimeoutMs: ms(connect.connectTimeout, PHOENIX_JS.connectTimeoutMs),
    reconnectMs: reconnect.waits,
    reconnectJitter: reconnect.jitter,
    rejoinMs: rejoin.waits,
    rejoinJitter: rejoin.jitter,
    rejoinSpreadMs: ms(connect.rejoinSpread, 0),
    maxFrameBytes: maxFrameBytes ?? connect.maxFrameBytes ?? PHOENIX_JS.maxFrameBytes,
  };
}

function ms<Otherwise extends number | null>(
  value: Duration | undefined,
  otherwise: Otherwise,
): number | Otherwise {
  return value === undefined ? otherwise : (parseDurationMs(value) ?? otherwise);
}

function ladderOf(
  ladder: Ladder | false | undefined,
  otherwise: readonly number[] | null,
): { waits: readonly number[] | null; jitter: number } {
  if (ladder === undefined) return { waits: otherwise, jitter: 0 };
  if (ladder === false) return { waits: null, jitter: 0 };
  const { waits, jitter } = 'waits' in ladder ? ladder : { waits: ladder, jitter: 0 };
  return { waits: waits.map((wait) => ms(wait, 0)), jitter };
}

/** What the client of that index asks for; the same at every connect, for its draws begin anew. */
export function upgradeFor(
  target: TargetAddress,
  connect: ConnectOptions,
  seed: number,
  index: number,
): Upgrade {
  const random = new Random(hash(seed ^ CONNECT_STREAM, index));
  const { params } = connect;
  const own = isFeed(params) ? params.row(index) : valueFor(params, index, random);
  // `vsn` last and always ours: a client that speaks otherwise than it says is none.
  const query = new URLSearchParams({ ...target.params, ...own, vsn: target.vsn });
  const token = valueFor(connect.authToken, index, random) ?? target.authToken;
  return {
    host: hostHeader(target),
    path: `${target.path}?${query.toString()}`,
    headers: overHeaders(target.headers, valueFor(connect.headers, index, random)),
    protocols: token === null ? [] : ['phoenix', `base64url.bearer.phx.${unpaddedBase64(token)}`],
  };
}

/** Sets these draws apart from the script's. */
const CONNECT_STREAM = 0xc0_22ec;
const JITTER_STREAM = 0x71_77e2;

function valueFor<Value>(
  value: PerClient<Value> | undefined,
  index: number,
  random: Random,
): Value | undefined {
  // A text or an object of texts is no function, so what is one is the client's own.
  return typeof value === 'function' ? (value as (i: number, r: Random) => Value)(index, random) : value;
}

/** The Host header of RFC 9112 names the port unless it is the scheme's own. */
function hostHeader({ host, port, tls }: TargetAddress): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === (tls ? 443 : 80) ? name : `${name}:${port}`;
}

/** Names of headers are the same in any case, so one of the scenario replaces one of the target's. */
function overHeaders(
  under: Readonly<Record<string, string>>,
  over: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const named = new Set(Object.keys(over).map((name) => name.toLowerCase()));
  const kept = Object.entries(under).filter(([name]) => !named.has(name.toLowerCase()));
  return { ...Object.fromEntries(kept), ...over };
}

/**
 * As phoenix.js writes a token into a subprotocol (phoenix-semantics 1.1): without padding, and for all
 * its prefix says not in the URL's alphabet, which the server would refuse.
 */
function unpaddedBase64(token: string): string {
  return Buffer.from(token).toString('base64').replaceAll('=', '');
}

/** Where each client connects and with what; where all ask for the same, the request is made once. */
export class Doorway {
  readonly #target: TargetAddress;
  readonly #connect: ConnectOptions;
  readonly #seed: number;
  readonly #canned: Buffer | null;
  readonly #endpoints = new Map<string, Endpoint>();
  /** Draws that a client's jitter has had so far; empty without jitter. */
  readonly #draws = new Map<number, number>();

  constructor(target: TargetAddress, connect: ConnectOptions, seed: number) {
    this.#target = target;
    this.#connect = connect;
    this.#seed = seed;
    this.#canned = isAlike(connect) ? can(upgradeFor(target, connect, seed, 0)) : null;
  }

  endpointOf(index: number): { endpoint: Endpoint; upgrade: Upgrade | Buffer } {
    const upgrade = this.#canned ?? upgradeFor(this.#target, this.#connect, this.#seed, index);
    return { endpoint: this.#endpointOf(index), upgrade };
  }

  #endpointOf(index: number): Endpoint {
    const { host, addresses, port, tls, sourceAddresses } = this.#target;
    const to = addresses[index % addresses.length] ?? host;
    const from = sourceAddresses[index % sourceAddresses.length] ?? null;
    const key = `${to} ${from}`;
    let endpoint = this.#endpoints.get(key);
    if (!endpoint) {
      endpoint = { host: to, port, localAddress: from, tls };
      this.#endpoints.set(key, endpoint);
    }
    return endpoint;
  }

  /** The client's next draw for its jitter, in [0, 1). */
  draw(index: number): number {
    const nth = this.#draws.get(index) ?? 0;
    this.#draws.set(index, nth + 1);
    return drawFor(hash(this.#seed ^ JITTER_STREAM, index), nth);
  }
}

/** True when no client has anything of its own. */
function isAlike({ params, headers, authToken }: ConnectOptions): boolean {
  return !isFeed(params) && [params, headers, authToken].every((value) => typeof value !== 'function');
}

/** Null for one that cannot be sent: each connection then says so for itself. */
function can(upgrade: Upgrade): Buffer | null {
  if (upgradeProblem(upgrade) !== null) return null;
  return upgradeRequest(upgrade.host, upgrade.path, upgrade.headers, upgrade.protocols);
}
