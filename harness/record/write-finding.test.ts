import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FiredrillError } from '../base/errors.ts';
import type { Summary } from './run-record.ts';
import { removeFinding, writeFinding, type FindingRecord } from './write-finding.ts';
import { RunWriter, writeSummary } from './write-run.ts';

const root = mkdtempSync(join(tmpdir(), 'firedrill-finding-'));
after(() => rmSync(root, { recursive: true, force: true }));

const record: FindingRecord = {
  scenario: 'drill',
  finding: 'the remedy helps',
  why: null,
  at: '2026-11-21T10:40:00.000Z',
  command: 'firedrill run drill.ts',
  variants: [{ name: 'remedy', dir: 'remedy', verdict: 'pass', exitCode: 0 }],
};

test('what was written is read back', () => {
  const dir = root;
  writeFinding(dir, record);
  assert.deepEqual(JSON.parse(readFileSync(join(dir, 'finding.json'), 'utf8')), record);
  removeFinding(dir);
  assert.equal(existsSync(join(dir, 'finding.json')), false);
  removeFinding(dir);
});

test('a run with its finding is replaced like any other', () => {
  const dir = join(root, 'run');
  const first = new RunWriter(dir);
  first.close();
  writeFinding(dir, record);
  writeSummary(dir, { finding: 'told later' } as Summary);
  assert.equal(
    (JSON.parse(readFileSync(join(dir, 'summary.json'), 'utf8')) as Summary).finding,
    'told later',
  );
  new RunWriter(dir).close();
  assert.equal(existsSync(join(dir, 'finding.json')), false);
});

test('a disk that refuses is told in words', () => {
  const file = join(root, 'run', 'timeline.ndjson');
  assert.throws(() => writeFinding(join(file, 'below'), record), FiredrillError);
});
