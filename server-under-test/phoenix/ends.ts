import type { ExitReason } from '../otp/exit-reason.ts';
import type { WebServer } from './profile.ts';

/** Why a connection ends, when not by an exception of its own. */
export type EndOfConnection =
  | 'closed by client'
  | 'connection lost'
  | 'idle'
  | 'disconnected'
  | 'drained'
  | 'bad frame'
  | 'bad text'
  | 'server stops';

/** What a Bandit transport exits with; its channels adopt it (phoenix-semantics 2.8). */
const BANDIT: Readonly<Record<EndOfConnection, ExitReason>> = {
  'closed by client': { shutdown: 'local_closed' },
  'connection lost': { shutdown: 'peer_closed' },
  idle: { shutdown: 'read_timeout' },
  disconnected: { shutdown: 'disconnected' },
  // The channel that saw the drain ends as draining by itself; this is what its siblings see.
  drained: { shutdown: 'peer_closed' },
  'bad frame': { shutdown: 'deserializing' },
  'bad text': 'received invalid UTF-8',
  'server stops': { shutdown: 'local_closed' },
};

/** A Cowboy transport exits :normal unless a callback raised; channels read that as {:shutdown, :closed}. */
export function exitReasonFor(server: WebServer, end: EndOfConnection): ExitReason {
  return server === 'cowboy' ? 'normal' : BANDIT[end];
}
