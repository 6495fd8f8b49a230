/** From a URL and the flags beside it to what clients need to get in. */
import type { TargetAddress } from '../drive/orders.ts';
import type { Machine } from '../target/machine.ts';
import type { TargetUrl } from '../target/url.ts';
import type { ConnectWith } from './connect-with.ts';

/** Clients of one source address: far below the 28,000 ephemeral ports a pair of addresses has. */
const CLIENTS_PER_ADDRESS = 4_000;

/** The flags win over the URL; a header or parameter of the scenario's `connect` wins over both, per client. */
export function targetAddress(
  url: TargetUrl,
  connect: ConnectWith,
  addresses: readonly string[],
): TargetAddress {
  return {
    host: url.host,
    addresses: [...addresses],
    port: url.port,
    path: url.path,
    params: { ...url.params, ...connect.params },
    headers: connect.headers,
    vsn: connect.vsn ?? url.vsn ?? '2.0.0',
    authToken: connect.authToken,
    tls: url.secure ? { servername: url.host, ca: connect.ca } : null,
    sourceAddresses: [],
  };
}

/** True when all of 127.0.0.0/8 can be the source of connections there. */
export function startsAnywhere(addresses: readonly string[]): boolean {
  return addresses.length > 0 && addresses.every((address) => address.startsWith('127.'));
}

/**
 * Where connections there start from, each address with ephemeral ports of its own:
 * 127.1.0.1 and on, or those that are set up; empty where the kernel chooses.
 */
export function sourceAddresses(
  { sourceAddresses: most, loopback }: Pick<Machine, 'sourceAddresses' | 'loopback'>,
  targets: readonly string[],
  clients: number,
): string[] {
  if (most === 1 || !startsAnywhere(targets)) return [];
  if (loopback !== null) return [...loopback];
  const count = Math.ceil(clients / CLIENTS_PER_ADDRESS);
  return Array.from({ length: count }, (_, i) => `127.1.${Math.floor(i / 250)}.${(i % 250) + 1}`);
}
