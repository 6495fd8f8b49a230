/** One client in a trial: what a test may do to it, and the trace it leaves on the wire. */
export type Contestant = {
  /** What it did, in order, with the time: connections, messages, closes, answers to its script. */
  readonly trace: readonly string[];
  connect(): void;
  disconnect(): void;
  join(topic: string): void;
  leave(topic: string): void;
  push(topic: string, event: string): void;
  /** The server lets the connection under way open, refuses it, or closes an open one. */
  open(): void;
  refuse(): void;
  drop(code: number): void;
  /** The server answers the last such message of this connection; nothing when there was none. */
  reply(event: string, topic: string, status: string): void;
  /** The server says something of its own, under the join_ref of the last join it heard, another one, or none. */
  say(topic: string, event: string, joinRef: 'own' | 'other' | 'none'): void;
  advanceMs(ms: number): void;
  end(): void;
};

type Heard = { joinRef: string | null; ref: string | null; topic: string; event: string };

/** Writes the trace: refs of both clients differ, so each is named by the message it first stood on. */
export class Trace {
  readonly lines: string[] = [];
  /** Messages of the connection that is open. */
  heard: Heard[] = [];
  /** Topics whose last join was answered. */
  readonly #answered = new Set<string>();
  readonly #nowMs: () => number;
  readonly #names = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  add(what: string): void {
    this.lines.push(`${this.#nowMs()} ${what}`);
  }

  sent(text: string): void {
    const [joinRef, ref, topic, event] = JSON.parse(text) as [string | null, string | null, string, string];
    this.heard.push({ joinRef, ref, topic, event });
    if (event === 'phx_join') this.#answered.delete(topic);
    const own = this.#name(ref, `${topic} ${event}`);
    this.add(`sends ${own} under ${this.#name(joinRef, 'a join nobody knows')}`);
  }

  /** The answer of the server to the last such message, as text. */
  answer(event: string, topic: string, status: string): string | null {
    const message = this.heard.findLast((one) => one.event === event && one.topic === topic);
    if (!message) return null;
    if (event === 'phx_join') this.#answered.add(topic);
    return JSON.stringify([message.joinRef, message.ref, topic, 'phx_reply', { status, response: {} }]);
  }

  /** A message of the server, as text; a channel is not closed before its join is answered. */
  said(topic: string, event: string, joinRef: 'own' | 'other' | 'none'): string | null {
    if (event === 'phx_close' && !this.#answered.has(topic)) return null;
    const own =
      this.heard.findLast((one) => one.event === 'phx_join' && one.topic === topic)?.joinRef ?? null;
    const ref = joinRef === 'own' ? own : joinRef === 'other' ? '999999' : null;
    return JSON.stringify([ref, event.startsWith('phx_') ? ref : null, topic, event, {}]);
  }

  #name(ref: string | null, message: string): string {
    if (ref === null) return 'none';
    const known = this.#names.get(ref);
    if (known !== undefined) return known;
    const nth = (this.#counts.get(message) ?? 0) + 1;
    this.#counts.set(message, nth);
    this.#names.set(ref, `${message} ${nth}`);
    return `${message} ${nth}`;
  }
}
