import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { distrustOfFolder, haltFolders, makeFolder } from './halt-folder.ts';

const parent = mkdtempSync(join(tmpdir(), 'firedrill-desk-'));
after(() => rmSync(parent, { recursive: true, force: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

test('one folder for each user, in the runtime folder first', () => {
  assert.deepEqual(haltFolders({ XDG_RUNTIME_DIR: '/run/user/7' }, 7), [
    '/run/user/7/firedrill-7',
    join(tmpdir(), 'firedrill-7'),
  ]);
  assert.deepEqual(haltFolders({}, 7), [join(tmpdir(), 'firedrill-7')]);
  assert.deepEqual(haltFolders({ XDG_RUNTIME_DIR: 'here/and/there' }, 7), [join(tmpdir(), 'firedrill-7')]);
  assert.deepEqual(haltFolders({ XDG_RUNTIME_DIR: tmpdir() }, 7), [join(tmpdir(), 'firedrill-7')]);
  assert.deepEqual(haltFolders({}, undefined), process.getuid ? haltFolders({}) : []);
});

test('is made for its user alone, and used again', () => {
  const folder = join(parent, 'new');
  makeFolder(folder);
  makeFolder(folder);
  assert.equal(modeOf(folder), 0o700);
  assert.equal(distrustOfFolder(folder), null);
});

test('a folder that others may look into is closed to them', () => {
  const folder = join(parent, 'open');
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  makeFolder(folder);
  assert.equal(modeOf(folder), 0o700);
});

test('a folder that others may write to, that is not ours or is none is refused', () => {
  const writable = join(parent, 'writable');
  mkdirSync(writable);
  chmodSync(writable, 0o777);
  assert.throws(() => makeFolder(writable), /writable can be written by others/);
  const link = join(parent, 'link');
  symlinkSync(join(parent, 'new'), link);
  assert.throws(() => makeFolder(link), /link is no folder/);
  const file = join(parent, 'file');
  writeFileSync(file, '');
  assert.throws(() => makeFolder(file), /file is no folder/);
  assert.throws(() => makeFolder(join(parent, 'none', 'deeper')), /ENOENT/);
  const ours = join(parent, 'ours');
  mkdirSync(ours, { mode: 0o700 });
  const somebodyElse = (process.getuid?.() ?? 0) + 1;
  assert.match(distrustOfFolder(ours, somebodyElse) ?? '', /belongs to somebody else/);
});
