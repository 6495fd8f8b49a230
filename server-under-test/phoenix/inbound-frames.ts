import { closeAnswer } from './closing.ts';
import { BROKEN, type FrameReader } from './frame-reader.ts';
import { BINARY, bytesFrame, CLOSE, PING, PONG, TEXT } from './frames.ts';
import { handleMessage } from './socket.ts';
import type { WebSocketTransport } from './websocket.ts';

/** Acts on the WebSocket message the reader announced. Throws what the decoder throws. */
export function handleFrame(transport: WebSocketTransport, reader: FrameReader, opcode: number): void {
  const { payload } = reader;
  switch (opcode) {
    case TEXT:
      return handleMessage(transport, transport.serializer.decodeText(payload.toString('utf8')));
    case BINARY:
      return handleMessage(transport, transport.serializer.decodeBinary(payload));
    case PING:
      return transport.write(bytesFrame(PONG, payload));
    case CLOSE:
      return transport.stopFrom('closed by client', closeAnswer(transport.context.profile.server, payload));
    case BROKEN: {
      const { errorCode } = reader;
      transport.context.logger.error(() => `bad frame: closing with ${errorCode}`);
      return transport.stopFrom(errorCode === 1007 ? 'bad text' : 'bad frame', errorCode);
    }
  }
}
