/** Reads a run back from its folder, by the version of its schema. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, FiredrillError, messageOf } from '../base/errors.ts';
import { SUMMARY_FILE, TIMELINE_FILE } from './run-files.ts';
import { SUMMARY_SCHEMA } from './run-record.ts';
import type { RunRecord, Summary } from './run-record.ts';
import type { TimelineLine } from './timeline-line.ts';

/**
 * The run of a folder. A last line that was cut off by a crash is left out;
 * anything else that cannot be read is a `FiredrillError` 104.
 */
export function readRun(dir: string): RunRecord {
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) {
    throw refuse('no-such-run', dir, { wanted: 'the folder of a run', hint: 'runs lie under reports/runs/' });
  }
  const record: RunRecord = { summary: readSummary(dir), windows: [], broadcasts: [], marks: [], causes: [] };
  for (const line of readTimeline(join(dir, TIMELINE_FILE))) {
    if (line.type === 'window') record.windows.push(line);
    else if (line.type === 'broadcast') record.broadcasts.push(line);
    else if (line.type === 'mark') record.marks.push(line);
    else if (line.type === 'causes') record.causes?.push(line);
    // A type this version does not know is an addition of a later one.
  }
  return record;
}

function readSummary(dir: string): Summary {
  const path = join(dir, SUMMARY_FILE);
  const text = readText(path, 'the run did not come to its end: repeat it with the command in replay.json');
  const parsed = parse(text);
  if (!parsed || !('schema' in parsed)) {
    throw refuse('unreadable-run', path, {
      got: 'no summary of a run',
      wanted: `JSON with schema ${SUMMARY_SCHEMA}`,
    });
  }
  if (parsed.schema !== SUMMARY_SCHEMA) {
    throw refuse('unknown-schema', path, {
      got: `schema ${String(parsed.schema)}`,
      wanted: SUMMARY_SCHEMA,
      hint: 'read it with the version of firedrill that wrote it, named in replay.json',
    });
  }
  return parsed as Summary;
}

function readTimeline(path: string): TimelineLine[] {
  const texts = readText(path, 'the timeline belongs to the run as much as its summary').split('\n');
  const lines: TimelineLine[] = [];
  // What follows the last newline is a line that a crash has cut off, whole or not.
  texts.pop();
  for (const [index, text] of texts.entries()) {
    const parsed = parse(text);
    if (!parsed || !('type' in parsed)) {
      const got = text.length > 60 ? `${text.slice(0, 57)}…` : text;
      throw refuse('unreadable-run', `${path}:${index + 1}`, { got, wanted: 'one JSON object with a type' });
    }
    lines.push(parsed as TimelineLine);
  }
  return lines;
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function readText(path: string, hint: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw refuse('unreadable-run', path, { got: messageOf(error), wanted: 'a file of a finished run', hint });
  }
}

function refuse(
  code: string,
  path: string,
  rest: { got?: string; wanted?: string; hint?: string },
): FiredrillError {
  return new FiredrillError(EXIT.invalid, [{ code, path, ...rest }]);
}
