/** A run is made to fit the machine, or refused where it was asked for in so many words. */
import { EXIT, FiredrillError, type Problem } from '../base/errors.ts';
import type { Machine } from '../target/machine.ts';
import { fitRun, type Fit } from '../target/machine-limits.ts';
import { startsAnywhere } from './target-address.ts';

export type Crowd = {
  /** Most clients at once. */
  clients: number;
  /** A number that was asked for is not made smaller without a word: what does not fit is refused (114). */
  insists: boolean;
  /** Worker processes; undefined lets the machine's limits decide. */
  workers: number | undefined;
  /** Node processes of the bundled server, likewise. */
  nodes?: number | undefined;
};

/** `addresses`: those of the target, over which the clients are dealt. */
export function fitToMachine(
  machine: Machine,
  wanted: Crowd,
  addresses: readonly string[],
  withServer: boolean,
): Fit {
  const fit = fitRun({
    ...machine,
    // Ports are counted for each pair of addresses: beyond loopback we have one, the target perhaps several.
    sourceAddresses: startsAnywhere(addresses) ? machine.sourceAddresses : addresses.length,
    memoryBytes: machine.availableBytes,
    clients: wanted.clients,
    withServer,
    asked: { workers: wanted.workers, nodes: wanted.nodes },
  });
  if (wanted.workers !== undefined) fit.workers = wanted.workers;
  if (fit.clients < 1 || (wanted.insists && fit.clients < wanted.clients))
    throw doesNotFit(fit, wanted.clients);
  return fit;
}

function doesNotFit(fit: Fit, asked: number): FiredrillError {
  const limits = fit.limits.map(({ limit, fits, hint }): Problem => ({
    code: 'machine-too-small',
    path: limit,
    got: `${asked} clients`,
    wanted: `at most ${fits}`,
    hint,
  }));
  const choice: Problem = {
    code: 'machine-too-small',
    path: '--clients',
    got: `${asked}, more than this machine holds`,
    wanted: `at most ${fit.clients}, or the limits below lifted`,
    hint: `--fit runs ${fit.clients}`,
  };
  return new FiredrillError(EXIT.unreachable, fit.clients < 1 ? limits : [choice, ...limits]);
}
