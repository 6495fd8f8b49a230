// A user loads what stands behind TLS: a certificate is verified, always, and what is wrong with it is said.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import {
  cleanUp,
  firedrill,
  GUARD,
  newFolder,
  readSummary,
  run,
  scenarioFile,
  type Ended,
  type Program,
} from './program.ts';
import { Authority, hasOpenssl, TlsFront } from './tls-front.ts';

const small = (faults: string): string => `
import { fault, scenario } from 'firedrill';
export default scenario({
  about: 'a small run over TLS',
  load: { clients: 20, ramp: '200ms', hold: '1300ms' },
  async client(user) {
    const room = await user.join('room:a');
    if (user.index === 0) void user.every('500ms', () => room.publish('shout'), { phase: '200ms' });
    await user.every('500ms', () => room.push('ping'));
  },
  faults: [${faults}],
});
`;
const DROP = "fault.networkDrop({ reset: 0.3 }).at('400ms').for('1s')";

const skip = hasOpenssl() ? false : 'no openssl here to make certificates';

// Two at a time: each waits for its own program most of the time.
suite('a target behind TLS', { ...GUARD, skip, concurrency: 2 }, () => {
  let server: Program;
  let plainPort = 0;
  let authority: Authority;
  let front: TlsFront;

  before(async () => {
    server = firedrill('serve', '--port', '0', '--control-port', '0', '--nodes', '1');
    const ready = JSON.parse(await server.line(/"ready":true/)) as { url: string };
    plainPort = Number(/:(\d+)/.exec(ready.url)?.[1]);
    authority = new Authority(newFolder());
    front = await TlsFront.listen(authority.certify('DNS:localhost'), plainPort);
  });
  after(() => {
    front.close();
    cleanUp();
  });

  const load = (target: string, ...flags: string[]): Promise<Ended & { folder: string }> => {
    const folder = join(newFolder(), 'run');
    const started = run('run', scenarioFile(small('')), '--target', target, '--out', folder, ...flags);
    return started.then((ended) => ({ ...ended, folder }));
  };
  const refused = async (target: string, ...flags: string[]): Promise<string> => {
    const { code, stdout, stderr, folder } = await load(target, ...flags);
    assert.equal(code, 114, stderr);
    assert.equal(stdout, '');
    assert.doesNotMatch(stderr, /^\s+at /m);
    assert.equal(existsSync(folder), false);
    return stderr;
  };

  test('is loaded like any other, faults on the sockets included', async () => {
    const folder = join(newFolder(), 'run');
    const flags = [
      '--target',
      `wss://localhost:${front.port}/socket`,
      '--ca',
      authority.file,
      '--out',
      folder,
    ];
    const { code, stderr } = await run('run', scenarioFile(small(DROP)), ...flags);
    const summary = readSummary(folder);
    assert.equal(code, summary.exitCode, stderr);
    assert.match(stderr, /certificate verified; heartbeat answered/);
    assert.equal(summary.clients.joined, 20);
    assert.deepEqual(summary.books, { balanced: true, problems: [] });
    assert.ok((summary.metrics['drops'] as { count: number }).count > 0);
    assert.ok(summary.deliveries.received > 0);
    assert.ok(summary.operations.push.ok > 0);
    // An address is no name to ask for: another test connects by one.
    assert.deepEqual([...new Set(front.names.filter((name) => name !== false))], ['localhost']);
  });

  test('is loaded by the stock ws client as well', async () => {
    const flags = [
      '--ca',
      authority.file,
      '--transport',
      'ws',
      '--clients',
      '5',
      '--duration',
      '1s',
      '--quiet',
    ];
    const { folder } = await load(`wss://localhost:${front.port}/socket`, ...flags);
    const { clients, books } = readSummary(folder);
    assert.deepEqual([clients.joined, books.balanced], [5, true]);
  });

  test('an authority nobody knows is refused, with the flag that makes it known', async () => {
    const stderr = await refused(`wss://localhost:${front.port}/socket`);
    assert.match(stderr, /got +TLS certificate of an unknown authority/);
    assert.match(stderr, /--ca /);
  });

  test('the wrong authority is no help', async () => {
    const other = new Authority(newFolder());
    const stderr = await refused(`wss://localhost:${front.port}/socket`, '--ca', other.file);
    assert.match(stderr, /TLS certificate/);
  });

  test('a certificate for another name is refused', async () => {
    const stderr = await refused(`wss://127.0.0.1:${front.port}/socket`, '--ca', authority.file);
    assert.match(stderr, /TLS certificate for another name/);
  });

  test('plain where TLS is spoken, and the reverse, are told apart', async () => {
    assert.match(await refused(`ws://localhost:${front.port}/socket`), /hint +wss:\/\/ in place of ws:\/\//);
    assert.match(await refused(`wss://localhost:${plainPort}/socket`), /hint +ws:\/\/ in place of wss:\/\//);
  });
});
