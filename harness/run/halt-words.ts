/**
 * What a run and `firedrill halt` say to each other over the run's socket, each a
 * line of JSON. Whoever connects is given the card; `halt` is the one thing to ask.
 *
 *   run   {"card":{…}}            at once
 *   halt  halt
 *   run   {"halting":{"on":[…]}}  what was on when it was asked
 *   run   {"ended":{…}}           when all of it is over
 */

/** The one line that is understood. */
export const ASK = 'halt';

/** What a run tells of itself. */
export type RunCard = {
  pid: number;
  scenario: string;
  dir: string;
  target: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  command: string;
};

/** How it ended. */
export type RunEnd = {
  exitCode: number;
  /** True when it ended before its plan did. */
  isCutShort: boolean;
  /** Faults that could not be lifted, each with the command that takes it off. */
  notLifted: { name: string; byHand: string }[];
  /** Faults that were left on, as the drill wanted. */
  left: string[];
};

export type RunSays = { card: RunCard } | { halting: { on: string[] } } | { ended: RunEnd };

/** What a line says, as far as it can be believed; null for what is none of these. */
export function readSays(line: string): RunSays | null {
  const said = parse(line);
  if (!isFields(said)) return null;
  const { card, halting, ended } = said;
  if (isFields(card) && typeof card['pid'] === 'number') {
    const text = (name: string): string => (typeof card[name] === 'string' ? card[name] : '');
    const { pid } = card;
    return {
      card: {
        pid,
        scenario: text('scenario'),
        dir: text('dir'),
        target: text('target'),
        startedAt: text('startedAt'),
        command: text('command'),
      },
    };
  }
  if (isFields(halting)) return { halting: { on: textsOf(halting['on']) } };
  if (isFields(ended) && typeof ended['exitCode'] === 'number') {
    const { exitCode, isCutShort, notLifted } = ended;
    const faults = Array.isArray(notLifted) ? notLifted.filter(isFields) : [];
    const told = faults.map(({ name, byHand }) => ({ name: textOf(name), byHand: textOf(byHand) }));
    const left = textsOf(ended['left']);
    return { ended: { exitCode, isCutShort: isCutShort === true, notLifted: told, left } };
  }
  return null;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
