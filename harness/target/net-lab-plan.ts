/**
 * Names and addresses of a run's own network, and the commands that make it.
 *
 *   firedrill-PID            firedrill-PID-wire                     the host
 *   sources, +6 ─ to-wire ══ to-clients, +5   to-target, +2 ══ fdrPID, +1
 *
 * Its addresses are 4,096 of 198.18.0.0/15, which is set aside for benchmarks of networks (RFC 2544):
 * nobody beyond this machine has them. The upper half are the clients'.
 */
import { WIRE } from '../faults/kernel/lab.ts';

export type LabPlan = {
  /** The namespace of the load workers, and the one their packets cross. */
  clients: string;
  wire: string;
  /** The host's interface, and its address there: where the target listens. */
  link: string;
  host: string;
  /** The first of all its addresses, as a number. */
  base: number;
};

/** A net of IPv4 addresses, as numbers from the first to the last. */
export type Net = { first: number; last: number };

const BLOCK = 4_096;
const FIRST_BLOCK = 198 * 2 ** 24 + 18 * 2 ** 16;
const BLOCKS = 2 ** 17 / BLOCK;
const TO_WIRE = 'to-wire';

/** Clients of one address: far below the ephemeral ports a pair of addresses has. */
const CLIENTS_PER_ADDRESS = 4_000;
/** At least so many where there are as many clients, so that a share of them can be told by its addresses. */
const USUAL_SOURCES = 100;
const MOST_SOURCES = 2_000;

/** A plan on addresses that nobody here has a way to; null when all are taken. `nth`: of this process. */
export function planLab(pid: number, nth: number, taken: readonly Net[]): LabPlan | null {
  for (let attempt = 0; attempt < BLOCKS; attempt++) {
    const base = FIRST_BLOCK + ((pid + attempt) % BLOCKS) * BLOCK;
    if (taken.some(({ first, last }) => first < base + BLOCK && last >= base)) continue;
    const number = nth === 1 ? String(pid) : `${pid}-${nth}`;
    const clients = `firedrill-${number}`;
    return { clients, wire: `${clients}-wire`, link: `fdr${number}`, host: toAddress(base + 1), base };
  }
  return null;
}

/** The process that a namespace of ours belongs to; null for anybody else's. */
export function ownerOf(namespace: string): number | null {
  const pid = /^firedrill-(\d+)(?:-\d+)?(?:-wire)?$/.exec(namespace)?.[1];
  return pid === undefined ? null : Number(pid);
}

/** Where so many clients connect from. */
export function sourcesOf({ base }: LabPlan, clients: number): string[] {
  const wanted = Math.max(Math.ceil(clients / CLIENTS_PER_ADDRESS), Math.min(USUAL_SOURCES, clients));
  const count = Math.min(MOST_SOURCES, wanted);
  return Array.from({ length: count }, (_, i) => toAddress(base + BLOCK / 2 + 1 + i));
}

/** Lines for `ip -batch`: the two pairs of interfaces, each with its ends where they belong. */
export function linkLines({ clients, wire, link }: LabPlan): string[] {
  return [
    `link add ${link} type veth peer name ${WIRE.toTarget} netns ${wire}`,
    `link add ${TO_WIRE} netns ${clients} type veth peer name ${WIRE.toClients} netns ${wire}`,
    // A packet of 64 KB that is lost as one is no packet of a network.
    `link set ${link} gso_max_segs 1`,
  ];
}

export function wireLines({ base }: LabPlan): string[] {
  return [
    `address add ${toAddress(base + 2)}/30 dev ${WIRE.toTarget}`,
    `address add ${toAddress(base + 5)}/30 dev ${WIRE.toClients}`,
    `link set ${WIRE.toTarget} up`,
    `link set ${WIRE.toClients} up`,
    `route add default via ${toAddress(base + 1)} dev ${WIRE.toTarget}`,
    `route add ${sourcesNet(base)} via ${toAddress(base + 6)} dev ${WIRE.toClients}`,
  ];
}

export function clientLines({ base }: LabPlan): string[] {
  return [
    'link set lo up',
    `link set ${TO_WIRE} gso_max_segs 1`,
    `address add ${toAddress(base + 6)}/30 dev ${TO_WIRE}`,
    `link set ${TO_WIRE} up`,
    `route add default via ${toAddress(base + 5)} dev ${TO_WIRE}`,
    // All of them are ours without being set up one by one.
    `route add local ${sourcesNet(base)} dev lo`,
  ];
}

/** The route comes last: it fails where another run took the same addresses meanwhile. */
export function hostLines({ base, host, link }: LabPlan): string[] {
  return [
    `address add ${host}/30 dev ${link}`,
    `link set ${link} up`,
    `route add ${toAddress(base)}/20 via ${toAddress(base + 2)} dev ${link}`,
  ];
}

/** The nets that `ip -json route show table all` knows a way to, but for the way to everywhere. */
export function parseRoutes(json: string): Net[] {
  const routes = JSON.parse(json) as unknown;
  if (!Array.isArray(routes)) return [];
  return routes.flatMap((route: unknown) => {
    const { dst } = (route ?? {}) as { dst?: unknown };
    const net = typeof dst === 'string' ? parseNet(dst) : null;
    return net ?? [];
  });
}

function parseNet(text: string): Net | null {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(text);
  if (!match) return null;
  const [, a, b, c, d, bits = '32'] = match;
  const first = Number(a) * 2 ** 24 + Number(b) * 2 ** 16 + Number(c) * 2 ** 8 + Number(d);
  return { first, last: first + 2 ** (32 - Number(bits)) - 1 };
}

function sourcesNet(base: number): string {
  return `${toAddress(base + BLOCK / 2)}/21`;
}

function toAddress(number: number): string {
  return [24, 16, 8, 0].map((bits) => (number >>> bits) & 255).join('.');
}
