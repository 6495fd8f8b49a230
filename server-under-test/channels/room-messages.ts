/** A channel's note to itself to push `after_join`. */
export class AfterJoin {
  readonly n: unknown;

  constructor(n: unknown) {
    this.n = n;
  }
}

/** One message of a flood: work that takes `ms` in handle_info. */
export class FloodWork {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }
}
