/**
 * A fault that is still on when nobody lifts it any more: what exactly, what
 * ends it without anybody, and the command that takes it off by hand.
 */
import type { FaultSpan } from './schedule.ts';
import { LEASE_MS } from './server/lease.ts';

/** Where the faults of a run are. */
export type UndoPlace = {
  /** Control port of the target; null without one. */
  control: string | null;
  /** The port wants a bearer token. */
  wantsToken: boolean;
  /** The server is the run's own and ends with it. */
  isOwnServer: boolean;
  /** The namespace of the run's clients; null without a network of its own. */
  namespace: string | null;
  /** The process of the run. */
  pid: number;
};

export type UndoWords = {
  stillActive: string;
  /** What ends it without anybody; null when nothing does. */
  endsBy: string | null;
  /** A command that can be typed. */
  byHand: string;
};

/** The token itself is never told: the shell has it under this name, or is given it. */
const AUTHORIZATION = '-H "Authorization: Bearer $FIREDRILL_CONTROL_TOKEN" ';
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** In words for people, and a command for their shell. */
export function undoWords(span: Pick<FaultSpan, 'fault' | 'handle'>, place: UndoPlace): UndoWords {
  const { name, whom, what, side } = span.fault;
  const on = (where: string): string => `${name} (${whom}: ${what}) ${where}`;
  switch (side) {
    case 'link':
      return {
        stillActive: on("on the driver's own connections"),
        endsBy: 'they end with the run',
        byHand: `firedrill halt ${place.pid}`,
      };
    case 'kernel': {
      const { namespace } = place;
      return {
        stillActive: on(namespace === null ? "on the run's own network" : `on the network ${namespace}`),
        endsBy: 'the guardian removes the network when the run ends',
        byHand: namespace === null ? 'ip netns list' : removeNetwork(namespace),
      };
    }
    case 'server':
    case 'process':
      return {
        stillActive: on(`at ${place.control === null ? 'the server' : withoutUser(place.control)}`),
        endsBy: endOnServer(side, place),
        byHand: liftOnServer(span, place),
      };
  }
}

function endOnServer(side: 'server' | 'process', { isOwnServer }: UndoPlace): string {
  if (isOwnServer) return "it ends with the server, which is the run's own and ends with it";
  const seconds = `${LEASE_MS / 1e3} s`;
  return side === 'server'
    ? `the server lets go of it within ${seconds}`
    : `the server tries once more by itself within ${seconds}`;
}

function removeNetwork(namespace: string): string {
  // Interfaces go with the namespaces that hold an end of them.
  return `sudo ip netns del ${quoted(`${namespace}-wire`)}; sudo ip netns del ${quoted(namespace)}`;
}

function liftOnServer({ fault, handle }: Pick<FaultSpan, 'fault' | 'handle'>, place: UndoPlace): string {
  if (place.control === null) return 'firedrill doctor';
  const base = withoutUser(place.control).replace(/\/$/, '');
  const authorization = place.wantsToken ? AUTHORIZATION : '';
  if (handle === undefined) return `curl ${authorization}${quoted(`${base}/faults`)}`;
  const url = quoted(`${base}/faults/${encodeURIComponent(handle)}`);
  const lift = `curl -f -X DELETE ${authorization}${url}`;
  if (fault.kind !== 'node_pause' || !isHere(place.control)) return lift;
  // The primary may be what hangs: then the stopped processes are told themselves.
  const pids = `curl -s ${authorization}${quoted(`${base}/observer`)} | grep -o '"os_pid":[0-9]*' | cut -d: -f2`;
  return `${lift} || ${pids} | xargs kill -CONT`;
}

/** Only on this machine does a signal reach its processes. */
function isHere(control: string): boolean {
  return URL.canParse(control) && LOOPBACK.test(new URL(control).hostname);
}

function withoutUser(control: string): string {
  return control.replace(/\/\/[^/@]*@/, '//');
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
