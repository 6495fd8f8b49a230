/**
 * The network of a run's own, as its faults see it; target/net-lab.ts makes it.
 *
 *   clients ══ to-clients │ wire │ to-target ══ the host, where the target listens
 */
import { messageOf } from '../../base/errors.ts';

/** The two namespaces: where the load workers are, and what their packets cross on the way to the target. */
export type LabPlace = 'clients' | 'wire';

/** Which of the two programs that drop packets is used. */
export type Firewall = 'nft' | 'iptables';

/** A program with what it is told, as arguments and on its standard input. */
export type Step = { command: string; args: readonly string[]; input?: string };

export type Lab = {
  /** What drops packets there; null where neither of the two is installed. */
  readonly firewall: Firewall | null;
  /** Addresses the clients connect from, one after the other and dealt in turn. */
  readonly sources: readonly string[];
  /** Resolves with what it wrote; rejects with its complaint, or when it takes too long. */
  run(place: LabPlace, step: Step): Promise<string>;
  /** The same as a person would type it. */
  byHand(place: LabPlace, step: Step): string;
};

/** Interfaces of the wire, by where they lead. */
export const WIRE = { toClients: 'to-clients', toTarget: 'to-target' } as const;

/** What a kind needs beside `ip`. */
export type LabTool = 'firewall' | 'ss' | 'tc';

export const LAB_TOOLS: Readonly<Record<string, LabTool>> = {
  packet_loss: 'firewall',
  partition: 'firewall',
  connection_kill: 'ss',
  rate_limit: 'tc',
};

export function labOf({ lab }: { readonly lab?: Lab }): Lab {
  if (!lab) throw new Error('this run has no network of its own');
  return lab;
}

/** Runs what takes a fault back; when that fails, the error ends with what a person types instead. */
export async function takeBack(lab: Lab, place: LabPlace, step: Step, byHand: Step = step): Promise<void> {
  try {
    await lab.run(place, step);
  } catch (error) {
    throw new Error(`${messageOf(error)}; by hand: ${lab.byHand(place, byHand)}`, { cause: error });
  }
}
