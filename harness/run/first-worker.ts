/** A worker before there is a run: what it takes to load, it takes while the flags and the target are read. */
import { Crew } from '../drive/crew.ts';

/** A crew of one, for `runScenario`; whoever does not hand it on ends it with `kill`. */
export function hireFirst(): Crew {
  const crew = new Crew();
  crew.hire(1);
  return crew;
}
