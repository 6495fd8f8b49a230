/** A worker before there is a run: what it takes to load, it takes while the flags and the target are read. */
import { Crew } from '../drive/crew.ts';

let early: Crew | null = null;

/** Hires before even the flags are read, for whoever calls `hireFirst` first. */
export function hireEarly(): void {
  early ??= crewOfOne();
}

/** A crew of one, for `runScenario`; whoever does not hand it on ends it with `kill`. */
export function hireFirst(): Crew {
  const crew = early ?? crewOfOne();
  early = null;
  return crew;
}

/** Nobody called: there was no run after all. */
export function dismissEarly(): void {
  early?.kill();
  early = null;
}

function crewOfOne(): Crew {
  const crew = new Crew();
  crew.hire(1);
  return crew;
}
