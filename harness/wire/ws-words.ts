/** What `ws` says, in the words of outcome-words.ts. */
import { BREACH, OUTCOME, socketOutcome, type Breach } from './outcome-words.ts';

const BREACHES: ReadonlyMap<string, Breach> = new Map<string, Breach>([
  ['WS_ERR_UNEXPECTED_RSV_1', BREACH.reservedBits],
  ['WS_ERR_UNEXPECTED_RSV_2_3', BREACH.reservedBits],
  ['WS_ERR_UNEXPECTED_MASK', BREACH.masked],
  ['WS_ERR_EXPECTED_FIN', BREACH.control],
  ['WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH', BREACH.control],
  ['WS_ERR_INVALID_OPCODE', BREACH.opcode],
  ['WS_ERR_INVALID_CLOSE_CODE', BREACH.closeCode],
  ['WS_ERR_INVALID_UTF8', BREACH.utf8],
  ['WS_ERR_TOO_MANY_BUFFERED_PARTS', BREACH.fragments],
  ['WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH', BREACH.size],
  ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', BREACH.size],
]);

const MESSAGES: readonly (readonly [RegExp, string])[] = [
  [/^Invalid Upgrade header/, OUTCOME.noUpgrade],
  [/^Invalid Sec-WebSocket-Accept/, OUTCOME.wrongAccept],
  [/Sec-WebSocket-Extensions|extension that was not requested/, OUTCOME.extension],
  [/^Server sent no subprotocol/, OUTCOME.noSubprotocol],
  [/subprotocol/, OUTCOME.subprotocol],
];

/** The breach of RFC 6455 that `ws` found, or null when its error is none. */
export function wsBreach(error: Error): Breach | null {
  return BREACHES.get((error as NodeJS.ErrnoException).code ?? '') ?? null;
}

/** Why `ws` could not connect, or lost its socket. */
export function wsOutcome(error: Error): string {
  const known = MESSAGES.find(([pattern]) => pattern.test(error.message));
  if (known) return known[1];
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'HPE_HEADER_OVERFLOW') return OUTCOME.endlessHead;
  return code.startsWith('HPE_') ? OUTCOME.notHttp : socketOutcome(error);
}
