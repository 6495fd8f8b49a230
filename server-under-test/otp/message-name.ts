const LONGEST = 100;

function cut(name: string): string {
  return name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name;
}

/** What the observer calls a message: its event where it has one, a bare string itself, else its class. */
export function describeMessage(message: unknown): string {
  if (typeof message === 'string') return cut(message);
  if (typeof message !== 'object' || message === null) return typeof message;
  const { event } = message as { readonly event?: unknown };
  if (typeof event === 'string') return cut(event);
  // An own property of that name may be anything: only the class is trusted.
  const prototype = Object.getPrototypeOf(message) as { readonly constructor?: unknown } | null;
  const maker = prototype?.constructor;
  return typeof maker === 'function' && maker.name !== '' ? cut(maker.name) : 'Object';
}
