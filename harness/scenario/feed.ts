/**
 * Data for clients: rows of a file, of a list, or made by a function, dealt in
 * turn. A file is read when a row is first asked for, or when it is checked.
 */
import { FiredrillError, EXIT, messageOf, type Problem } from '../base/errors.ts';
import { Random, hash } from '../base/random.ts';
import { readCsvFile, readJsonlFile, type RowSource } from './feed-file.ts';
import { describeValue } from './shape.ts';

/** Rows dealt to the clients in turn. */
export type Feed<Row> = {
  /** How many rows there are: `load: { clients: users.count, … }`. */
  readonly count: number;
  /** All of them at once, which a large file makes expensive; `count` and `row` are not. */
  readonly rows: readonly Row[];
  /** The row of a client, made anew: rows are dealt in turn and begin again when they are used up. */
  row(index: number): Row;
};

/** The builders of a scenario's `feed` and of `connect.params`; relative paths begin at the scenario's folder. */
export const feed = {
  /**
   * The rows of a CSV file whose first line names the columns (RFC 4180, UTF-8). All values are texts.
   * The columns named here must be there: `feed.csv('users.csv', ['name', 'token'])`.
   */
  csv<const Column extends string = string>(
    path: string | URL,
    columns: readonly Column[] = [],
  ): Feed<Record<Column, string>> {
    const folder = here();
    return admit(new ReadFeed<Record<Column, string>>(() => readCsvFile(path, folder, columns)));
  },
  /** The rows of a file of one JSON object per line. */
  jsonl<Row extends object = Record<string, unknown>>(path: string | URL): Feed<Row> {
    const folder = here();
    return admit(new ReadFeed<Row>(() => readJsonlFile(path, folder)));
  },
  /** The rows as they stand in the scenario. */
  rows<Row>(rows: readonly Row[]): Feed<Row> {
    return admit(new ReadFeed<Row>(() => listed(rows)));
  },
  /** So many rows, each made when it is asked for; the same in every run, whatever its seed. */
  generate<Row>(count: number, make: (index: number, random: Random) => Row): Feed<Row> {
    return admit(new MadeFeed(count, make));
  },
};

/** True for what the builders return. */
export function isFeed(value: unknown): value is Feed<unknown> {
  return value instanceof ReadFeed || value instanceof MadeFeed;
}

/** What is wrong with a feed; reads its file, once. */
export function problemsOfFeed(of: Feed<unknown>): readonly Problem[] {
  return of instanceof ReadFeed || of instanceof MadeFeed ? of.problems : [];
}

/** The rows to check one by one: all that are written down, of generated ones the first. */
export function* rowsToCheck(of: Feed<unknown>): Iterable<unknown> {
  const count = of instanceof MadeFeed ? 1 : of.count;
  for (let nth = 0; nth < count; nth++) yield of.row(nth);
}

/** Feeds built while a scenario file is evaluated: their folder, and where to find them for the check. */
type Evaluation = { folder: string; feeds: Set<Feed<unknown>> };
let evaluation: Evaluation | null = null;

/** From now on feeds belong to a file of that folder; `end` returns those built since. */
export function beginFeeds(folder: string): { end(): ReadonlySet<Feed<unknown>> } {
  const own: Evaluation = { folder, feeds: new Set() };
  evaluation = own;
  return {
    end() {
      evaluation = null;
      return own.feeds;
    },
  };
}

function here(): string {
  return evaluation?.folder ?? '.';
}

function admit<Made extends Feed<unknown>>(made: Made): Made {
  evaluation?.feeds.add(made);
  return made;
}

class ReadFeed<Row> implements Feed<Row> {
  readonly #read: () => RowSource;
  #source: RowSource | null = null;
  #rows: readonly Row[] | null = null;

  constructor(read: () => RowSource) {
    this.#read = read;
  }

  get problems(): readonly Problem[] {
    this.#source ??= this.#read();
    return this.#source.problems;
  }

  get count(): number {
    return this.#usable().count;
  }

  get rows(): readonly Row[] {
    const { count, rowAt } = this.#usable();
    this.#rows ??= Array.from({ length: count }, (_, nth) => rowAt(nth) as Row);
    return this.#rows;
  }

  row(index: number): Row {
    const { count, rowAt } = this.#usable();
    return rowAt(index % count) as Row;
  }

  #usable(): RowSource {
    this.#source ??= this.#read();
    if (this.#source.problems.length > 0) throw new FiredrillError(EXIT.invalid, this.#source.problems);
    return this.#source;
  }
}

function listed(rows: unknown): RowSource {
  if (Array.isArray(rows) && rows.length > 0) {
    return { count: rows.length, problems: [], rowAt: (nth) => (rows as unknown[])[nth] };
  }
  const wanted = 'a list of at least one row';
  const problem = { code: 'empty-feed', path: 'feed.rows', got: describeValue(rows), wanted };
  return { count: 0, problems: [problem], rowAt: () => undefined };
}

/** Sets these draws apart from those of clients. */
const FEED_STREAM = 0xfeed;

class MadeFeed<Row> implements Feed<Row> {
  readonly count: number;
  readonly #make: (index: number, random: Random) => Row;

  constructor(count: number, make: (index: number, random: Random) => Row) {
    this.count = count;
    this.#make = make;
  }

  get problems(): readonly Problem[] {
    const path = 'feed.generate';
    if (!Number.isInteger(this.count) || this.count < 1) {
      const wanted = 'a whole number of rows, at least 1';
      return [{ code: 'out-of-range', path, got: describeValue(this.count), wanted }];
    }
    if (typeof this.#make !== 'function') {
      const wanted = "a function: (index, random) => ({ name: 'user' + index })";
      return [{ code: 'not-a-function', path, got: describeValue(this.#make), wanted }];
    }
    try {
      this.row(0);
      return [];
    } catch (error) {
      const wanted = 'a function that makes a row of every index';
      return [{ code: 'feed-threw', path, got: messageOf(error), wanted }];
    }
  }

  get rows(): readonly Row[] {
    return Array.from({ length: this.count }, (_, index) => this.row(index));
  }

  row(index: number): Row {
    const nth = index % this.count;
    return this.#make(nth, new Random(hash(FEED_STREAM, nth)));
  }
}
