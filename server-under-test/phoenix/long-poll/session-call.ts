/** One encoded message on its way in or out. */
export interface Envelope {
  readonly binary: boolean;
  readonly payload: Uint8Array;
}

/** What a session answers. */
export type SessionAnswer =
  | { readonly tag: 'subscribed' }
  | { readonly tag: 'taken' }
  | { readonly tag: 'now available' }
  | { readonly tag: 'messages'; readonly messages: readonly Envelope[] };

export type Answer = (answer: SessionAnswer) => void;

/** A GET that waits for messages. */
export interface Poll {
  readonly ref: number;
  readonly answer: Answer;
}

/** What a session is asked, as a message in its mailbox: a session that is held answers nothing. */
export type SessionCall =
  | { readonly op: 'subscribe'; readonly answer: Answer }
  | { readonly op: 'flush'; readonly poll: Poll }
  | { readonly op: 'expired'; readonly ref: number }
  | { readonly op: 'dispatch'; readonly envelope: Envelope; readonly answer: Answer }
  | { readonly op: 'check activity' };

/** Where a session lives; what its token says. */
export interface SessionAddress {
  readonly node: number;
  readonly key: string;
}
