import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FiredrillError } from '../base/errors.ts';
import { readRun } from './read-run.ts';
import { SUMMARY_SCHEMA } from './run-record.ts';
import type { Summary } from './run-record.ts';
import type { MarkLine } from './timeline-line.ts';
import { RunWriter } from './write-run.ts';

const root = mkdtempSync(join(tmpdir(), 'firedrill-run-'));
after(() => rmSync(root, { recursive: true, force: true }));

let made = 0;
const fresh = (): string => join(root, `run-${made++}`);
const mark = (atMs: number): MarkLine => ({ type: 'mark', atMs, mark: 'phase', name: 'hold' });
// The writer looks into nothing but the schema, which the reader goes by.
const summary = { schema: SUMMARY_SCHEMA, scenario: 'pings' } as Summary;

function refused(act: () => unknown): FiredrillError {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof FiredrillError);
    assert.equal(error.exitCode, 104);
    return error;
  }
  return assert.fail('should be refused');
}

test('what was written is read back', () => {
  const dir = fresh();
  const writer = new RunWriter(dir);
  writer.append(mark(0));
  writer.append(mark(1), mark(2));
  writer.append();
  writer.writeSummary(summary);
  writer.close();
  const record = readRun(dir);
  assert.deepEqual(record.summary, summary);
  assert.deepEqual(record.marks, [mark(0), mark(1), mark(2)]);
  assert.deepEqual([record.windows, record.broadcasts], [[], []]);
  assert.deepEqual(readdirSync(dir).toSorted(), ['summary.json', 'timeline.ndjson']);
});

test('every line is on disk as soon as it is appended', () => {
  const writer = new RunWriter(fresh());
  writer.append(mark(0));
  assert.equal(readFileSync(join(writer.dir, 'timeline.ndjson'), 'utf8'), `${JSON.stringify(mark(0))}\n`);
  writer.close();
});

test('a process that is killed leaves whole lines', () => {
  const dir = fresh();
  const program = `import { RunWriter } from ${JSON.stringify(new URL('./write-run.ts', import.meta.url).href)};
    const writer = new RunWriter(${JSON.stringify(dir)});
    for (let atMs = 0; atMs < 100; atMs++) writer.append({ type: 'mark', atMs, mark: 'phase', name: 'x'.repeat(1000) });
    process.kill(process.pid, 'SIGKILL');`;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', program]);
  assert.equal(child.signal, 'SIGKILL');
  writeFileSync(join(dir, 'summary.json'), JSON.stringify(summary));
  assert.equal(readRun(dir).marks.length, 100);
});

test('replaces an earlier run, also one that crashed', () => {
  const dir = fresh();
  const first = new RunWriter(dir);
  first.append(mark(0));
  first.writeReplay({
    seed: 1,
    scenario: 's',
    variant: null,
    scenarioSha256: '0',
    firedrill: '0',
    node: 'v22',
    command: 'x',
  });
  first.close();
  writeFileSync(join(dir, '.summary.json.part'), '{');
  const second = new RunWriter(dir);
  second.append(mark(9));
  second.writeSummary(summary);
  second.close();
  assert.deepEqual(readRun(dir).marks, [mark(9)]);
  assert.equal(existsSync(join(dir, 'replay.json')), false);
});

test('touches no folder that is not a run', () => {
  for (const names of [['thesis.md'], ['timeline.ndjson', 'thesis.md'], ['report.html', 'junit.xml']]) {
    const dir = fresh();
    new RunWriter(dir).close();
    rmSync(join(dir, 'timeline.ndjson'));
    for (const name of names) writeFileSync(join(dir, name), 'precious');
    assert.equal(refused(() => new RunWriter(dir)).problems[0]?.code, 'folder-in-use');
    assert.deepEqual(readdirSync(dir).toSorted(), names.toSorted());
  }
});

test('says why a folder cannot be made', () => {
  const file = fresh();
  writeFileSync(file, '');
  assert.match(refused(() => new RunWriter(file)).message, /cannot-write-run/);
  assert.match(refused(() => new RunWriter(join(file, 'below'))).message, /cannot-write-run/);
});

test('drops what comes after the end', () => {
  const writer = new RunWriter(fresh());
  writer.close();
  writer.append(mark(1));
  writer.close();
  assert.equal(readFileSync(join(writer.dir, 'timeline.ndjson'), 'utf8'), '');
});

/** A finished run whose files a test then harms. */
function finished(): string {
  const writer = new RunWriter(fresh());
  writer.append(mark(0), mark(1));
  writer.writeSummary(summary);
  writer.close();
  return writer.dir;
}

test('leaves out a last line that was cut off', () => {
  const dir = finished();
  appendFileSync(join(dir, 'timeline.ndjson'), '{"type":"mark","atM');
  assert.equal(readRun(dir).marks.length, 2);
});

test('names the line that cannot be read', () => {
  const dir = finished();
  appendFileSync(join(dir, 'timeline.ndjson'), 'nonsense\n{"type":"mark"}\n');
  assert.match(refused(() => readRun(dir)).problems[0]?.path ?? '', /timeline\.ndjson:3$/);
});

test('skips lines of a type that a later version has added', () => {
  const dir = finished();
  appendFileSync(join(dir, 'timeline.ndjson'), '{"type":"weather"}\n');
  assert.equal(readRun(dir).marks.length, 2);
});

test('refuses a run of another schema, one without a summary, and what is no run', () => {
  const other = finished();
  writeFileSync(join(other, 'summary.json'), '{"schema":"firedrill/summary/9"}');
  assert.equal(refused(() => readRun(other)).problems[0]?.code, 'unknown-schema');
  writeFileSync(join(other, 'summary.json'), '[1]');
  assert.equal(refused(() => readRun(other)).problems[0]?.code, 'unreadable-run');
  rmSync(join(other, 'summary.json'));
  assert.match(refused(() => readRun(other)).problems[0]?.hint ?? '', /replay\.json/);
  assert.equal(refused(() => readRun(fresh())).problems[0]?.code, 'no-such-run');
});
