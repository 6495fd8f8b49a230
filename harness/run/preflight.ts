/** One connection before any load: a target that refuses or is not there says so at once. */
import type { Clock } from '../base/clock.ts';
import { EXIT, FiredrillError } from '../base/errors.ts';
import type { TargetAddress } from '../drive/orders.ts';
import type { ConnectOptions } from '../scenario/api.ts';
import { Connection, type CloseCause } from '../wire/connection.ts';
import { upgradeRequest } from '../wire/handshake.ts';

const ANSWER_MS = 5_000;

/** Resolves once the target has accepted a WebSocket of client 0; `FiredrillError` 114 with the cause when it does not. */
export async function checkTarget(
  address: TargetAddress,
  connect: ConnectOptions | undefined,
  display: string,
  clock: Clock,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<CloseCause | null>();
  const params = typeof connect?.params === 'function' ? connect.params(0) : connect?.params;
  const path = params ? `${address.path}&${new URLSearchParams(params).toString()}` : address.path;
  const connection = new Connection(
    { host: address.host, port: address.port, localAddress: null },
    upgradeRequest(`${address.host}:${address.port}`, path),
    { onOpen: () => resolve(null), onText: () => {}, onClosed: resolve },
  );
  const alarm = clock.at(clock.nowUs() + ANSWER_MS * 1e3, () => connection.reset('no answer within 5 s'));
  const refusal = await promise;
  alarm.cancel();
  connection.close(1000);
  if (refusal === null) return;
  throw new FiredrillError(EXIT.unreachable, [
    {
      code: 'target-unreachable',
      path: display,
      got: refusal.detail,
      wanted: 'a WebSocket that opens',
      hint:
        HINTS.find(([pattern]) => pattern.test(refusal.detail))?.[1] ??
        'is it the URL of the socket, as phoenix.js takes it?',
    },
  ]);
}

const HINTS: readonly [RegExp, string][] = [
  [/ECONNREFUSED/, 'nobody listens there: start the server, or leave --target out for the bundled one'],
  [/HTTP 403/, 'connect/3 or check_origin refused: does it want a token? --target ws://…/socket?token=…'],
  [/HTTP 404/, 'no socket is mounted at this path: phoenix.js would take ws://host:port/socket'],
];
