/** Reasons terminate/2 sees when a connection ends, in Elixir's words (phoenix-semantics 2.8). */
import type { WebServer } from './target.ts';

const CLOSED = '{:shutdown, :closed}';

/** TCP closed or reset. */
export function lostReason(profile: WebServer): string {
  return profile === 'cowboy' ? CLOSED : '{:shutdown, :peer_closed}';
}

export function idleReason(profile: WebServer): string {
  return profile === 'cowboy' ? CLOSED : '{:shutdown, :read_timeout}';
}

export function disconnectedReason(profile: WebServer): string {
  return profile === 'cowboy' ? CLOSED : '{:shutdown, :disconnected}';
}

/** A channel whose sibling drained the connection. */
export function drainedSiblingReason(profile: WebServer): string {
  return profile === 'cowboy' ? CLOSED : '{:shutdown, :peer_closed}';
}
