/** What a message was answered; its response is decoded when somebody asks for it. */
import { inspect } from 'node:util';

/** A JSON value as it came over the wire. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** How a message ended; `lost` when its connection or channel went away first. */
export type ReplyStatus = 'ok' | 'error' | 'timeout' | 'lost';

const EMPTY: Json = Object.freeze({});

export class Reply {
  readonly status: ReplyStatus | 'dropped';
  /** The response as text, until it is asked for. */
  #text: string | null;
  #response: Json;

  private constructor(status: ReplyStatus | 'dropped', text: string | null, response: Json) {
    this.status = status;
    this.#text = text;
    this.#response = response;
  }

  /** Nobody answered: `timeout`, `lost` or `dropped`. */
  static readonly TIMEOUT = new Reply('timeout', null, null);
  static readonly LOST = new Reply('lost', null, null);
  static readonly DROPPED = new Reply('dropped', null, null);
  /** What most pushes are answered: `ok` and an empty map, one for all of them. */
  static readonly OK = new Reply('ok', null, EMPTY);

  /** An answer whose response is valid JSON that nobody has read yet. */
  static ofText(status: 'ok' | 'error', text: string): Reply {
    if (text === '{}' && status === 'ok') return Reply.OK;
    return new Reply(status, text, null);
  }

  /** An answer that is decoded already. */
  static of(status: 'ok' | 'error', response: Json): Reply {
    return new Reply(status, null, response);
  }

  get response(): Json {
    if (this.#text !== null) {
      this.#response = JSON.parse(this.#text) as Json;
      this.#text = null;
    }
    return this.#response;
  }

  /** The response as text, decoded or not: for words about it. */
  get responseText(): string {
    return this.#text ?? JSON.stringify(this.#response);
  }

  toJSON(): { status: string; response: Json } {
    return { status: this.status, response: this.response };
  }

  [inspect.custom](): { status: string; response: Json } {
    return this.toJSON();
  }
}
