// A user runs the two halves apart: the server here, the load there.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { FakePhoenix } from './fake-phoenix.ts';
import {
  becomesTrue,
  cleanUp,
  descendantsOf,
  firedrill,
  GUARD,
  isRefused,
  isRunning,
  newFolder,
  readSummary,
  run,
  scenarioFile,
  type Program,
} from './program.ts';

const small = (faults: string): string => `
import { fault, scenario } from 'firedrill';
export default scenario({
  about: 'a small run against a target',
  load: { clients: 40, ramp: '300ms', hold: '2700ms' },
  connect: { params: (index) => ({ user_id: String(index) }) },
  async client(user) {
    const room = await user.join('room:a');
    if (user.index === 0) void user.every('500ms', () => room.publish('shout'), { phase: '200ms' });
    room.on('shout', () => user.count('heard'));
    await user.every('500ms', () => room.push('ping'));
  },
  metrics: { heard: 'counter' },
  faults: [${faults}],
});
`;

const SLOW_JOIN = "fault.slowJoin({ delayMs: 400, topic: 'room:*', rejoin: 0.5 }).at('1s').for('1s')";
const DROP = "fault.networkDrop({ reset: 0.3 }).at('1s').for('1s')";

suite('serve and --target are two halves', GUARD, () => {
  let server: Program;
  let ready: { url: string; control: string; nodes: number };

  before(async () => {
    server = firedrill('serve', '--port', '0', '--control-port', '0', '--nodes', '2');
    ready = JSON.parse(await server.line(/"ready":true/)) as typeof ready;
  });
  after(cleanUp);

  test('the ready line is one JSON document with both addresses', () => {
    assert.match(ready.url, /^ws:\/\/127\.0\.0\.1:\d+\/socket$/);
    assert.match(ready.control, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(ready.nodes, 2);
  });

  test('with its control port every fault works, and --json prints one document', async () => {
    const folder = join(newFolder(), 'run');
    const file = scenarioFile(small(`${SLOW_JOIN}, ${DROP}`));
    const flags = ['--target', ready.url, '--control', ready.control, '--json', '--quiet', '--out', folder];
    const { code, stdout, stderr } = await run('run', file, ...flags);
    assert.equal(stderr, '');
    const printed = JSON.parse(stdout) as Record<string, unknown>;
    const summary = readSummary(folder);
    assert.equal(printed['schema'], summary.schema);
    assert.equal(printed['dir'], folder);
    assert.equal(code, summary.exitCode);
    assert.deepEqual([summary.clients.joined, summary.environment.serverNodes], [40, null]);
    for (const fault of summary.faults)
      assert.ok(fault.appliedAtMs !== null && fault.liftedAtMs !== null, fault.kind);
    assert.ok((summary.metrics['join_duration'] as { max: number }).max >= 400);
    assert.ok((summary.metrics['drops'] as { count: number }).count > 0);
    assert.deepEqual(summary.books, { balanced: true, problems: [] });
    // The scenario's own handler heard what the witness counted, doubles included.
    const { received, duplicate } = summary.deliveries;
    assert.equal((summary.metrics['heard'] as { count: number }).count, received + duplicate);
    assert.ok(received > 0);
    assert.ok(summary.server !== null, 'the observer was read');
  });

  test('without it, a scenario with server faults is refused before any load', async () => {
    const folder = join(newFolder(), 'run');
    const file = scenarioFile(small(`${SLOW_JOIN}, ${DROP}, ${SLOW_JOIN}`));
    const { code, stdout, stderr } = await run('run', file, '--target', ready.url, '--out', folder);
    assert.equal(code, 114);
    assert.equal(stdout, '');
    const problems = stderr.match(/^fault-needs-control-port {2}.*$/gm);
    assert.equal(problems?.length, 2, stderr);
    assert.match(stderr, /hint +--control http/);
    assert.equal(existsSync(folder), false);
  });

  test('without it, faults on our own sockets work as ever', async () => {
    const folder = join(newFolder(), 'run');
    const flags = ['--target', ready.url, '--out', folder, '--quiet'];
    const { code } = await run('run', scenarioFile(small(DROP)), ...flags);
    const summary = readSummary(folder);
    assert.equal(code, summary.exitCode);
    assert.equal(summary.clients.joined, 40);
    assert.ok((summary.metrics['drops'] as { count: number }).count > 0);
    assert.equal(summary.server, null);
    assert.equal(summary.books.balanced, true);
    const page = readFileSync(join(folder, 'report.html'), 'utf8');
    assert.match(page, /Not measured: no control port was read/);
  });

  test('a token in the target reaches the server and no file', async () => {
    const folder = join(newFolder(), 'run');
    const url = `${ready.url}?token=s3cr3t-t0ken`;
    const { stdout, stderr } = await run('run', scenarioFile(small('')), '--target', url, '--out', folder);
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    for (const text of [stdout, stderr, ...files]) assert.equal(text.includes('s3cr3t-t0ken'), false);
    assert.equal(readSummary(folder).clients.joined, 40);
  });

  test('a port that is taken is told in one message, 114', async () => {
    const port = /:(\d+)/.exec(ready.url)?.[1] ?? '';
    const { code, stdout, stderr } = await run('serve', '--port', port, '--control-port', '0');
    assert.equal(code, 114, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, new RegExp(`^[^\\n]*${port}[^\\n]*\\n$`));
    assert.doesNotMatch(stderr, /^\s+at /m);
  });

  test('SIGTERM ends the server and its nodes, with 0', async () => {
    const family = descendantsOf(server.pid);
    assert.ok(family.length >= 3);
    server.child.kill('SIGTERM');
    const { code } = await server.ended;
    assert.equal(code, 0);
    const gone = (): boolean => family.every(({ pid }) => !isRunning(pid));
    assert.ok(await becomesTrue(gone, 5_000));
    assert.ok(await isRefused(Number(/:(\d+)/.exec(ready.url)?.[1])));
  });
});

suite('a target that is none', GUARD, () => {
  after(cleanUp);

  test('nobody listens: 114, and no report of a run that never was', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
    );
    await new Promise((resolve) => server.close(resolve));
    const folder = join(newFolder(), 'run');
    const target = `ws://127.0.0.1:${port}/socket`;
    const { code, stderr } = await run('run', scenarioFile(small('')), '--target', target, '--out', folder);
    assert.equal(code, 114, stderr);
    assert.match(stderr, /ECONNREFUSED/);
    assert.doesNotMatch(stderr, /^\s+at /m);
    assert.equal(existsSync(join(folder, 'summary.json')), false);
  });

  test('a host that is neither loopback nor allowed is refused, with the flag that allows it', async () => {
    for (const scheme of ['ws', 'wss']) {
      const target = `${scheme}://chat.example.com/socket?token=s3cr3t`;
      const { code, stderr } = await run('run', scenarioFile(small('')), '--target', target);
      assert.equal(code, 104);
      assert.match(stderr, /target-not-allowed/);
      assert.match(stderr, /--allow-target chat\.example\.com/);
      assert.doesNotMatch(stderr, /s3cr3t/);
    }
  });

  test('a name that is allowed and does not resolve is told as such', async () => {
    const flags = ['--target', 'wss://chat.invalid/socket', '--allow-target', 'chat.invalid'];
    const { code, stderr } = await run('run', scenarioFile(small('')), ...flags);
    assert.equal(code, 114, stderr);
    assert.match(stderr, /got +E(?:NOTFOUND|AI_AGAIN)\n/);
  });

  test('more clients than the machine holds are refused with every limit and the flag that runs what fits', async () => {
    const folder = join(newFolder(), 'run');
    const flags = ['--clients', '2000000', '--duration', '1s', '--out', folder];
    const { code, stderr } = await run('run', scenarioFile(small('')), ...flags);
    assert.equal(code, 114);
    assert.match(stderr, /^machine-too-small {2}--clients\n {2}got +2000000, more than/m);
    assert.match(stderr, /hint +--fit runs \d+/);
    const limits = stderr.match(/^machine-too-small {2}.*\n {2}got .*\n {2}wanted .*\n {2}hint .+$/gm) ?? [];
    assert.ok(limits.length >= 2, stderr);
    assert.equal(existsSync(folder), false);
  });
});

suite('what a target asks for', GUARD, () => {
  const SECRETS = ['h3ader-s3cret', 't0k~n/with+signs~~~', 'par4m-s3cret'];
  const PROTOCOL = `base64url.bearer.phx.${btoa(SECRETS[1] ?? '').replaceAll('=', '')}`;
  let guarded: FakePhoenix;

  before(async () => {
    guarded = await FakePhoenix.listen('/tenants/7/socket/websocket', {
      protocol: 'phoenix',
      refuse: ({ headers }, { searchParams }) =>
        headers['x-api-key'] === SECRETS[0] &&
        headers['sec-websocket-protocol']?.endsWith(PROTOCOL) === true &&
        searchParams.get('token') === SECRETS[2]
          ? null
          : 403,
    });
  });
  after(async () => {
    cleanUp();
    await guarded.close();
  });

  test('headers, parameters and the auth token arrive with every client and stay out of sight', async () => {
    const folder = join(newFolder(), 'run');
    const target = `ws://127.0.0.1:${guarded.port}/tenants/7/socket`;
    const secrets = ['--header', `X-Api-Key: ${SECRETS[0]}`, '--auth-token', SECRETS[1] ?? ''];
    const more = ['--header', 'X-Trace: on', '--param', `token=${SECRETS[2]}`, '--clients', '10'];
    const flags = ['--target', target, ...secrets, ...more, '--out', folder];
    const program = firedrill('run', scenarioFile(small('')), ...flags);
    await program.line(/heartbeat answered/);
    await becomesTrue(() => existsSync(join(folder, 'timeline.ndjson')), 10_000);
    const family = descendantsOf(program.pid);
    const { code, stdout, stderr } = await program.ended;
    const summary = readSummary(folder);
    assert.equal(code, summary.exitCode, stderr);
    assert.equal(summary.clients.joined, 10);
    assert.equal(guarded.requests.length, 11, 'one look before the ten');
    for (const { headers, url } of guarded.requests) {
      assert.equal(headers['x-trace'], 'on');
      assert.equal(headers['sec-websocket-protocol'], `phoenix, ${PROTOCOL}`);
      assert.match(url ?? '', /^\/tenants\/7\/socket\/websocket\?token=[^&]+&user_id=\d+&vsn=2\.0\.0$/);
    }
    assert.ok(family.length >= 1, 'a worker runs');
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    const commands = family.map(({ command }) => command);
    for (const text of [stdout, stderr, ...files, ...commands]) {
      for (const secret of [...SECRETS, PROTOCOL])
        assert.equal(text.includes(secret), false, text.slice(0, 300));
    }
    assert.match(summary.command, /--header 'X-Api-Key: …' --auth-token/);
  });

  test('without them it is refused before any load, with the flags that bring them', async () => {
    const target = `ws://127.0.0.1:${guarded.port}/tenants/7/socket`;
    const { code, stderr } = await run('run', scenarioFile(small('')), '--target', target);
    assert.equal(code, 114);
    assert.match(stderr, /got +HTTP 403\n/);
    assert.match(stderr, /--param token=….*--auth-token/);
  });

  test('a path where no socket is mounted is refused as such', async () => {
    const target = `ws://127.0.0.1:${guarded.port}/socket`;
    const { code, stderr } = await run('run', scenarioFile(small('')), '--target', target);
    assert.equal(code, 114);
    assert.match(stderr, /got +HTTP 404\n +no socket is mounted at this path\n/);
  });
});
