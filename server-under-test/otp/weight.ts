// A word of the BEAM: what a number, an atom or a pointer to a value weighs.
const WORD = 8;
// JSON-like values are not this deep; a cycle ends here.
const DEEPEST = 64;

/** The payload of a message in bytes: what is sent as bytes or knows its `bytes`; other messages weigh nothing. */
export function messageBytes(message: unknown): number {
  if (message instanceof Uint8Array) return message.byteLength;
  if (typeof message === 'string') return message.length;
  if (typeof message !== 'object' || message === null) return 0;
  const { bytes } = message as { readonly bytes?: unknown };
  return typeof bytes === 'number' ? bytes : 0;
}

/**
 * An estimate of what a JSON-like value occupies, by one rule: bytes weigh their length, a string its UTF-8 bytes, everything
 * else that is no container 8; an array 8 for each element, an object or Map 8 for each entry, and what they contain.
 */
export function weigh(value: unknown, depth = 0): number {
  if (value instanceof Uint8Array) return value.byteLength;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null || depth === DEEPEST) return WORD;
  let total = 0;
  if (Array.isArray(value)) {
    for (const element of value) total += WORD + weigh(element, depth + 1);
    return total;
  }
  for (const [key, entry] of value instanceof Map ? value : Object.entries(value)) {
    total += WORD + weigh(key, depth + 1) + weigh(entry, depth + 1);
  }
  return total;
}
