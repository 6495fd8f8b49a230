/** When a silent connection must end (phoenix-semantics 2.10), and the check that it did. */
import type { Bystander } from './bystander.ts';
import { NotAsSpecified } from './exchange.ts';
import type { Peer } from './peer.ts';
import type { Settings, WebServer } from './target.ts';
import type { Trial } from './trial.ts';

/** What the bundled server is given, so that a case of idleness takes no minute. */
export const SHORT_IDLE: Settings = { 'idle-timeout-ms': '1000' };

/** Timers may be a little early by another clock, and the close needs its way to us through two busy processes. */
const EARLY_MS = 5;
const LATE_MS = 600;
const GIVEN_UP_MS = 10_000;

/** Cowboy looks ten times in the timeout, Bandit once at its end. */
export function idleCode(profile: WebServer): number {
  return profile === 'cowboy' ? 1000 : 1002;
}

/** When the server last heard of a peer, by our clock: not before `fromUs`, and surely by `toUs`. */
export type LastHeard = { fromUs: number; toUs: number; bystander: Bystander };

/** The peer must be closed for idleness, counted from when the server last heard of it. */
export async function expectIdleClose(
  trial: Trial,
  peer: Peer,
  { fromUs, toUs, bystander }: LastHeard,
  earlyMs = EARLY_MS,
): Promise<void> {
  const timeoutMs = trial.setting('idle-timeout-ms');
  const { profile } = trial.target;
  const dueMs = profile === 'cowboy' ? 1.1 * timeoutMs : timeoutMs;
  const closedAtUs = await peer.expectClose(idleCode(profile), dueMs + GIVEN_UP_MS);
  const latestMs = dueMs + LATE_MS + bystander.worstMs;
  const isEarly = (closedAtUs - fromUs) / 1e3 < timeoutMs - Math.max(earlyMs, EARLY_MS);
  const afterMs = (closedAtUs - toUs) / 1e3;
  if (!isEarly && afterMs <= latestMs) return;
  throw new NotAsSpecified(
    `close ${idleCode(profile)} ${timeoutMs} to ${latestMs.toFixed(0)} ms after the last byte`,
    `after ${afterMs.toFixed(1)} ms`,
  );
}
