import type { FaultOrder } from './fault.ts';

/** A parameter that is a number; the fallback where the order leaves it out. */
export function numberIn(order: FaultOrder, name: string, fallback = 0): number {
  const value = order.params[name];
  return typeof value === 'number' ? value : fallback;
}

/** A parameter that is a text; the fallback where the order leaves it out. */
export function textIn(order: FaultOrder, name: string, fallback: string): string {
  const value = order.params[name];
  return typeof value === 'string' ? value : fallback;
}
