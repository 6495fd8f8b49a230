import { formatPid } from './pid.ts';
import { Process } from './process.ts';

const DEEPEST = 6;
const LONGEST_LIST = 50;
const LONGEST_STRING = 200;
const MOST_VALUES = 500;

function cut(text: string): string {
  return text.length > LONGEST_STRING ? `${text.slice(0, LONGEST_STRING)}…` : text;
}

class Inspection {
  private left = MOST_VALUES;

  show(value: unknown, depth: number): unknown {
    this.left -= 1;
    if (typeof value === 'string') return cut(value);
    if (value === null || typeof value === 'boolean') return value;
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
    if (typeof value === 'function') return `#Function<${cut(value.name)}>`;
    if (typeof value === 'bigint' || typeof value === 'symbol') return cut(value.toString());
    if (typeof value !== 'object') return null;
    if (value instanceof Process) return formatPid(value.runtime.node, value.id);
    if (value instanceof Uint8Array) return `<<${value.byteLength} bytes>>`;
    if (value instanceof Date || value instanceof Error) return cut(String(value));
    if (depth === DEEPEST || this.left <= 0) return '…';
    if (Array.isArray(value) || value instanceof Set) return this.list(value, depth);
    return this.entries(value instanceof Map ? value : Object.entries(value), depth);
  }

  private list(values: Iterable<unknown>, depth: number): unknown[] {
    const shown: unknown[] = [];
    for (const value of values) {
      if (shown.length === LONGEST_LIST || this.left <= 0) return [...shown, '…'];
      shown.push(this.show(value, depth + 1));
    }
    return shown;
  }

  private entries(entries: Iterable<[unknown, unknown]>, depth: number): unknown {
    const shown: Array<[string, unknown]> = [];
    for (const [key, value] of entries) {
      if (shown.length === LONGEST_LIST || this.left <= 0) {
        shown.push(['…', '…']);
        break;
      }
      const name = this.show(key, DEEPEST);
      shown.push([typeof name === 'string' ? name : String(name), this.show(value, depth + 1)]);
    }
    // Unlike assignment this makes an own key of `__proto__` too.
    return Object.fromEntries(shown);
  }
}

/** Any value as JSON can carry it, cut in depth, length and number of values; cycles end at the depth. */
export function inspect(value: unknown): unknown {
  return value === undefined ? null : new Inspection().show(value, 0);
}
