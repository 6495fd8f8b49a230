/**
 * Rows of a CSV or JSONL file. The text is kept, a row is read when it is asked
 * for: every worker has the file, and needs only the rows of its own clients.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, type Problem } from '../base/errors.ts';
import { neighbours } from '../base/neighbours.ts';
import { isBlank, readRecord, type CsvFlaw } from './csv.ts';
import { describeValue, isFields } from './shape.ts';

/** What is wrong names the line and shows no value: rows carry tokens. */
export type RowSource = { count: number; problems: Problem[]; rowAt(nth: number): unknown };

/** More are counted, not listed: a file of another kind is wrong on every line. */
const MOST_PROBLEMS = 10;

/** The rows of a CSV file, each with the fields of its first line; `columns` are those it must have. */
export function readCsvFile(path: string | URL, folder: string, columns: readonly string[]): RowSource {
  return readFile(path, folder, 'CSV', (text, report) => {
    const flaws: CsvFlaw[] = [];
    const starts: number[] = [];
    let names: string[] | null = null;
    let line = 1;
    for (let at = 0; at < text.length;) {
      const record = readRecord(text, at, line, flaws);
      for (const { line: where, flaw } of flaws.splice(0)) report(where, { code: 'bad-csv', ...FLAWS[flaw] });
      const began = line;
      if (isBlank(record)) {
        // Nothing on this line.
      } else if (names === null) {
        names = record.fields;
        checkHeader(names, columns, (flaw) => report(began, flaw));
      } else {
        starts.push(at);
        if (record.fields.length !== names.length) {
          const got = `${record.fields.length} fields`;
          report(began, { code: 'uneven-columns', got, wanted: `${names.length}, as the first line has` });
        }
      }
      at = record.endAt;
      line = record.endLine;
    }
    const header = names ?? [];
    return {
      count: starts.length,
      rowAt(nth) {
        const { fields } = readRecord(text, starts[nth] ?? text.length);
        return Object.fromEntries(header.map((name, column) => [name, fields[column] ?? '']));
      },
    };
  });
}

/** The rows of a file of one JSON object per line. */
export function readJsonlFile(path: string | URL, folder: string): RowSource {
  return readFile(path, folder, 'JSONL', (text, report) => {
    const starts: number[] = [];
    let line = 0;
    for (let at = 0; at < text.length; at = lineEnd(text, at) + 1) {
      line += 1;
      const written = text.slice(at, lineEnd(text, at));
      if (written.trim() === '') continue;
      const row = parseJson(written);
      starts.push(at);
      if (isFields(row)) continue;
      const got = row === undefined ? 'no JSON' : Array.isArray(row) ? 'a list' : kindOf(row);
      report(line, { code: 'bad-json', got, wanted: 'one JSON object per line: {"name":"ann"}' });
    }
    return {
      count: starts.length,
      rowAt(nth) {
        const at = starts[nth] ?? text.length;
        return parseJson(text.slice(at, lineEnd(text, at)));
      },
    };
  });
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** Wrong on a line; the path is added. */
type Flaw = Omit<Problem, 'path'>;

const FLAWS: Record<CsvFlaw['flaw'], Omit<Flaw, 'code'>> = {
  'text-after-quote': {
    got: 'text behind a closing quote',
    wanted: 'a comma or the end of the line there',
    hint: 'write a quote within quotes twice: ""',
  },
  'stray-quote': {
    got: 'a quote within a field that does not begin with one',
    wanted: 'fields with quotes in quotes',
    hint: '"say ""hi""",next',
  },
  'open-quote': { got: 'a quote that is never closed', wanted: 'a closing quote' },
};

function checkHeader(
  names: readonly string[],
  columns: readonly string[],
  report: (flaw: Flaw) => void,
): void {
  for (const [index, name] of names.entries()) {
    if (name === '')
      report({ code: 'no-column-name', got: `column ${index + 1} without a name`, wanted: 'a name' });
    else if (names.indexOf(name) < index) {
      report({ code: 'duplicate-column', got: `'${name}' twice`, wanted: 'each column once' });
    }
  }
  for (const column of columns) {
    if (names.includes(column)) continue;
    const near = neighbours(column, names)[0];
    const hint = near === undefined ? {} : { hint: `did you mean ${near}?` };
    report({
      code: 'no-such-column',
      got: `columns ${names.join(', ')}`,
      wanted: `a column ${column}`,
      ...hint,
    });
  }
}

function readFile(
  path: string | URL,
  folder: string,
  kind: string,
  read: (text: string, report: (line: number, flaw: Flaw) => void) => Omit<RowSource, 'problems'>,
): RowSource {
  // A file in plain JavaScript may hand over anything.
  const given: unknown = path;
  const shown = given instanceof URL ? given.href : typeof given === 'string' ? given : describeValue(given);
  const text = readText(path, folder, shown, kind);
  if (typeof text !== 'string') return { count: 0, problems: [text], rowAt: () => undefined };
  const problems: Problem[] = [];
  let found = 0;
  const rows = read(text, (line, flaw) => {
    found += 1;
    if (found <= MOST_PROBLEMS) problems.push({ ...flaw, path: `${shown}:${line}` });
  });
  if (found > MOST_PROBLEMS) {
    const got = `${found - MOST_PROBLEMS} more problems`;
    problems.push({ code: 'more-problems', path: shown, got, wanted: `a ${kind} file` });
  } else if (found === 0 && rows.count === 0) {
    problems.push({ code: 'empty-feed', path: shown, got: 'no rows', wanted: 'at least one row' });
  }
  return { ...rows, problems };
}

function readText(path: string | URL, folder: string, shown: string, kind: string): string | Problem {
  let bytes: Buffer;
  try {
    bytes = readFileSync(fileOf(path, folder));
  } catch (error) {
    const code = isFields(error) ? error['code'] : undefined;
    if (code === 'ENOENT') {
      const hint = 'a relative path begins at the folder of the scenario file';
      return { code: 'no-such-file', path: shown, wanted: `a ${kind} file`, hint };
    }
    const got = code === 'EISDIR' ? 'a folder' : messageOf(error);
    return { code: 'unreadable-file', path: shown, got, wanted: `a ${kind} file this user may read` };
  }
  try {
    // A byte order mark is taken off by the decoder.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return {
      code: 'not-utf-8',
      path: shown,
      got: 'bytes that are no UTF-8',
      wanted: 'a text saved as UTF-8',
    };
  }
}

function fileOf(path: string | URL, folder: string): string {
  if (path instanceof URL || path.startsWith('file:')) return fileURLToPath(path);
  return resolve(folder, path);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Never the value: rows carry tokens. */
function kindOf(value: unknown): string {
  return value === null ? 'null' : `a ${typeof value}`;
}
