// A user holds a server against the specification: ours in both profiles, or one that runs already.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { cleanUp, firedrill, GUARD, newFolder, run, type Ended, type Program } from './program.ts';

const WRITTEN = 'server-under-test/CONFORMANCE.md';

/** Outcomes by case, of the lines printed for one profile. */
function outcomesOf({ stdout }: Ended, profile: string): Record<string, string> {
  const lines = stdout.split('\n').filter((line) => line.startsWith(`${profile}.`));
  const pairs = lines.map((line): [string, string] => {
    const at = line.indexOf('=');
    return [line.slice(profile.length + 1, at), line.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}

function refusedWith(ended: Ended, code: number, ...patterns: RegExp[]): void {
  assert.equal(ended.code, code, ended.stderr);
  assert.equal(ended.stdout, '');
  assert.doesNotMatch(ended.stderr, /^\s+at /m);
  for (const pattern of patterns) assert.match(ended.stderr, pattern);
}

suite('the bundled server', GUARD, () => {
  after(cleanUp);

  test('conforms in both profiles, and CONFORMANCE.md says what the run says today', async () => {
    const file = join(newFolder(), 'CONFORMANCE.md');
    const { code, stderr } = await run('conform', '--write', file);
    assert.equal(stderr, '');
    assert.equal(code, 0);
    const today = readFileSync(file, 'utf8').replaceAll(file, WRITTEN);
    assert.equal(today, readFileSync(new URL(`../../${WRITTEN}`, import.meta.url), 'utf8'));
  });

  test('that does not start is told once, 114', async () => {
    const ended = await run('conform', '--only', '1-15', '--app', 'package.json');
    refusedWith(ended, 114, /server-not-started/);
    assert.equal(ended.stderr.match(/server-not-started/g)?.length, 1);
  });
});

suite('a server that runs already', GUARD, () => {
  const SETTINGS: Readonly<Record<string, string>> = {
    secret: 's3cr3t-t0ken',
    'idle-timeout-ms': '2000',
    'longpoll-window-ms': '400',
    'drain-batch-size': '2',
    'drain-batch-interval-ms': '300',
  };
  let server: Program;
  let ready: { url: string; control: string };

  /** Judges the running server, told how it was started. */
  function judge(...flags: string[]): Promise<Ended> {
    const declared = Object.entries({ ...SETTINGS, longpoll: 'true' }).map(
      ([name, value]) => `${name}=${value}`,
    );
    return run('conform', ready.url, '--settings', declared.join(), ...flags);
  }

  before(async () => {
    const flags = Object.entries(SETTINGS).flatMap(([name, value]) => [`--${name}`, value]);
    server = firedrill('serve', '--port', '0', '--control-port', '0', ...flags);
    ready = JSON.parse(await server.line(/"ready":true/)) as typeof ready;
  });
  after(cleanUp);

  test('passes what it offers; what it does not is n/a, or beside the pass, with the reason', async () => {
    const ended = await judge('--control', ready.control, '--only', '3,6,16,33-35,58,66,71,72,75,77,b1-b3');
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(outcomesOf(ended, 'bandit'), {
      '3': 'passed ({:error, x}, and result :error in the metadata: not looked at, probe:* is not mounted)',
      '6': 'passed',
      '16': 'passed (a join reply that is not empty: not looked at, probe:* is not mounted)',
      '33': 'passed',
      '34': 'n/a: probe:* is not mounted',
      '35': 'passed',
      '58': 'n/a: --settings does not declare nodes',
      '66': 'passed (the reason of the channel: not looked at, probe:* is not mounted)',
      '71': 'passed (index, rounds and count of each chunk: not looked at, probe:* is not mounted)',
      '72': 'n/a: the server is not ours to stop',
      '75': 'passed',
      '77': 'n/a: about the client: run by the official client’s suite',
      b1: 'passed',
      b2: 'passed',
      b3: 'passed',
      passed: '11',
      in_part: '4',
      failed: '0',
      not_applicable: '4',
    });
  });

  test('declared to be another one fails with the whole exchange, and without its token, 99', async () => {
    const ended = await judge('--profile', 'cowboy', '--only', 'b8,6');
    assert.equal(ended.code, 99);
    const { 6: heartbeat, b8: closes } = outcomesOf(ended, 'cowboy');
    assert.equal(heartbeat, 'passed');
    assert.equal(closes, 'failed (reasons of the channels: not looked at, probe:* is not mounted)');
    assert.match(
      ended.stderr,
      /^b8 failed in cowboy: .*\[phoenix-semantics beyond 10 case b8, 1\.10, 2\.8\]$/m,
    );
    assert.match(ended.stderr, /^ {2}expected {2}close 1001$/m);
    assert.match(ended.stderr, /^ {2}got {7}close 1000$/m);
    assert.match(ended.stderr, /^ {4}A .* > GET \/socket\/websocket\?token=…&vsn=2\.0\.0 \(upgrade\)$/m);
    assert.doesNotMatch(ended.stdout + ended.stderr, /s3cr3t/);
  });

  test('--json prints one document with every outcome', async () => {
    const { code, stdout, stderr } = await judge('--only', '6,88', '--json');
    assert.deepEqual([code, stderr], [0, '']);
    const document = JSON.parse(stdout) as { target: string; cases: { number: number; outcomes: unknown }[] };
    assert.equal(document.target, ready.url);
    assert.deepEqual(
      document.cases.map(({ number, outcomes }) => ({ number, outcomes })),
      [
        { number: 6, outcomes: { bandit: { status: 'passed', notes: [] } } },
        { number: 88, outcomes: { bandit: { status: 'n/a', reason: 'LiveView is not mounted' } } },
      ],
    );
  });

  test('that cannot be joined is unreachable, 114', async () => {
    // The token is missing.
    refusedWith(await run('conform', ready.url), 114, /target-unreachable/, /403/);
    refusedWith(await run('conform', 'ws://127.0.0.1:1/socket'), 114, /ECONNREFUSED/);
  });

  test('bad flags are told at once, 104', async () => {
    const flags = ['--only', '9', '--settings', 'colour=red', '--ca', 'cert.pem', '--whole'];
    const paths = ['--only', '--settings', '--ca', '--whole'];
    refusedWith(
      await run('conform', ready.url, ...flags),
      104,
      ...paths.map((path) => new RegExp(` {2}${path}$`, 'm')),
    );
  });
});
