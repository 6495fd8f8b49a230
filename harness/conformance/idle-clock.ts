/** When a silent connection must end (phoenix-semantics 2.10), and the check that it did. */
import { NotAsSpecified } from './exchange.ts';
import type { Peer } from './peer.ts';
import type { Settings, WebServer } from './target.ts';
import type { Trial } from './trial.ts';

/** What the bundled server is given, so that a case of idleness takes no minute. */
export const SHORT_IDLE: Settings = { 'idle-timeout-ms': '1000' };

/** Timers may be a little early by another clock, and the close needs its way to us through two busy processes. */
const EARLY_MS = 5;
const LATE_MS = 600;

/** Cowboy looks ten times in the timeout, Bandit once at its end. */
export function idleCode(profile: WebServer): number {
  return profile === 'cowboy' ? 1000 : 1002;
}

/** The peer must be closed for idleness, counted from `sinceUs`, when the server last heard of it. */
export async function expectIdleClose(
  trial: Trial,
  peer: Peer,
  sinceUs: number,
  earlyMs = EARLY_MS,
): Promise<void> {
  const timeoutMs = trial.setting('idle-timeout-ms');
  const { profile } = trial.target;
  const latestMs = (profile === 'cowboy' ? 1.1 * timeoutMs : timeoutMs) + LATE_MS;
  const leftMs = latestMs - (trial.clock.nowUs() - sinceUs) / 1e3;
  const closedAtUs = await peer.expectClose(idleCode(profile), Math.max(0, leftMs) + LATE_MS);
  const afterMs = (closedAtUs - sinceUs) / 1e3;
  if (afterMs >= timeoutMs - Math.max(earlyMs, EARLY_MS) && afterMs <= latestMs) return;
  throw new NotAsSpecified(
    `close ${idleCode(profile)} ${timeoutMs} to ${latestMs} ms after the last byte`,
    `after ${afterMs.toFixed(1)} ms`,
  );
}
