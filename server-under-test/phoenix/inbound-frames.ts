import { closeAnswer } from './closing.ts';
import { BROKEN, type FrameReader } from './frame-reader.ts';
import { BINARY, bytesFrame, CLOSE, PING, PONG, TEXT } from './frames.ts';
import { handleMessage } from './socket.ts';
import type { Transport } from './transport.ts';

/** Acts on the WebSocket message the reader announced. Throws what the decoder throws. */
export function handleFrame(transport: Transport, reader: FrameReader, opcode: number): void {
  const { payload } = reader;
  switch (opcode) {
    case TEXT:
      return handleMessage(transport, transport.serializer.decodeText(payload.toString('utf8')));
    case BINARY:
      return handleMessage(transport, transport.serializer.decodeBinary(payload));
    case PING:
      return transport.write(bytesFrame(PONG, payload));
    case CLOSE:
      return transport.stop({ shutdown: 'local_closed' }, closeAnswer(payload));
    case BROKEN: {
      const { errorCode } = reader;
      const reason = errorCode === 1007 ? 'received invalid UTF-8' : { shutdown: 'deserializing' };
      return transport.stop(reason, errorCode);
    }
  }
}
