/** What the truth server writes down, and how the test that started it asks for it. */

/** One push. Times are µs on the clock all processes of a host share; 0 means never. */
export type PushRow = {
  topic: string;
  client: number;
  /** The client's own count of its pushes. */
  sequence: number;
  readUs: number;
  /** Just before the answer was handed to the kernel. */
  writtenUs: number;
  /** By when the driver's process must have read it, whatever it was doing. */
  seenUs: number;
};

/** One copy of a broadcast, to one receiver. */
export type CopyRow = {
  topic: string;
  publisher: number;
  /** The publisher's own count, as in its push. */
  count: number;
  isStamp: boolean;
  receiver: number;
  writtenUs: number;
  seenUs: number;
};

export type TruthLog = {
  pushes: PushRow[];
  copies: CopyRow[];
  joins: number;
  /** The due time the driver has stamped on each client's first broadcast. */
  stamps: { client: number; dueUs: number }[];
};

export type ServerReport = { type: 'ready'; url: string; watchPort: number } | { type: 'log'; log: TruthLog };
