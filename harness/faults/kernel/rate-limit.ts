/**
 * The link to the target carries so many bits a second for all clients together (a token bucket).
 * What waits longer than `latencyMs` is lost. Of several limits at once the tightest counts.
 */
import type { Fault } from '../fault.ts';
import { labOf, takeBack, WIRE, type Lab, type Step } from './lab.ts';

type Limit = { kbitPerSecond: number; burst: number; latencyMs: number; devices: readonly string[] };

/** What is on in a network, by fault; what its devices were told last comes before what they are told next. */
type State = { limits: Map<string, Limit>; turn: Promise<unknown> };

const states = new WeakMap<Lab, State>();

export const rateLimit: Fault = {
  async inject({ id, params }, hands) {
    const lab = labOf(hands);
    const limit: Limit = {
      kbitPerSecond: Number(params['kbitPerSecond']),
      burst: Number(params['burst']),
      latencyMs: Number(params['latencyMs']),
      devices: devicesOf(String(params['direction'])),
    };
    const state = stateOf(lab);
    state.limits.set(id, limit);
    try {
      for (const device of limit.devices) await inTurn(state, () => lab.run('wire', stepFor(state, device)));
    } catch (error) {
      // Half a limit is none: the other direction must not stay slow.
      await lift(lab, state, id, limit);
      throw error;
    }
    return { lift: () => lift(lab, state, id, limit) };
  },
};

async function lift(lab: Lab, state: State, id: string, { devices }: Limit): Promise<void> {
  state.limits.delete(id);
  for (const device of devices) {
    await inTurn(state, () => takeBack(lab, 'wire', stepFor(state, device), unlimited(device)));
  }
}

/** A packet is held back where it leaves the wire. */
function devicesOf(direction: string): readonly string[] {
  if (direction === 'in') return [WIRE.toClients];
  return direction === 'out' ? [WIRE.toTarget] : [WIRE.toClients, WIRE.toTarget];
}

/** What makes a device as slow as the limits that are on now want it. */
function stepFor({ limits }: State, device: string): Step {
  const tightest = [...limits.values()]
    .filter(({ devices }) => devices.includes(device))
    .toSorted((a, b) => a.kbitPerSecond - b.kbitPerSecond)[0];
  return tightest ? limited(device, tightest) : unlimited(device);
}

function limited(device: string, { kbitPerSecond, burst, latencyMs }: Limit): Step {
  const rate = ['rate', `${kbitPerSecond}kbit`, 'burst', `${burst}b`, 'latency', `${latencyMs}ms`];
  return { command: 'tc', args: ['qdisc', 'replace', 'dev', device, 'root', 'tbf', ...rate] };
}

/** Deleting what may not be there is an error; the queue that every such device begins with is not. */
function unlimited(device: string): Step {
  return { command: 'tc', args: ['qdisc', 'replace', 'dev', device, 'root', 'noqueue'] };
}

function stateOf(lab: Lab): State {
  const known = states.get(lab);
  if (known) return known;
  const state: State = { limits: new Map(), turn: Promise.resolve() };
  states.set(lab, state);
  return state;
}

/** One after the other: two limits that come and go together must not cross. */
function inTurn<Result>(state: State, act: () => Promise<Result>): Promise<Result> {
  const result = state.turn.then(act);
  state.turn = result.catch(() => {});
  return result;
}
