/**
 * Connections are cut with RST, as by a middlebox that has forgotten them;
 * nobody says goodbye.
 */
import { once, type Blow } from './once.ts';

export const cut: Blow = { fall: (connection) => connection.sever('reset'), told: 'reset by a fault' };

export const reset = once(() => cut);
