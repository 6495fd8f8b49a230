/**
 * Writes a run to its folder in stages, so that a crash loses at most the
 * second it happened in: the timeline as it goes, the summary at the end.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { EXIT, FiredrillError, messageOf } from '../base/errors.ts';
import { REPLAY_FILE, RUN_FILES, SUMMARY_FILE, temporaryName, TIMELINE_FILE } from './run-files.ts';
import type { Replay } from './run-files.ts';
import type { Summary } from './run-record.ts';
import type { TimelineLine } from './timeline-line.ts';

/** The open folder of a run; every method throws `FiredrillError` 104 when the disk refuses. */
export class RunWriter {
  /** Absolute. */
  readonly dir: string;
  #timeline: number | null;

  /**
   * Creates the folder. A run that is already there is replaced; a folder that
   * holds anything else is refused with `FiredrillError` 104.
   */
  constructor(dir: string) {
    this.dir = resolve(dir);
    clearFolder(this.dir);
    this.#timeline = attempt(this.dir, () => openSync(join(this.dir, TIMELINE_FILE), 'wx'));
  }

  /** Appends lines of the timeline: with the kernel when this returns, so that only a power cut can lose them. */
  append(...lines: readonly TimelineLine[]): void {
    if (this.#timeline === null || lines.length === 0) return;
    const file = this.#timeline;
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    attempt(join(this.dir, TIMELINE_FILE), () => writeWhole(file, text));
  }

  /** Written at the start, so that a run that crashed can be repeated too. */
  writeReplay(replay: Replay): void {
    this.writeFile(REPLAY_FILE, `${JSON.stringify(replay, null, 2)}\n`);
  }

  writeSummary(summary: Summary): void {
    writeSummary(this.dir, summary);
  }

  /** Writes one of the run's files whole or not at all. */
  writeFile(name: string, content: string | Uint8Array): void {
    replaceFile(this.dir, name, content);
  }

  /** Ends the timeline; lines appended after this are dropped. */
  close(): void {
    if (this.#timeline === null) return;
    closeSync(this.#timeline);
    this.#timeline = null;
  }
}

/** Writes the summary of a run, or writes it again when more is known of it. */
export function writeSummary(dir: string, summary: Summary): void {
  replaceFile(dir, SUMMARY_FILE, `${JSON.stringify(summary, null, 2)}\n`);
}

/** Writes a file whole or not at all: under another name first, then renamed; `FiredrillError` 104 as above. */
export function replaceFile(dir: string, name: string, content: string | Uint8Array): void {
  const path = join(dir, name);
  const part = join(dir, temporaryName(name));
  attempt(path, () => {
    const file = openSync(part, 'w');
    try {
      writeWhole(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(part, path);
  });
}

function clearFolder(dir: string): void {
  attempt(dir, () => mkdirSync(dir, { recursive: true }));
  const names = attempt(dir, () => readdirSync(dir));
  const ours = new Set([...RUN_FILES, ...RUN_FILES.map(temporaryName)]);
  const strangers = names.filter((name) => !ours.has(name));
  // A lone report.html or junit.xml may be anybody's; every run of ours has a timeline from its first moment.
  const isRun = names.length === 0 || (strangers.length === 0 && names.includes(TIMELINE_FILE));
  if (!isRun) {
    throw new FiredrillError(EXIT.invalid, [
      {
        code: 'folder-in-use',
        path: dir,
        got: `a folder that holds ${(strangers.length > 0 ? strangers : names).slice(0, 3).join(', ')}`,
        wanted: 'a new folder, an empty one, or one with an earlier run',
        hint: '--out reports/runs/another-name',
      },
    ]);
  }
  for (const name of names) attempt(dir, () => rmSync(join(dir, name)));
}

function writeWhole(file: number, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const problem = {
      code: 'cannot-write-run',
      path,
      got: messageOf(error),
      wanted: 'a folder that can be written',
    };
    throw new FiredrillError(EXIT.invalid, [problem], { cause: error });
  }
}
