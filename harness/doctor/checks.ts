/** Settings that bound no number of clients, but bend the figures when they are wrong. */
import { formatCount } from '../base/units.ts';
import type { Machine } from '../target/machine.ts';
import type { Lack } from '../target/net-lab-needs.ts';

/** Read where the kernel tells; null elsewhere. */
export type Settings = {
  /** Half-open connections a listen queue keeps. */
  synBacklog: number | null;
  /** Closed connections the kernel remembers. */
  timeWaitBuckets: number | null;
};

export type Check = {
  name: string;
  /** What was found, in words. */
  found: string;
  isFine: boolean;
  /** What mends it; null when nothing need be. */
  lift: string | null;
};

type Facts = {
  machine: Machine;
  settings: Settings;
  isTracked: boolean | null;
  /** What keeps faults of the kernel from being had here; absent where nobody looked. */
  kernelLacks?: readonly Lack[] | undefined;
  node: string;
};

/** Connects a run keeps under way at once: a queue that holds fewer drops some, and each drop costs a second. */
const CONNECTS_AT_ONCE = 1_200;
/** What the bundled server asks for. */
const LISTEN_QUEUE = 16_384;

export function checkSettings(facts: Facts): Check[] {
  const { machine, settings, isTracked, node } = facts;
  const checks = [checkCores(machine.cores), fine('Node', node), checkQueue(machine)];
  const { synBacklog, timeWaitBuckets } = settings;
  if (synBacklog !== null) {
    const lift = `sudo sysctl -w net.ipv4.tcp_max_syn_backlog=${LISTEN_QUEUE}`;
    const isFine = synBacklog >= CONNECTS_AT_ONCE;
    checks.push({ name: 'SYN backlog', found: formatCount(synBacklog), isFine, lift: isFine ? null : lift });
  }
  if (timeWaitBuckets !== null) {
    const found = `${formatCount(timeWaitBuckets)} kept; a run ends its connections by reset and leaves none`;
    checks.push(fine('TIME_WAIT', found));
  }
  if (machine.conntrack !== null) {
    const { count, max } = machine.conntrack;
    const entries = `${formatCount(count)} of ${formatCount(max)} entries`;
    checks.push(
      isTracked === true
        ? {
            name: 'connection table',
            found: `${entries}; loopback is tracked too`,
            isFine: max - count > CONNECTS_AT_ONCE,
            lift: 'sudo iptables -t raw -I PREROUTING -i lo -j NOTRACK && sudo iptables -t raw -I OUTPUT -o lo -j NOTRACK',
          }
        : fine('connection table', `${entries}; loopback is not tracked`),
    );
  }
  if (machine.loopback !== null) checks.push(checkLoopback(machine.loopback));
  if (facts.kernelLacks !== undefined) checks.push(checkKernelFaults(facts.kernelLacks));
  return checks;
}

function fine(name: string, found: string): Check {
  return { name, found, isFine: true, lift: null };
}

function checkCores(cores: number): Check {
  const found = formatCount(cores);
  if (cores > 1) return fine('cores', found);
  const alone = `${found}: driver and server would take turns, and the figures with them`;
  return { name: 'cores', found: alone, isFine: false, lift: 'a machine with two cores or more' };
}

function checkQueue({ somaxconn, platform }: Machine): Check {
  if (somaxconn === null) return fine('listen queue', 'not told by this system');
  if (somaxconn >= CONNECTS_AT_ONCE) return fine('listen queue', formatCount(somaxconn));
  const found = `${formatCount(somaxconn)}: beyond it connects are dropped, and each drop costs a second`;
  const name = platform === 'darwin' ? 'kern.ipc.somaxconn' : 'net.core.somaxconn';
  return { name: 'listen queue', found, isFine: false, lift: `sudo sysctl -w ${name}=${LISTEN_QUEUE}` };
}

/** Packet loss, partitions, killed connections and rate limits, in a network namespace of the run's own. */
function checkKernelFaults(lacks: readonly Lack[]): Check {
  const name = 'kernel faults';
  if (lacks.length === 0) return fine(name, 'possible, in a network namespace of the run');
  const lifts = lacks.map(({ lift }) => lift).filter((lift) => lift !== null);
  const found = `not here: ${lacks.map(({ got }) => got).join('; ')}`;
  return { name, found, isFine: false, lift: lifts.length === 0 ? null : lifts.join(' && ') };
}

/** Where each address of loopback must be set up before connections can start from it. */
function checkLoopback(addresses: readonly string[]): Check {
  const found = `${formatCount(addresses.length)} to start from (${addresses.slice(0, 3).join(', ')})`;
  if (addresses.length > 1) return fine('loopback addresses', found);
  const alias = `${found}; this system needs an alias for each further one`;
  return {
    name: 'loopback addresses',
    found: alias,
    isFine: true,
    lift: 'sudo ifconfig lo0 alias 127.0.0.2',
  };
}
