import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { FiredrillError } from '../base/errors.ts';
import { beginFeeds, feed, isFeed, problemsOfFeed, type Feed } from './feed.ts';
import { loadScenario } from './load.ts';

const folder = mkdtempSync(join(tmpdir(), 'firedrill-feed-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const problems = (of: Feed<unknown>): string[] =>
  problemsOfFeed(of).map(({ code, path }) => `${code} ${path}`);
const csv = (content: string | Buffer): Feed<unknown> => feed.csv(write('some.csv', content));
const file = join(folder, 'some.csv');

test('deals the rows of a CSV file to the clients in turn', () => {
  const users = feed.csv(write('users.csv', '\ufeffname,token\r\nann,t1\r\n"bob, jr",t2\r\n'), [
    'name',
    'token',
  ]);
  assert.deepEqual(problems(users), []);
  const names: string[] = [0, 1, 2].map((index) => users.row(index).name);
  assert.deepEqual(names, ['ann', 'bob, jr', 'ann']);
  assert.equal(users.count, 2);
  assert.equal(users.rows[1]?.token, 't2');
});

test('deals the rows of a JSONL file, with their types', () => {
  const path = write('users.jsonl', '\ufeff{"id":1,"tags":["a"]}\r\n\n{"id":2,"tags":[]}');
  const users = feed.jsonl<{ id: number; tags: string[] }>(pathToFileURL(path));
  assert.deepEqual(problems(users), []);
  assert.equal(users.row(3).id, 2);
  assert.deepEqual(users.rows, [
    { id: 1, tags: ['a'] },
    { id: 2, tags: [] },
  ]);
});

test('deals rows of a list, and rows made by a function from a seed of their own', () => {
  assert.equal(feed.rows(['a', 'b']).row(3), 'b');
  const made = feed.generate(3, (index, random) => ({ index, draw: random.integer(1_000_000) }));
  assert.deepEqual(made.row(4), made.row(1));
  assert.equal(made.row(4).index, 1);
  assert.equal(new Set(made.rows.map(({ draw }) => draw)).size, 3);
});

test('ordinary keys are columns, whatever they are called', () => {
  const odd = feed.csv(write('odd.csv', '__proto__,constructor\nx,y\n'));
  assert.deepEqual(problems(odd), []);
  assert.deepEqual(Object.entries(odd.row(0)), [
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
});

test('names the line of everything wrong with a CSV file, and shows no value of it', () => {
  const path = write('bad.csv', 'name,token,name,\nann,secret\n"bob"x,secret,1,2\n"open,secret\n');
  const found = problemsOfFeed(feed.csv(path, ['token', 'nmae']));
  assert.deepEqual(
    found.map(({ code, path: at }) => `${code} ${at.slice(path.length)}`),
    [
      'duplicate-column :1',
      'no-column-name :1',
      'no-such-column :1',
      'uneven-columns :2',
      'bad-csv :3',
      'bad-csv :4',
      'uneven-columns :4',
    ],
  );
  assert.equal(found[2]?.hint, 'did you mean name?');
  assert.doesNotMatch(JSON.stringify(found), /secret/);
});

test('names the line of a JSONL row that is no object, and shows no value of it', () => {
  const found = problemsOfFeed(
    feed.jsonl(write('bad.jsonl', '{"a":1}\n["secret"]\n\n{"secret\n"secret"\nnull\n')),
  );
  assert.deepEqual(
    found.map(({ code, path, got }) => `${code} ${path.replace(/^.*:/, '')} ${got}`),
    ['bad-json 2 a list', 'bad-json 4 no JSON', 'bad-json 5 a string', 'bad-json 6 null'],
  );
  assert.doesNotMatch(JSON.stringify(found), /secret/);
});

test('says of a file of another kind what it is, not every line of it', () => {
  const found = problemsOfFeed(csv(`a,b\n${'1\n'.repeat(500)}`));
  assert.equal(found.length, 11);
  assert.deepEqual([found[10]?.code, found[10]?.got], ['more-problems', '490 more problems']);
  assert.deepEqual(problems(csv(Buffer.from('\xff\xfea\0b\0', 'latin1'))), [`not-utf-8 ${file}`]);
});

test('refuses a feed with no rows, no file, or a folder', () => {
  assert.deepEqual(problems(csv('')), [`empty-feed ${file}`]);
  assert.deepEqual(problems(csv('name\n')), [`empty-feed ${file}`]);
  assert.deepEqual(problems(feed.rows([])), ['empty-feed feed.rows']);
  assert.deepEqual(problems(feed.csv(join(folder, 'none.csv'))), [
    `no-such-file ${join(folder, 'none.csv')}`,
  ]);
  assert.deepEqual(problems(feed.jsonl(folder)), [`unreadable-file ${folder}`]);
  assert.deepEqual(problems(feed.jsonl('https://example.com/x')), ['no-such-file https://example.com/x']);
  assert.deepEqual(problems(feed.csv(undefined as unknown as string)), ['unreadable-file nothing']);
  assert.throws(() => csv('').rows, FiredrillError);
});

test('refuses a generated feed that has no rows or cannot make one', () => {
  assert.deepEqual(problems(feed.generate(0, () => 1)), ['out-of-range feed.generate']);
  assert.deepEqual(problems(feed.generate(1, 'x' as unknown as () => string)), [
    'not-a-function feed.generate',
  ]);
  const throwing = feed.generate(1, () => {
    throw new Error('no user');
  });
  assert.deepEqual(
    problemsOfFeed(throwing).map(({ code, got }) => [code, got]),
    [['feed-threw', 'no user']],
  );
  assert.ok(isFeed(throwing) && !isFeed({ rows: [], row: () => 1 }) && !isFeed(feed));
});

test('relative paths begin at the folder of the file that is evaluated', () => {
  write('near.csv', 'name\nann\n');
  const building = beginFeeds(folder);
  const near = feed.csv('near.csv', ['name']);
  assert.deepEqual([...building.end()], [near]);
  assert.equal(near.row(0).name, 'ann');
});

test('a scenario is refused for every feed its file builds, named or used in passing', async () => {
  mkdirSync(join(folder, 'deep'));
  write('deep/users.csv', 'id\n1\n');
  const drill = write(
    'deep/drill.ts',
    `import { feed, scenario } from 'firedrill';
    const users = feed.csv('users.csv', ['id']);
    const rooms = feed.csv('rooms.csv');
    const words = feed.jsonl('words.jsonl');
    export default scenario({
      about: users.count + ' users',
      load: { clients: 1, ramp: 0, hold: 1 },
      connect: { params: rooms },
      feed: users,
      client: (user) => words.row(user.index),
    });`,
  );
  for (const _ of ['evaluated', 'loaded before']) {
    const error: unknown = await loadScenario(drill).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof FiredrillError);
    assert.deepEqual(
      error.problems.map(({ code, path }) => `${code} ${path}`),
      ['no-such-file rooms.csv', 'no-such-file words.jsonl'],
    );
  }
});

test('a file whose feed is broken and read while it loads is refused with the problems of the feed', async () => {
  const drill = write(
    'early.ts',
    "import { feed } from 'firedrill';\nexport default feed.csv('none.csv').rows;\n",
  );
  const error: unknown = await loadScenario(drill).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof FiredrillError);
  assert.equal(error.problems[0]?.code, 'no-such-file');
});
