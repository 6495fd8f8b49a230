import type { Params } from './plug-params.ts';
import type { Serializer } from './serializer.ts';
import { serializerV1 } from './serializer-v1.ts';
import { serializerV2 } from './serializer-v2.ts';

/** A serializer and the version that asked for it. */
export interface Negotiated {
  readonly serializer: Serializer;
  readonly vsn: string;
}

const DEFAULT_VSN = '1.0.0';
const USUAL_VSN = '2.0.0';
const USUAL: Negotiated = { serializer: serializerV2, vsn: USUAL_VSN };
/** A version as Elixir reads it, of major 1 or 2 and minor 0: what `~> 1.0.0` and `~> 2.0.0` can match. */
const VERSION = /^([12])\.0\.(0|[1-9]\d*)(-[\da-z-]+(?:\.[\da-z-]+)*)?(?:\+[\da-z-]+(?:\.[\da-z-]+)*)?$/i;

/** The serializer `vsn` asks for, absent V1; null refuses: another version, or no text (phoenix-semantics 1.1, case 2). */
export function negotiate(params: Params): Negotiated | null {
  const vsn = params['vsn'] ?? DEFAULT_VSN;
  if (typeof vsn !== 'string') return null;
  // What nearly every client says needs no reading.
  if (vsn === USUAL_VSN) return USUAL;
  const match = VERSION.exec(vsn);
  // 2.0.0-rc.1 stands before 2.0.0.
  if (match === null || (match[2] === '0' && match[3] !== undefined)) return null;
  return { serializer: match[1] === '1' ? serializerV1 : serializerV2, vsn };
}
