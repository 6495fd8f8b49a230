/** What stands in somebody's way: a promise of the way being free, or null when it is. */
export type Obstacle<S> = (subject: S, detail: unknown) => Promise<void> | null;

/** The obstacles that faults have put in one place. While there are none, `any` is all they cost. */
export class Obstacles<S> {
  private readonly standing = new Set<Obstacle<S>>();

  /** Whether it is worth asking. */
  get any(): boolean {
    return this.standing.size > 0;
  }

  /** Puts one up; what it returns takes it away. */
  add(obstacle: Obstacle<S>): () => void {
    this.standing.add(obstacle);
    return () => void this.standing.delete(obstacle);
  }

  /** Meets all of them, one after the other. Resolves behind the last; null when none took any time. */
  meet(subject: S, detail: unknown = null): Promise<void> | null {
    let passing: Promise<void> | null = null;
    for (const obstacle of this.standing) {
      if (passing === null) passing = obstacle(subject, detail);
      else passing = passing.then(() => obstacle(subject, detail) ?? undefined);
    }
    return passing;
  }
}
