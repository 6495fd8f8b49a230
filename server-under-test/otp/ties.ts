import { addTo, holds, itemsOf, removeFrom } from './bag.ts';
import type { ExitReason } from './exit-reason.ts';
import type { Process } from './process.ts';
import { Down } from './signals.ts';

/** A monitor: one-way, counted; of a dead process it answers at once with `noproc` (phoenix-semantics 3.5). */
export function monitor(watched: Process, watcher: Process): void {
  if (!watched.alive) return watcher.send(new Down(watched, 'noproc'));
  if (!watcher.alive || watcher === watched) return;
  watched.watchers = addTo(watched.watchers, watcher);
  watcher.watched = addTo(watcher.watched, watched);
}

/** Takes one monitor back. */
export function demonitor(watched: Process, watcher: Process): void {
  if (!holds(watched.watchers, watcher)) return;
  watched.watchers = removeFrom(watched.watchers, watcher);
  watcher.watched = removeFrom(watcher.watched, watched);
}

/** A link: two-way and never double; linking to a dead process answers with the exit signal `noproc`. */
export function link(from: Process, to: Process): void {
  if (!from.alive || from === to || holds(from.linked, to)) return;
  if (!to.alive) return from.linkBroken('noproc', to);
  from.linked = addTo(from.linked, to);
  to.linked = addTo(to.linked, from);
}

/** Unties both; no exit signal passes any more. */
export function unlink(one: Process, other: Process): void {
  one.linked = removeFrom(one.linked, other);
  other.linked = removeFrom(other.linked, one);
}

/**
 * Takes a dead process out of everybody's ties before anybody is told, then returns the telling: monitors first, then hooks,
 * its supervisor, and its links.
 */
export function cutTies(dead: Process): (reason: ExitReason) => void {
  const { watchers, watched, linked, extras, supervisor, runtime } = dead;
  dead.watchers = dead.watched = dead.linked = dead.extras = null;
  for (const other of itemsOf(watched)) other.watchers = removeFrom(other.watchers, dead);
  for (const other of itemsOf(watchers)) other.watched = removeFrom(other.watched, dead);
  for (const other of itemsOf(linked)) other.linked = removeFrom(other.linked, dead);
  return (reason) => {
    for (const watcher of itemsOf(watchers)) watcher.send(new Down(dead, reason));
    for (const hook of itemsOf(extras?.hooks ?? null)) hook.processEnded(dead, reason);
    supervisor?.childEnded(dead, reason);
    for (const other of itemsOf(linked)) runtime.exits.push(other, dead, reason);
    runtime.exits.deliver();
  };
}
