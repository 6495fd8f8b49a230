/** Faults of whole nodes of the bundled server, carried out by its primary process. */
import { formatMs } from '../../base/units.ts';
import { numberOf, spec, type FaultParams, type FaultSpec, type FaultWords } from '../fault-spec.ts';

const nodes = { type: 'number', unit: 'nodes', min: 1, max: 64, whole: true, default: 1 } as const;
const ms = { type: 'number', unit: 'ms', min: 0, max: 600_000 } as const;
/** How long an orchestrator takes to notice and to start a process again. */
const restartAfterMs = { ...ms, default: 2_000 } as const;

export const nodePause = spec({
  kind: 'node_pause',
  builder: 'nodePause',
  name: 'paused nodes',
  side: 'process',
  params: { nodes },
  words: (params) => ({ ...nodesOf(params), what: 'stopped until lifted' }),
  effects: ['pushes', 'clients joined', 'drops', 'missing', 'reconnects'],
});

export const nodeKill = spec({
  kind: 'node_kill',
  builder: 'nodeKill',
  name: 'killed nodes',
  side: 'process',
  params: { nodes, restartAfterMs },
  words: (params) => ({ ...nodesOf(params), what: `killed, ${startedAgain(params)}` }),
  effects: ['clients joined', 'drops', 'missing', 'pushes', 'reconnects'],
});

export const netsplit = spec({
  kind: 'netsplit',
  builder: 'netsplit',
  name: 'netsplits',
  side: 'process',
  params: { nodes },
  words: (params) => ({ ...nodesOf(params), what: 'cut off from the other nodes' }),
  effects: ['missing', 'clients joined', 'drops', 'pushes'],
});

export const deploy = spec({
  kind: 'deploy',
  builder: 'deploy',
  name: 'deploys',
  side: 'process',
  // Phoenix's longest drain, whatever the server of the run is configured to take at its own end.
  params: { drainMs: { ...ms, default: 30_000 }, pauseMs: { ...ms, default: 1_000 } },
  words(params) {
    const drain = formatMs(numberOf(params, 'drainMs'));
    const pause = formatMs(numberOf(params, 'pauseMs'));
    const what = `drained for at most ${drain}, stopped and started anew, ${pause} between two`;
    return { share: 1, whom: 'every node in turn', what };
  },
  effects: ['clients joined', 'drops', 'missing', 'pushes', 'reconnects'],
});

export const memoryLimit = spec({
  kind: 'memory_limit',
  builder: 'memoryLimit',
  name: 'memory limits',
  side: 'process',
  params: { mb: { type: 'number', unit: 'MiB', min: 64, max: 1_000_000, whole: true }, restartAfterMs },
  words(params) {
    const what = `killed when it holds more than ${numberOf(params, 'mb')} MiB, ${startedAgain(params)}`;
    return { share: 1, whom: 'every node', what };
  },
  effects: ['clients joined', 'drops', 'missing', 'pushes', 'reconnects'],
});

export const PROCESS_SPECS = [
  nodePause,
  nodeKill,
  netsplit,
  deploy,
  memoryLimit,
] as const satisfies readonly FaultSpec[];

/** `1 node`, `3 nodes` */
function nodesOf(params: FaultParams): Pick<FaultWords, 'share' | 'whom'> {
  const count = numberOf(params, 'nodes');
  return { share: 1, whom: count === 1 ? '1 node' : `${count} nodes` };
}

function startedAgain(params: FaultParams): string {
  const afterMs = numberOf(params, 'restartAfterMs');
  return afterMs === 0 ? 'started again when lifted' : `started again after ${formatMs(afterMs)}`;
}
