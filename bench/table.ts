/** Rows of a benchmark: what was measured, beside what, and the limit it should keep. */
export type Row = {
  what: string;
  ours: string;
  beside: string;
  /** The figure the limit speaks of: a ratio, or ours itself. */
  figure: number;
  limit: number;
  unit: string;
};

/** Prints the rows with a sign each; returns how many limits were missed. */
export function printRows(title: string, rows: readonly Row[]): number {
  const cells = rows.map((row) => [
    row.what,
    row.ours,
    row.beside,
    `${row.figure.toFixed(2)}${row.unit}`,
    `≤ ${row.limit}${row.unit}`,
    row.figure <= row.limit ? '✓' : '✕',
  ]);
  const head = ['', 'ours', 'beside', 'figure', 'limit', ''];
  const widths = head.map((_, column) =>
    Math.max(...[head, ...cells].map((line) => (line[column] ?? '').length)),
  );
  process.stdout.write(`\n${title}\n`);
  for (const line of [head, ...cells]) {
    process.stdout.write(
      `  ${line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
  }
  return rows.filter((row) => row.figure > row.limit).length;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
