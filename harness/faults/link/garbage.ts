/**
 * One malformed frame from each client: its connection ends and every channel on
 * it, and nobody else's (phoenix-semantics 1.8; cases 8, 10 and 13).
 */
import { encodeFrame, OPCODE } from '../../wire/frame.ts';
import { once } from './once.ts';

const FRAMES: ReadonlyMap<string, Buffer> = new Map([
  ['json', encodeFrame(OPCODE.text, '{nope')],
  ['list', encodeFrame(OPCODE.text, '[null,"1","phoenix","heartbeat"]')],
  ['binary', encodeFrame(OPCODE.binary, Buffer.from([1]))],
  ['utf8', encodeFrame(OPCODE.text, Buffer.from([0xc3, 0x28]))],
  ['unmasked', Buffer.from([0x81, 2, 0x7b, 0x7d])],
]);

export const garbage = once(({ form }) => {
  const frame = FRAMES.get(String(form));
  if (!frame) throw new Error(`no malformed frame ${form}`);
  return { fall: (connection) => connection.send(frame) };
});
