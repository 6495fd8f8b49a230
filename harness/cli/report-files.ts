/** Renders a run into its folder. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderReport } from '../../reports/render/report.ts';
import type { RunRecord } from '../record/run-record.ts';

/** Writes report.html and returns its path. */
export function writeReport(record: RunRecord, dir: string): string {
  const path = reportPath(dir);
  writeFileSync(path, renderReport(record));
  return path;
}

/** Where the report of a run lies. */
export function reportPath(dir: string): string {
  return join(dir, 'report.html');
}
