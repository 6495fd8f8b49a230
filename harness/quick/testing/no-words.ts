/** A command line with nothing on it, for tests to put their words on. */
import type { QuickWords } from '../read-drill.ts';

export const NOTHING: QuickWords = {
  clients: undefined,
  durationMs: undefined,
  rampMs: undefined,
  joins: [],
  pushes: [],
  publishes: [],
  casts: [],
  listens: [],
  rate: undefined,
  rateTotal: undefined,
  params: [],
  headers: [],
  authToken: undefined,
  feed: undefined,
  thresholds: [],
};
