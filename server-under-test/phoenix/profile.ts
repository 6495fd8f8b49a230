/** Which web server carries the sockets. New Phoenix applications have Bandit. */
export type WebServer = 'bandit' | 'cowboy';

/** What differs between Phoenix versions on the wire (phoenix-semantics 0.3). */
export interface Profile {
  readonly server: WebServer;
  readonly version: string;
  /** Messages with an old join_ref are dropped; before 1.8.3 the topic's current channel got them. */
  readonly dropsStale: boolean;
  /** The defect of 1.8.3 to 1.8.11: a null join_ref counts as an old one where the join carried one. */
  readonly dropsNull: boolean;
  /** Close code of a disconnect broadcast: 1001 since 1.8.8. */
  readonly disconnectCode: 1000 | 1001;
  /** Since 1.8.9 a transport has 100 channels at most unless told otherwise; null is no limit. */
  readonly defaultMaxChannels: number | null;
  /** Payload of phx_error: names the crash since 1.8.10. */
  readonly crashPayload: Readonly<Record<string, string>>;
}

const CHANNEL_CRASH = Object.freeze({ reason: 'channel_crash' });
const NOTHING = Object.freeze({});

/** The version the reference was read and measured with. */
export const NEWEST_VERSION = '1.8.12';

/** The patch number of a 1.8 version, or null when the text is none. */
export function readPatch(version: string): number | null {
  const match = /^1\.8\.(\d{1,3})$/.exec(version);
  return match === null ? null : Number(match[1]);
}

/** The profile of a web server and a Phoenix version `1.8.N`; throws a RangeError for another version. */
export function profileOf(server: WebServer, version: string = NEWEST_VERSION): Profile {
  const patch = readPatch(version);
  if (patch === null) throw new RangeError(`no profile for Phoenix ${version}`);
  return {
    server,
    version,
    dropsStale: patch >= 3,
    dropsNull: patch >= 3 && patch <= 11,
    disconnectCode: patch >= 8 ? 1001 : 1000,
    defaultMaxChannels: patch >= 9 ? 100 : null,
    crashPayload: patch >= 10 ? CHANNEL_CRASH : NOTHING,
  };
}
