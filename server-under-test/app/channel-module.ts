import { NoClause, type ChannelModule } from '../phoenix/channel.ts';
import type { ChannelSocket } from '../phoenix/channel-socket.ts';
import { RawMessage } from '../pubsub/fanned.ts';
import { checkIn, checkJoin, checkOther } from './bad-return.ts';
import type { ChannelCallbacks } from './channel-definition.ts';
import { unwrapReason } from './crash.ts';
import { guard } from './guard.ts';

type In = (event: unknown, payload: unknown, socket: ChannelSocket) => unknown;

function inHandler(callbacks: ChannelCallbacks): In {
  const { handleIn } = callbacks;
  if (typeof handleIn === 'function') return handleIn.bind(callbacks);
  const clauses = new Map<unknown, In>();
  for (const [event, clause] of Object.entries(handleIn ?? {})) {
    if (clause === undefined) continue;
    clauses.set(event, (name, payload, socket) => clause.call(handleIn, payload, socket, name as string));
  }
  return (event, payload, socket) => {
    const clause = clauses.get(event) ?? clauses.get('_');
    if (clause === undefined) throw new NoClause('handleIn', event);
    return clause(event, payload, socket);
  };
}

/** The module the channel server runs for callbacks of a user. */
export function buildModule(callbacks: ChannelCallbacks): ChannelModule {
  const { intercept } = callbacks;
  const handleIn = inHandler(callbacks);
  return {
    ...(intercept === undefined ? {} : { intercepts: intercept }),
    join: (topic, payload, socket) => guard(() => callbacks.join(topic, payload, socket), checkJoin),
    handleIn: (event, payload, socket) =>
      guard(
        () => handleIn(event, payload, socket),
        (result) => checkIn(result, event),
      ),
    handleOut: (event, payload, socket) => {
      const run = (): unknown => {
        if (callbacks.handleOut === undefined) throw new NoClause('handleOut', event);
        return callbacks.handleOut(event, payload, socket);
      };
      return guard(run, (result) => checkOther('handleOut', result));
    },
    ...optionalCallbacks(callbacks),
  };
}

// Whether one is there makes a difference to the channel server.
function optionalCallbacks(callbacks: ChannelCallbacks): Partial<ChannelModule> {
  const module: { -readonly [Key in keyof ChannelModule]?: ChannelModule[Key] } = {};
  const { handleInfo, handleCall, handleCast, terminate } = callbacks;
  if (handleInfo !== undefined) {
    module.handleInfo = (message, socket) => {
      const term = message instanceof RawMessage ? message.payload : message;
      return guard(
        () => handleInfo.call(callbacks, term, socket),
        (result) => checkOther('handleInfo', result),
      );
    };
  }
  if (handleCall !== undefined) {
    module.handleCall = (request, socket) =>
      guard(
        () => handleCall.call(callbacks, request, socket),
        (answer) => answer,
      );
  }
  if (handleCast !== undefined) {
    module.handleCast = (request, socket) =>
      guard(
        () => handleCast.call(callbacks, request, socket),
        (result) => checkOther('handleCast', result),
      );
  }
  if (terminate !== undefined) {
    module.terminate = (reason, socket) =>
      guard(
        () => terminate.call(callbacks, unwrapReason(reason), socket),
        () => {},
      );
  }
  return module;
}
