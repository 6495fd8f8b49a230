/** A network on paper: it writes down what it is told, and answers what the test wants. */
import type { FaultPlan } from '../../../scenario/api.ts';
import { planRun, type PlannedFault } from '../../../scenario/plan.ts';
import type { FaultHands } from '../../fault.ts';
import type { Firewall, Lab, LabPlace, Step } from '../lab.ts';

export class PaperLab implements Lab {
  firewall: Firewall | null = 'nft';
  sources: readonly string[] = Array.from({ length: 100 }, (_, i) => `198.18.8.${i + 1}`);
  readonly did: string[] = [];
  readonly inputs: string[] = [];
  /** What the next commands write, in order. */
  answers: string[] = [];
  /** Commands whose text holds this fail with it. */
  refuse: string | null = null;

  async run(place: LabPlace, { command, args, input }: Step): Promise<string> {
    const text = `${place}: ${[command, ...args].join(' ')}`;
    if (this.refuse !== null && text.includes(this.refuse)) throw new Error(`no ${this.refuse}`);
    this.did.push(text);
    if (input !== undefined) this.inputs.push(input);
    return this.answers.shift() ?? '';
  }

  byHand(place: LabPlace, { command, args }: Step): string {
    return `sudo in ${place} ${[command, ...args].join(' ')}`;
  }
}

/** Hands that can do nothing but reach that network. */
export function handsOn(lab: Lab | undefined, seed = 7): FaultHands {
  const never = (): never => {
    throw new Error('a fault of the kernel asks nobody else');
  };
  const others = {
    injectServer: never,
    liftServer: never,
    raiseServer: never,
    strike: never,
    raiseStrike: never,
    liftStrike: never,
  };
  return { seed, ...others, ...(lab ? { lab } : {}) };
}

/** Faults as a run plans them. */
export function planned(...faults: FaultPlan[]): PlannedFault[] {
  const load = { clients: 10, ramp: 0, hold: '60s' } as const;
  const placed = faults.map((one) => one.at('1s').for('5s'));
  return planRun({ about: 'x', load, client: () => undefined, faults: placed }, { seed: 7 }).faults;
}
