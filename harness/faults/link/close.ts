/**
 * Connections end with a close frame of the client's, or with FIN and none; to
 * the client it is the network's doing.
 */
import { once } from './once.ts';

export const close = once(({ code }) => ({
  fall: (connection) => connection.sever({ code: Number(code) }),
  told: 'closed by a fault',
}));
