/** The sample's files, as a run would have left them, and read back. */

import { readFileSync } from 'node:fs';
import type { RunRecord, Summary } from '../../../harness/record/run-record.ts';
import type { TimelineLine } from '../../../harness/record/timeline-line.ts';

/** The folder of the sample kept in git. */
export const SAMPLES = new URL('../../samples/', import.meta.url);

/** `summary.json` of a record. */
export function summaryFile(record: RunRecord): string {
  return `${JSON.stringify(record.summary, null, 1)}\n`;
}

/** `timeline.ndjson` of a record: its lines in the order of their time. */
export function timelineFile(record: RunRecord): string {
  const lines: TimelineLine[] = [...record.windows, ...record.broadcasts, ...record.marks];
  const sorted = lines.toSorted((a, b) => a.atMs - b.atMs);
  return sorted.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** The record of the two files. */
export function readSample(): RunRecord {
  const summary = JSON.parse(readFileSync(new URL('summary.json', SAMPLES), 'utf8')) as Summary;
  const text = readFileSync(new URL('timeline.ndjson', SAMPLES), 'utf8');
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as TimelineLine);
  return {
    summary,
    windows: lines.filter((line) => line.type === 'window'),
    broadcasts: lines.filter((line) => line.type === 'broadcast'),
    marks: lines.filter((line) => line.type === 'mark'),
  };
}
