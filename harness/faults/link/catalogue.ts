/** Faults that act on the driver's own sockets, carried out inside each worker. */
import type { LinkFault } from './link-fault.ts';
import { networkDrop } from './network-drop.ts';
import { rejoin } from './rejoin.ts';

export const LINK_FAULTS: Readonly<Record<string, LinkFault>> = { network_drop: networkDrop, rejoin };
