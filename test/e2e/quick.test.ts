// A user has two minutes and no file: an application of their own, loaded from flags alone.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { Summary } from '../../harness/record/run-record.ts';
import {
  becomesTrue,
  cleanUp,
  firedrill,
  GUARD,
  newFolder,
  readSummary,
  run,
  type Ended,
} from './program.ts';

const SMALL = ['--clients', '20', '--ramp', '300ms', '--duration', '1800ms', '--workers', '1', '--quiet'];

let url = '';

before(async () => {
  const server = firedrill('serve', '--port', '0', '--control-port', '0', '--nodes', '1');
  url = (JSON.parse(await server.line(/"ready":true/)) as { url: string }).url;
});
after(cleanUp);

type Drilled = { ended: Ended; summary: Summary; folder: string };

async function quick(...flags: string[]): Promise<Drilled> {
  const folder = join(newFolder(), 'run');
  const ended = await run('quick', url, ...SMALL, '--out', folder, ...flags);
  assert.ok(existsSync(join(folder, 'report.html')), ended.stderr);
  const summary = readSummary(folder);
  assert.equal(ended.code, summary.exitCode);
  assert.deepEqual(summary.books, { balanced: true, problems: [] });
  return { ended, summary, folder };
}

function countOf(summary: Summary, metric: string): number {
  const found = summary.metrics[metric];
  return found !== undefined && 'count' in found ? found.count : 0;
}

/** What the key=value lines say. */
function said({ stdout }: Ended, key: string): string {
  return new RegExp(`^${key}=(.*)$`, 'm').exec(stdout)?.[1] ?? '';
}

/** Files of ours in the folder for temporary ones. */
function temporaries(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('firedrill-quick-'));
}

// Most of each drill is waiting: four at a time are no more load than one.
suite('quick', { ...GUARD, concurrency: 4 }, () => {
  test('an event that nobody answers leads to --cast, which waits for nothing', async () => {
    const flags = ['--join', 'room:mute', '--push', 'noreply', '--cast', 'noreply', '--rate', '4/s'];
    const { ended, summary } = await quick(...flags);
    assert.match(said(ended, 'refusal_1'), /pushes noreply to room:mute were not answered/);
    assert.match(said(ended, 'refusal_1_try'), /--cast/);
    assert.ok(summary.outcomes.timeout > 20 && countOf(summary, 'casts') > 20);
    assert.equal(summary.outcomes.timeout, summary.operations.push.sent);
  });

  test('joins, pushes and deliveries are measured as in any run', async () => {
    const { ended, summary } = await quick(
      '--join',
      'room:heard-{client % 5}',
      '--push',
      'shout {"body":"hi {seq}"}',
      '--rate',
      '5/s',
      '--threshold',
      'received_shout=count>100',
    );
    // On a machine so busy that the driver itself was late, nothing is concluded.
    assert.equal(ended.code, summary.generator.saturated ? 113 : 0, ended.stdout);
    assert.deepEqual([summary.clients.planned, summary.clients.joined], [20, 20]);
    assert.equal(countOf(summary, 'join_duration'), 20);
    assert.ok(summary.outcomes.ok > 60);
    // The four members of its room hear each, fewer while the clients are still arriving.
    const heard = countOf(summary, 'received_shout') / summary.outcomes.ok;
    assert.ok(heard > 2.5 && heard <= 4, String(heard));
    assert.deepEqual(
      summary.thresholds.map((one) => one.metric),
      ['received_shout'],
    );
    assert.notEqual(summary.thresholds[0]?.status, 'fail');
    assert.match(said(ended, 'report'), /report\.html$/);
  });

  test('published events are delivered to the last one, timed', async () => {
    const { summary } = await quick('--join', 'room:stamped', '--publish', 'shout', '--rate-total', '20/s');
    const { expected, received, missing } = summary.deliveries;
    assert.ok(expected > 300, String(expected));
    assert.deepEqual([received, missing], [expected, 0]);
    assert.ok(countOf(summary, 'broadcast_latency') >= received);
  });

  test('each client has its own row, in parameters, topics and payloads; no value reaches a file', async () => {
    const users = join(newFolder(), 'users.csv');
    const names = Array.from({ length: 20 }, (_, index) => `s3cret-${index}`);
    writeFileSync(users, `user,unused\n${names.map((name) => `${name},x\n`).join('')}`);
    const own = ['--feed', users, '--param', 'user_id={row.user}', '--param', 'token=t0p-s3cret'];
    const { summary, ended, folder } = await quick(
      ...own,
      '--join',
      'private:{row.user} {"access_token":"t0p-s3cret"}',
    );
    assert.equal(summary.clients.joined, 20);
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    for (const text of [ended.stdout, ended.stderr, ...files]) assert.doesNotMatch(text, /s3cret/);
    assert.match(summary.command, /--param 'token=…'/);
  });

  test('what the application refuses is told by its cause and what to try', async () => {
    const joins = ['room:crash', 'nowhere:{client}', 'room:refused {"reject":true}'];
    const flags = joins.flatMap((topic) => ['--join', topic]);
    const { ended, summary, folder } = await quick(...flags, '--push', 'no_such_event', '--rate', '1/s');
    const told = (pattern: RegExp): number => {
      const at = [1, 2, 3].find((number) => pattern.test(said(ended, `refusal_${number}`)));
      assert.ok(at !== undefined, `${pattern} in ${ended.stdout}`);
      return at;
    };
    const unmatched = told(/joins of nowhere:# were refused: .*unmatched topic/);
    assert.match(said(ended, `refusal_${unmatched}_try`), /channel "room:\*", MyAppWeb\.RoomChannel/);
    const refused = told(/joins of room:refused were refused: .*rejected/);
    assert.match(said(ended, `refusal_${refused}_why`), /the application’s own answer/);
    const crashed = told(/channels of room:crash crashed with no_such_event under way/);
    assert.match(said(ended, `refusal_${crashed}_why`), /FunctionClauseError/);
    const crash = summary.refusals?.find((one) => one.operation === 'channel');
    assert.deepEqual([crash?.how, crash?.event], ['crash', 'no_such_event']);
    assert.match(readFileSync(join(folder, 'report.html'), 'utf8'), /What was refused, and what to try/);
  });

  test('where nobody could join, the words come before the figures', async () => {
    const { ended, summary } = await quick('--join', 'nowhere:{client}');
    assert.equal(summary.clients.joined, 0);
    const keys = ended.stdout.split('\n').map((line) => line.replace(/=.*/, ''));
    assert.ok(keys.indexOf('refusal_1_try') > 0, ended.stdout);
    assert.ok(keys.indexOf('refusal_1_try') < keys.indexOf('clients_planned'), ended.stdout);
  });

  test('without a topic the clients connect and stay', async () => {
    const { ended, summary } = await quick();
    assert.equal(summary.clients.connected, 20, ended.stdout);
    assert.equal(summary.operations.join.sent, 0);
  });

  test('Ctrl-C ends it in good order and leaves no file behind', async () => {
    const folder = join(newFolder(), 'run');
    const before = temporaries();
    const flags = ['--clients', '10', '--duration', '60s', '--ramp', '0s', '--workers', '1', '--out', folder];
    const program = firedrill('quick', url, '--join', 'room:long', '--push', 'ping', ...flags);
    await program.line(/^hold|\bhold\b|10 ?\/ ?10|clients 10/);
    program.child.kill('SIGINT');
    assert.ok(await becomesTrue(() => program.child.exitCode !== null, 15_000), 'it goes on');
    assert.equal((await program.ended).code, 105);
    assert.equal(readSummary(folder).interrupted, true);
    const left = temporaries().filter((name) => !before.includes(name));
    // Other drills of this suite have theirs while they run.
    assert.ok(
      await becomesTrue(() => left.every((name) => !temporaries().includes(name)), 20_000),
      left.join(),
    );
  });
  test('all wrong flags are told at once, each with its place and what was wanted', async () => {
    const wrong = [
      ['--join', 'room:{clien % 100}'],
      ['--push', 'a {b:1}'],
      ['--push', 'b {"x":{row.y}}'],
      ['--rate', 'fast'],
      ['--rate-total', '0'],
      ['--clients', 'many'],
      ['--duration', '-5s'],
      ['--wrokers', '2'],
      ['--threshold', 'push_duratio=p(99)<5'],
      ['--eject', 'room.txt'],
      ['--header', 'nope'],
      ['--vsn', '3'],
    ];
    const target = 'ws://chat.example.com/socket?token=s3cret';
    const { code, stdout, stderr } = await run('quick', target, ...wrong.flat());
    assert.equal(code, 104, stderr);
    assert.equal(stdout, '');
    assert.doesNotMatch(stderr, /s3cret|^\s+at /m);
    for (const path of [...wrong.map(([flag]) => flag), 'url']) {
      assert.match(stderr, new RegExp(`^\\S+ {2}${path}$`, 'm'));
    }
    for (const words of [/did you mean client\?/, /at sign 6 of/, /double quotes/, /--feed users\.csv/]) {
      assert.match(stderr, words);
    }
  });

  test('--eject writes the file that does the same, once', async () => {
    const folder = newFolder();
    const file = join(folder, 'my-room.ts');
    const flags = ['--join', 'room:{client % 5}', '--push', 'ping {"n":{seq}}', ...SMALL, '--eject', file];
    const ejected = await run('quick', url, ...flags);
    assert.equal(ejected.code, 0, ejected.stderr);
    assert.match(ejected.stdout, /^run=firedrill run \S+my-room\.ts --target ws:/m);
    const valid = await run('validate', file);
    assert.equal(valid.code, 0, valid.stdout);
    assert.match(valid.stdout, /20 clients over 300 ms/);
    const out = join(folder, 'run');
    const ended = await run('run', file, '--target', url, '--workers', '1', '--quiet', '--out', out);
    const summary = readSummary(out);
    assert.equal(ended.code, summary.generator.saturated ? 113 : 0, ended.stdout);
    assert.equal(summary.clients.joined, 20);
    assert.ok(summary.outcomes.ok > 0);
    const again = await run('quick', url, ...flags);
    assert.equal(again.code, 104);
    assert.match(again.stderr, /file-exists {2}--eject[^]*--force/);
  });

  test('--dry-run tells the plan and opens nothing', async () => {
    const target = 'ws://127.0.0.1:1/socket?token=s3cret';
    const { code, stdout } = await run('quick', target, '--join', 'room:1', '--dry-run');
    assert.equal(code, 0);
    assert.match(stdout, /^target=ws:\/\/127\.0\.0\.1:1\/socket$/m);
    assert.match(stdout, /^load=100 clients over 5 s, then 25 s$/m);
    assert.match(stdout, /user\.join\('room:1'\)/);
    assert.doesNotMatch(stdout, /s3cret/);
  });

  test('nobody there: told by its cause, with 114', async () => {
    const { code, stderr } = await run('quick', 'ws://127.0.0.1:1/socket', '--join', 'room:1');
    assert.equal(code, 114);
    assert.match(stderr, /ECONNREFUSED/);
  });
});
