/** `finding.json`: what a scenario says of its runs, and where they lie. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { FINDING_FILE } from './run-files.ts';
import type { Verdict } from './run-record.ts';
import { replaceFile } from './write-run.ts';

export type FindingRecord = {
  scenario: string;
  /** Null when it could not be told. */
  finding: string | null;
  /** Why it could not be told; null when it was, or when the scenario has none. */
  why: string | null;
  /** ISO 8601, UTC. */
  at: string;
  /** The exact command. */
  command: string;
  /** The runs that were made; `dir` is seen from this file. */
  variants: { name: string; dir: string; verdict: Verdict['status']; exitCode: number }[];
};

/** Writes it whole into the folder of its runs; `FiredrillError` 104 when the disk refuses. */
export function writeFinding(dir: string, finding: FindingRecord): void {
  replaceFile(dir, FINDING_FILE, `${JSON.stringify(finding, null, 2)}\n`);
}

/** Takes away the one of an earlier run, so that a run that crashes leaves none that is not its own. */
export function removeFinding(dir: string): void {
  rmSync(join(dir, FINDING_FILE), { force: true });
}
