/** The text form of messages by the `vsn` a client asks for (phoenix-semantics 1.1). */
import { decodeMessage, encodeMessage } from './codec.ts';
import { decodeMessageV1, encodeMessageV1 } from './codec-v1.ts';

export type TextCodec = { encode: typeof encodeMessage; decode: typeof decodeMessage };

export const TEXT_CODECS: Readonly<Record<'1.0.0' | '2.0.0', TextCodec>> = {
  '1.0.0': { encode: encodeMessageV1, decode: decodeMessageV1 },
  '2.0.0': { encode: encodeMessage, decode: decodeMessage },
};
