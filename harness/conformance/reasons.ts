/** Reasons terminate/2 sees when a connection ends, in Elixir's words (phoenix-semantics 2.8). */
import { Fits } from './same-value.ts';
import type { WebServer } from './target.ts';

const CLOSED = '{:shutdown, :closed}';

/** TCP closed or reset. */
export function lostReason(profile: WebServer): string {
  return profile === 'cowboy' ? CLOSED : '{:shutdown, :peer_closed}';
}

/** The client's own close frame. */
export function closedByClientReason(profile: WebServer): string {
  return profile === 'cowboy' ? CLOSED : '{:shutdown, :local_closed}';
}

/** A frame that breaks RFC 6455. */
export function badFrameReason(profile: WebServer): string {
  return profile === 'cowboy' ? CLOSED : '{:shutdown, {:deserializing, _}}';
}

/** Text that is no UTF-8: on Bandit a text, which is no orderly reason. */
export function badTextReason(profile: WebServer): string | Fits {
  if (profile === 'cowboy') return CLOSED;
  return new Fits('a text', (value) => typeof value === 'string' && /^".*"$/.test(value));
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
