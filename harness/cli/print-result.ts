/** Ends a run for its user: the report in its folder, the summary on stdout. */
import { renderKeyValues } from '../../reports/render/key-values.ts';
import { renderSummary } from '../../reports/render/summary-text.ts';
import type { RunResult } from '../run/run.ts';
import { writeReport } from './report-files.ts';

/** A person's summary on a terminal, `key=value` lines elsewhere, or one JSON document. */
export function printResult(result: RunResult, options: { json: boolean; colour: boolean }): void {
  const path = writeReport(result.record, result.dir);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ ...result.record.summary, dir: result.dir, report: path })}\n`);
  } else if (process.stdout.isTTY) {
    process.stdout.write(`${renderSummary(result.record, { colour: options.colour, reportPath: path })}\n`);
  } else {
    process.stdout.write(`${renderKeyValues(result.record).trimEnd()}\nreport=${path}\n`);
  }
}
