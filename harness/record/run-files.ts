/** The names of the files a run leaves in its folder. */

export const SUMMARY_FILE = 'summary.json';
export const TIMELINE_FILE = 'timeline.ndjson';
export const REPLAY_FILE = 'replay.json';
/** Beside the runs of a scenario that has a finding. */
export const FINDING_FILE = 'finding.json';

/** Every file a run may leave; a folder that holds anything else is not one of ours. */
export const RUN_FILES: readonly string[] = [
  SUMMARY_FILE,
  TIMELINE_FILE,
  REPLAY_FILE,
  FINDING_FILE,
  'report.html',
  'intervals.hlog',
  'journal.json',
  'junit.xml',
  'summary.md',
];

/** What a file is called while it is being written. */
export function temporaryName(name: string): string {
  return `.${name}.part`;
}

/** What it takes to repeat a run. */
export type Replay = {
  seed: number;
  scenario: string;
  /** Which of its variants; null where it has none. */
  variant: string | null;
  scenarioSha256: string;
  /** Versions of firedrill and Node. */
  firedrill: string;
  node: string;
  /** The exact command. */
  command: string;
};
