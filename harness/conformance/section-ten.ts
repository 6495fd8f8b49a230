/** Which cases there are, by number: the one list they are held against. */
import type { CaseNumber } from './case.ts';

/** The numbers of phoenix-semantics 10, by subsection. */
export const SECTION_TEN: Readonly<Record<string, readonly number[]>> = {
  '10.1': [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 14, 15],
  '10.2': [16, 17, 18, 19, 20, 22, 23, 25, 26, 27, 28, 30, 31, 33, 34],
  '10.3': [35, 37, 38, 39, 40, 41, 42, 45, 46, 47, 48, 49],
  '10.4': [51, 52, 53, 56, 57, 58, 59, 60, 61, 63, 64, 65],
  '10.5': [66, 67, 68, 70, 71, 72, 74, 75, 76],
  '10.6': [77, 78, 79, 81, 82, 83, 84, 85, 87],
  '10.7': [88, 89, 90, 91, 92, 93],
};

/** What the cases of a section are about. */
export const SECTION_TITLES: Readonly<Record<string, string>> = {
  '10.1': 'Opening and framing',
  '10.2': 'Join, leave, duplicate',
  '10.3': 'Events, stops, crashes',
  '10.4': 'Broadcast, PubSub, presence',
  '10.5': 'Ends of connections',
  '10.6': 'Client',
  '10.7': 'LiveView',
  'beyond 10': 'Stated by the sections, not by their table',
};

/** What sections 1 to 5 state and that table leaves out is numbered from b1 on. */
const BEYOND = 15;

/** All numbers, ascending; those beyond the table last. */
export const ALL_NUMBERS: readonly CaseNumber[] = [
  ...Object.values(SECTION_TEN)
    .flat()
    .toSorted((a, b) => a - b),
  ...Array.from({ length: BEYOND }, (_, index): CaseNumber => `b${index + 1}`),
];

/** Where a case stands in ALL_NUMBERS, to sort by. */
export function placeOf(number: CaseNumber): number {
  return ALL_NUMBERS.indexOf(number);
}

/** The subsection a number stands in: `10.2`, or `beyond 10`. */
export function sectionOf(number: CaseNumber): string {
  if (!ALL_NUMBERS.includes(number)) throw new RangeError(`there is no case ${number}`);
  const found = Object.entries(SECTION_TEN).find(([, numbers]) => numbers.some((one) => one === number));
  return found?.[0] ?? 'beyond 10';
}

/** Numbers of a selection such as `16,20-31,b2`; null when the text is none. */
export function readSelection(text: string): ReadonlySet<CaseNumber> | null {
  const chosen = new Set<CaseNumber>();
  for (const part of text.split(',')) {
    const match = /^\s*(b?)(\d{1,3})(?:-\1(\d{1,3}))?\s*$/.exec(part);
    if (match === null) return null;
    const [, letter = '', from = '', to = from] = match;
    const found = ALL_NUMBERS.filter((number) => {
      const value = Number(String(number).slice(letter.length));
      return (
        String(number).startsWith('b') === (letter !== '') && value >= Number(from) && value <= Number(to)
      );
    });
    if (found.length === 0) return null;
    for (const number of found) chosen.add(number);
  }
  return chosen;
}
