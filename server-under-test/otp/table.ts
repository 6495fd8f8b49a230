/** An ETS-like table: rows that stay until deleted, with their weight known at all times. */
export class Table {
  readonly name: string;
  /** Bytes of all values. */
  bytes = 0;
  private readonly rowsByKey = new Map<unknown, Uint8Array>();

  constructor(name: string) {
    this.name = name;
  }

  get rows(): number {
    return this.rowsByKey.size;
  }

  /** Inserts or replaces one row. */
  insert(key: unknown, value: Uint8Array): void {
    this.bytes += value.byteLength - (this.rowsByKey.get(key)?.byteLength ?? 0);
    this.rowsByKey.set(key, value);
  }

  delete(key: unknown): void {
    this.bytes -= this.rowsByKey.get(key)?.byteLength ?? 0;
    this.rowsByKey.delete(key);
  }
}
