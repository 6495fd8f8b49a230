/** One connection to each address before any load: a target that refuses or is not there says so at once. */
import { isIPv6 } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { EXIT, FiredrillError } from '../base/errors.ts';
import { formatMs } from '../base/units.ts';
import type { TargetAddress } from '../drive/orders.ts';
import { explainConnection } from '../explain/explain-refusal.ts';
import { isLoopback } from '../target/url.ts';
import { OUTCOME } from '../wire/outcome-words.ts';
import type { Transport, Upgrade } from '../wire/transport.ts';
import { FirstLook } from './first-look.ts';

const ANSWER_MS = 5_000;
const HEARTBEAT_MS = 1_000;
const MAX_FRAME_BYTES = 16 * 1_048_576;

export type Preflight = {
  clock: Clock;
  target: TargetAddress;
  /** What client 0 asks for. */
  upgrade: Upgrade;
  transport: Transport;
  /** For people: the URL without its parameters. */
  display: string;
};

/** The addresses that are loaded, and what there is to say of them. */
export type Reached = { addresses: string[]; notes: string[] };

type Refused = { address: string; detail: string };

/**
 * Resolves once an address has accepted a WebSocket of client 0, with all those
 * of its family that did; `FiredrillError` 114 with the cause when none does.
 */
export async function checkTarget(flight: Preflight): Promise<Reached> {
  const { target, display } = flight;
  const looks = target.addresses.map((address) => look(flight, address, target.tls));
  const refused: Refused[] = [];
  const settled = looks.map(async (look) => {
    const cause = await look.refusal;
    if (cause !== null) refused.push({ address: look.address, detail: cause.detail });
    return cause === null ? look : Promise.reject(new Error(cause.detail));
  });
  const first = await firstOpen(looks, settled);
  if (first === null) throw unreachable(flight, await withSecondLook(flight, refused));
  // Both families of a name lead to the same servers; a mixture would only blur what is measured.
  const mates = looks.filter((look) => isIPv6(look.address) === isIPv6(first.address));
  const causes = await Promise.all(mates.map((look) => look.refusal));
  const open = mates.filter((_, at) => causes[at] === null);
  const notes = [`${display}: ${await describe(first, open.length, flight)}`];
  for (const { address, detail } of refused) {
    if (isIPv6(address) === isIPv6(first.address))
      notes.push(`${display}: ${address} is left out: ${detail}`);
  }
  for (const look of looks) look.end();
  return { addresses: open.map((look) => look.address), notes };
}

function look(flight: Preflight, host: string, tls: TargetAddress['tls']): FirstLook {
  const { clock, target, upgrade, transport } = flight;
  const endpoint = { host, port: target.port, localAddress: null, tls };
  const knock = { clock, transport, endpoint, upgrade, vsn: target.vsn, maxFrameBytes: MAX_FRAME_BYTES };
  return new FirstLook(knock, ANSWER_MS);
}

/** Many servers hang up without a word when they are spoken to in plain and wanted TLS: asked once more, they say so. */
async function withSecondLook(flight: Preflight, refused: readonly Refused[]): Promise<readonly Refused[]> {
  const { host, tls } = flight.target;
  const mute = refused.find(({ detail }) => detail === OUTCOME.closedEarly || detail === 'ECONNRESET');
  if (tls !== null || mute === undefined) return refused;
  const second = look(flight, mute.address, { servername: host, ca: null });
  const cause = await second.refusal;
  second.end();
  const isTls =
    cause === null || cause.detail.startsWith(OUTCOME.http) || cause.detail.startsWith(CERTIFICATE);
  return isTls ? [{ address: mute.address, detail: OUTCOME.speaksTls }] : refused;
}

/** How the words for every refused certificate begin. */
const CERTIFICATE = 'TLS certificate';

/** Which address decides on the family: the first to open; on loopback IPv4, whose 2^24 addresses lend their ports. */
async function firstOpen(
  looks: readonly FirstLook[],
  settled: readonly Promise<FirstLook>[],
): Promise<FirstLook | null> {
  if (!looks.every(({ address }) => isLoopback(address))) return Promise.any(settled).catch(() => null);
  const answers = await Promise.allSettled(settled);
  const open = looks.filter((_, at) => answers[at]?.status === 'fulfilled');
  return open.find(({ address }) => !isIPv6(address)) ?? open[0] ?? null;
}

/** What was agreed on: `opened in 12 ms, vsn 2.0.0, certificate verified; heartbeat answered in 3 ms`. */
async function describe(look: FirstLook, addresses: number, { target, upgrade }: Preflight): Promise<string> {
  const { vsn } = target;
  const agreed = [
    `opened in ${formatMs(look.openMs)}`,
    `vsn ${vsn}`,
    ...(target.tls ? ['certificate verified'] : []),
    ...(upgrade.protocols.length === 0 ? [] : ['auth token offered as a subprotocol']),
    ...(addresses > 1 ? [`${addresses} addresses`] : []),
  ].join(', ');
  const answer = await look.heartbeat(HEARTBEAT_MS);
  if (typeof answer === 'object' && 'afterMs' in answer) {
    return `${agreed}; heartbeat answered in ${formatMs(answer.afterMs)}`;
  }
  const how = answer === 'silent' ? `no answer in ${HEARTBEAT_MS / 1e3} s` : answer.detail;
  const other = vsn === '2.0.0' ? '1.0.0' : '2.0.0';
  return `${agreed}; but a heartbeat got ${how}: does it speak Phoenix Channels? --vsn ${other} is the other version`;
}

function unreachable({ target, display }: Preflight, refused: readonly Refused[]): FiredrillError {
  // Of localhost's two addresses mostly one is nobody's: the one that answered has more to say.
  const telling = refused.find(({ detail }) => !/^E[A-Z]+$/.test(detail)) ?? refused[0];
  const details = new Set(refused.map(({ detail }) => detail));
  const each = refused.map(({ address, detail }) => `${address}: ${detail}`);
  const { why, tryThis } = explainConnection(telling?.detail ?? '');
  const shown = target.host.includes(':') ? `[${target.host}]` : target.host;
  const tries = tryThis.map((text) => text.replaceAll('host:port', `${shown}:${target.port}`));
  return new FiredrillError(EXIT.unreachable, [
    {
      code: 'target-unreachable',
      path: display,
      got: [...(details.size === 1 ? details : each), ...(why === '' ? [] : [why])].join(NEXT_LINE),
      wanted: 'a WebSocket that opens',
      hint: (tries.length > 0 ? tries : ['is it the URL of the socket, as phoenix.js takes it?']).join(
        NEXT_LINE,
      ),
    },
  ]);
}

const NEXT_LINE = '\n          ';
