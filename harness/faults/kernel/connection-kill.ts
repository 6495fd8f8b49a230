/**
 * The kernel aborts a share of the connections at the clients' end: they hear ECONNABORTED,
 * the target gets a reset. Which ones is decided by their ports, which the kernel deals by chance.
 */
import type { Fault } from '../fault.ts';
import { labOf, type Step } from './lab.ts';
import { ringShare } from './ring-share.ts';

export const connectionKill: Fault = {
  async inject({ id, params }, hands) {
    const lab = labOf(hands);
    const ports = localPorts(await lab.run('clients', list()));
    const stretches = ringShare(ports.length, Number(params['share']), hands.seed, id);
    let killed = 0;
    for (const [first, last] of stretches) {
      const step = kill(ports[first] ?? 0, ports[last] ?? 0);
      killed += localPorts(await lab.run('clients', step)).length;
    }
    if (stretches.length > 0 && killed === 0) {
      throw new Error(`the kernel ended none of ${ports.length} connections (CONFIG_INET_DIAG_DESTROY)`);
    }
    return {
      // What is killed stays so: clients come back by themselves.
      lift: async () => {},
      hits: () => ({ count: killed, of: ports.length, what: 'connections' }),
    };
  },
};

/** Established connections, without a line of heads and without names. */
const ESTABLISHED = ['-H', '-t', '-n', 'state', 'established'];

function list(): Step {
  return { command: 'ss', args: ESTABLISHED };
}

/** One call for a stretch of ports: a connection for each would take seconds where there are thousands. */
function kill(first: number, last: number): Step {
  return { command: 'ss', args: ['-K', ...ESTABLISHED, `( sport >= :${first} and sport <= :${last} )`] };
}

/** The local ports in lines of `ss`, in order. */
export function localPorts(text: string): number[] {
  const ports: number[] = [];
  for (const [, port] of text.matchAll(/:(\d+)\s+\S+:\d+\s*$/gm)) ports.push(Number(port));
  return ports.toSorted((a, b) => a - b);
}
