/** A case of phoenix-semantics, made executable. */
import type { Settings } from './target.ts';
import type { Trial } from './trial.ts';

/** What a target must offer for a case; what it does not offer makes the case n/a, never passed. */
export type Needs = {
  /** The probe channel (CONTRACT.md, b). */
  probe?: true;
  /** The control port (CONTRACT.md, d). */
  control?: true;
  /** A connect/3 that refuses: a declared secret, or the probe. */
  refusals?: true;
  /** Endpoint.broadcast from outside: the control port, or the probe. */
  broadcasts?: true;
  /** Declared settings; the values are those the bundled server is started with. */
  settings?: Settings;
  /** Settings with which it sees more; without them it runs and says what it did not look at. */
  wants?: Settings;
  /** Runs while no other case does: it counts, or breaks, what all share. */
  alone?: true;
  /** The server does not outlive it: `drain` needs the control port, `stop` a server of our own. */
  ends?: 'drain' | 'stop';
};

/** As phoenix-semantics 10 numbers it, or `b1` for what its sections state beyond that table. */
export type CaseNumber = number | `b${number}`;

export type RunnableCase = {
  number: CaseNumber;
  title: string;
  /** The sections of phoenix-semantics that say what must happen. */
  spec: string;
  needs?: Needs;
  /** Returns when the server did as specified; throws NotAsSpecified when it did not. */
  run(trial: Trial): Promise<void>;
};

/** A case that is not about the server, or not about a server with channels alone. */
export type ElsewhereCase = { number: CaseNumber; title: string; spec: string; elsewhere: string };

export type ConformanceCase = RunnableCase | ElsewhereCase;

export type Outcome =
  /** `notes` say which part of the case was not looked at, and why. */
  | { status: 'passed'; notes: string[] }
  | { status: 'failed'; expected: string; got: string; exchange: string[]; notes: string[] }
  | { status: 'n/a'; reason: string };
