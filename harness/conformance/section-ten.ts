/** The numbers of phoenix-semantics 10, by subsection: the one list every case is held against. */
export const SECTION_TEN: Readonly<Record<string, readonly number[]>> = {
  '10.1': [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 14, 15],
  '10.2': [16, 17, 18, 19, 20, 22, 23, 25, 26, 27, 28, 30, 31, 33, 34],
  '10.3': [35, 37, 38, 39, 40, 41, 42, 45, 46, 47, 48, 49],
  '10.4': [51, 52, 53, 56, 57, 58, 59, 60, 61, 63, 64, 65],
  '10.5': [66, 67, 68, 70, 71, 72, 74, 75, 76],
  '10.6': [77, 78, 79, 81, 82, 83, 84, 85, 87],
  '10.7': [88, 89, 90, 91, 92, 93],
};

/** All numbers, ascending. */
export const ALL_NUMBERS: readonly number[] = Object.values(SECTION_TEN)
  .flat()
  .toSorted((a, b) => a - b);

/** The subsection a number stands in: `10.2`. */
export function sectionOf(number: number): string {
  for (const [section, numbers] of Object.entries(SECTION_TEN)) {
    if (numbers.includes(number)) return section;
  }
  throw new RangeError(`phoenix-semantics 10 has no case ${number}`);
}

/** Numbers of a selection such as `16,20-31`; null when the text is none. */
export function readSelection(text: string): ReadonlySet<number> | null {
  const chosen = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^\s*(\d{1,3})(?:-(\d{1,3}))?\s*$/.exec(part);
    if (match === null) return null;
    const from = Number(match[1]);
    const to = Number(match[2] ?? match[1]);
    const found = ALL_NUMBERS.filter((number) => number >= from && number <= to);
    if (found.length === 0) return null;
    for (const number of found) chosen.add(number);
  }
  return chosen;
}
