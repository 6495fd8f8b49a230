/**
 * Connections are cut with RST, as by a middlebox that has forgotten them;
 * nobody says goodbye.
 */
import { once, type Act } from './once.ts';

export const cut: Act = (connection) => connection.reset('reset by a fault');

export const reset = once(() => cut);
