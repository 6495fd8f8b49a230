import type { Route } from '../phoenix/routes.ts';
import { isSameSecret } from '../phoenix/same-secret.ts';
import type { UserSocket } from '../phoenix/user-socket.ts';

function tokenMatches(token: unknown, secret: string): boolean {
  return typeof token === 'string' && isSameSecret(token, secret);
}

/** The user id of a socket's assigns, or null. */
export function readUserId(assigns: Readonly<Record<string, unknown>>): string | null {
  const userId = assigns['user_id'];
  return typeof userId === 'string' ? userId : null;
}

/** The socket of the drill contract: `user_id` is optional, `token` is required where the server has a secret. */
export function drillSocket(channels: readonly Route[], secret: string | null): UserSocket {
  return {
    name: 'DrillSocket',
    channels,
    connect(params) {
      if (secret !== null && !tokenMatches(params['token'], secret)) return { tag: 'error', reason: 'token' };
      const userId = Object.hasOwn(params, 'user_id') ? params['user_id'] : null;
      return { tag: 'ok', assigns: { user_id: typeof userId === 'string' ? userId : null } };
    },
    id(assigns) {
      const userId = readUserId(assigns);
      return userId === null ? null : `user:${userId}`;
    },
  };
}
