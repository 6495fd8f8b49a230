/** Ends a run for its user: the report in its folder, the summary on stdout. */
import { renderKeyValues } from '../../reports/render/key-values.ts';
import { renderFinding, renderSummary } from '../../reports/render/summary-text.ts';
import { visibleLine } from '../../reports/render/visible-text.ts';
import type { RunResult } from '../run/run.ts';
import { reportPath, writeReport } from './report-files.ts';

/** A person's summary on a terminal, `key=value` lines elsewhere, or one JSON document. */
export function printResult(result: RunResult, options: { json: boolean; colour: boolean }): void {
  const path = writeReport(result.record, result.dir);
  if (options.json) {
    process.stdout.write(`${JSON.stringify(documentOf(result, path))}\n`);
  } else if (process.stdout.isTTY) {
    process.stdout.write(`${renderSummary(result.record, { colour: options.colour, reportPath: path })}\n`);
  } else {
    process.stdout.write(`${renderKeyValues(result.record).trimEnd()}\nreport=${path}\n`);
  }
}

/** What a scenario of variants says at its end. */
export type FindingResult = {
  scenario: string;
  results: readonly RunResult[];
  finding: string | null;
  /** Why there is no finding; null where there is one, or none was asked for. */
  why: string | null;
  /** Folder of the finding and of the runs below it. */
  dir: string;
  exitCode: number;
};

/** The finding below the summaries of its runs, or all of it as one JSON document. */
export function printFinding(told: FindingResult, options: { json: boolean; colour: boolean }): void {
  const { scenario, results, finding, why, dir, exitCode } = told;
  if (options.json) {
    const summaries = results.map((result) => documentOf(result, reportPath(result.dir)));
    const document = { schema: 'firedrill/finding/1', scenario, summaries, finding, why, dir, exitCode };
    process.stdout.write(`${JSON.stringify(document)}\n`);
  } else if (finding !== null && process.stdout.isTTY) {
    process.stdout.write(`\n${renderFinding(finding, options)}\n`);
  } else if (finding !== null) {
    process.stdout.write(`finding=${visibleLine(finding, 1_000)}\n`);
  }
}

function documentOf({ record, dir }: RunResult, report: string): object {
  return { ...record.summary, dir, report };
}
