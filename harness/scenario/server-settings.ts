/**
 * What a scenario may say of the bundled server, where a run starts it. Each is a
 * setting of the server (phoenix-semantics 2.1); what is left out is Phoenix's.
 */
import type { Problem } from '../base/errors.ts';
import { nearHint } from '../base/neighbours.ts';
import type { Duration } from '../base/units.ts';
import { checkDuration, checkFields, checkNumber, describeValue, isFields } from './shape.ts';

/** Settings of the bundled server; a server at --target has its own. */
export type ServerSettings = {
  /** Node processes behind the one port; `--nodes` wins. */
  nodes?: number;
  /** Which web server is imitated: it decides close codes and reasons (phoenix-semantics 1.10, 2.8). */
  webServer?: 'bandit' | 'cowboy';
  /** Which Phoenix is imitated: `1.8.5`. */
  phoenixVersion?: string;
  /** Sockets connect only with `token=<this>` among their parameters; a secret of this drill alone. */
  token?: string;
  /** Which Origin headers may connect: that of localhost, any, or those of a list. */
  checkOrigin?: boolean | readonly string[];
  /** A connection that sends nothing for so long is closed (60 s). */
  idleTimeout?: Duration;
  /** A client that reads nothing for so long is cut off (30 s). */
  sendTimeout?: Duration;
  /** Channels per connection. */
  maxChannels?: number | 'infinity';
  /** Largest frame of a client, in bytes (10 MB). */
  maxFrameBytes?: number;
  /** A channel without a message for so long hibernates (15 s). */
  hibernateAfter?: Duration;
  /** Time a channel that traps exits has at shutdown (5 s). */
  channelShutdown?: Duration;
  /** Time an old channel has to make room for a duplicate join (5 s). */
  eviction?: Duration;
  /** Channels drained at a time at shutdown (10,000). */
  drainBatchSize?: number;
  /** Pause between two such batches (2 s). */
  drainInterval?: Duration;
  /** Longest drain; what is left then is closed. At the end of a run nobody is waited for. */
  drainShutdown?: Duration;
  /** Workers between two nodes (1). */
  pubsubPool?: number;
  /** How often nodes tell each other of presences (1.5 s). */
  presencePeriod?: Duration;
  /** A node silent for so long is down: its presences leave (30 s). */
  presenceDown?: Duration;
  /** A node down for so long is forgotten (20 min). */
  presencePermdown?: Duration;
};

type Check = (value: unknown, path: string, problems: Problem[]) => void;

const time: Check = (value, path, problems) =>
  void checkDuration(value, path, problems, { aboveZero: true, example: '60s' });
const pause: Check = (value, path, problems) => void checkDuration(value, path, problems, { example: '2s' });
const whole =
  (max: number, unit?: string): Check =>
  (value, path, problems) =>
    void checkNumber(value, path, problems, {
      min: 1,
      max,
      whole: true,
      ...(unit === undefined ? {} : { unit }),
    });

const WEB_SERVERS = ['bandit', 'cowboy'];

const CHECKS: Readonly<Record<keyof ServerSettings, Check>> = {
  nodes: whole(64),
  webServer(value, path, problems) {
    if (typeof value === 'string' && WEB_SERVERS.includes(value)) return;
    const hint = typeof value === 'string' ? nearHint(value, WEB_SERVERS) : {};
    const wanted = WEB_SERVERS.join(' or ');
    problems.push({ code: 'unknown-choice', path, got: describeValue(value), wanted, ...hint });
  },
  phoenixVersion(value, path, problems) {
    if (typeof value === 'string' && /^1\.8\.\d{1,3}$/.test(value)) return;
    problems.push({
      code: 'unknown-version',
      path,
      got: describeValue(value),
      wanted: "a version such as '1.8.5'",
    });
  },
  token(value, path, problems) {
    if (typeof value === 'string' && value !== '') return;
    // It may be a secret all the same: only its type is told.
    const got = value === '' ? 'an empty text' : `a ${typeof value}`;
    problems.push({ code: 'not-a-text', path, got, wanted: 'a text' });
  },
  checkOrigin(value, path, problems) {
    if (typeof value === 'boolean') return;
    const isList = Array.isArray(value) && value.length > 0;
    if (isList && value.every((one) => typeof one === 'string' && /^[^\s,]+$/.test(one))) return;
    const wanted = "true, false or a list of origins: ['https://example.com']";
    problems.push({ code: 'not-origins', path, got: describeValue(value), wanted });
  },
  idleTimeout: time,
  sendTimeout: time,
  maxChannels(value, path, problems) {
    if (value !== 'infinity') whole(1_000_000, "channels, or 'infinity'")(value, path, problems);
  },
  maxFrameBytes: whole(1_000_000_000, 'bytes'),
  hibernateAfter: time,
  channelShutdown: time,
  eviction: time,
  drainBatchSize: whole(1_000_000),
  drainInterval: pause,
  drainShutdown: pause,
  pubsubPool: whole(64),
  presencePeriod: time,
  presenceDown: time,
  presencePermdown: time,
};

/** Every setting there is. */
export const SERVER_SETTINGS: readonly string[] = Object.keys(CHECKS);

/** Reports every problem of `server`. */
export function checkServer(server: unknown, problems: Problem[]): void {
  if (server === undefined) return;
  if (!isFields(server)) {
    const wanted = "settings of the bundled server: { nodes: 1, idleTimeout: '60s' }";
    problems.push({ code: 'not-an-object', path: 'server', got: describeValue(server), wanted });
    return;
  }
  checkFields(server, SERVER_SETTINGS, 'server', problems);
  for (const [name, check] of Object.entries(CHECKS)) {
    if (server[name] !== undefined) check(server[name], `server.${name}`, problems);
  }
}
