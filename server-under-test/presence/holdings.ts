import type { Process } from '../otp/process.ts';
import type { Entry } from './entry.ts';

/** Which entries each local process tracks: nearly always one, and then no array is made. */
export class Holdings {
  private readonly byOwner = new Map<Process, Entry | Entry[]>();

  has(owner: Process): boolean {
    return this.byOwner.has(owner);
  }

  of(owner: Process): readonly Entry[] {
    const held = this.byOwner.get(owner);
    if (held === undefined) return [];
    return Array.isArray(held) ? held : [held];
  }

  find(owner: Process, topic: string, key: string): Entry | null {
    return this.of(owner).find((entry) => entry.key === key && entry.topic === topic) ?? null;
  }

  add(owner: Process, entry: Entry): void {
    const held = this.byOwner.get(owner);
    if (held === undefined) this.byOwner.set(owner, entry);
    else if (Array.isArray(held)) held.push(entry);
    else this.byOwner.set(owner, [held, entry]);
  }

  remove(owner: Process, entries: readonly Entry[]): void {
    const gone = new Set(entries);
    const rest = this.of(owner).filter((entry) => !gone.has(entry));
    const [first] = rest;
    if (first === undefined) this.byOwner.delete(owner);
    else this.byOwner.set(owner, rest.length === 1 ? first : rest);
  }
}
