/** Who arrives when, as pure maths: evenly over the ramp, dealt to the workers in turn. */

/** When the client of that index arrives, in microseconds from the first arrival; the first at 0, the last before `rampUs`. */
export function arrivalDueUs(index: number, clients: number, rampUs: number): number {
  return (index * rampUs) / clients;
}

/** How many of the clients fall to a worker (0 … workers − 1) when they are dealt in turn. */
export function clientsOf(worker: number, workers: number, clients: number): number {
  return Math.max(0, Math.ceil((clients - worker) / workers));
}

/** The index in the whole run of a worker's n-th client (from 0). */
export function clientIndexOf(nth: number, worker: number, workers: number): number {
  return nth * workers + worker;
}
