/** A number of milliseconds out of a payload; 0 when absent or nonsense. */
export function readMs(payload: unknown, key: string): number {
  const value = readField(payload, key);
  return typeof value === 'number' && value > 0 && Number.isFinite(value) ? value : 0;
}

/** One field of a payload that may be anything. */
export function readField(payload: unknown, key: string): unknown {
  if (typeof payload !== 'object' || payload === null || !Object.hasOwn(payload, key)) return undefined;
  return (payload as Record<string, unknown>)[key];
}

/** True for a JSON object, the map of Elixir's patterns. */
export function isMap(payload: unknown): payload is Record<string, unknown> {
  return (
    typeof payload === 'object' &&
    payload !== null &&
    !Array.isArray(payload) &&
    !(payload instanceof Uint8Array)
  );
}
