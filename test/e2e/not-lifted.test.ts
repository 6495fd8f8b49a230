// A control port that takes faults and refuses to let go of them: the loudest ending there is.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { cleanUp, firedrill, GUARD, newFolder, readSummary, run, scenarioFile } from './program.ts';

const SHORT = `
import { fault, scenario } from 'firedrill';
export default scenario({
  about: 'a fault that stays',
  load: { clients: 5, ramp: '200ms', hold: '2s', rate: 20 },
  async client(user) {
    const room = await user.join('room:1');
    await user.pace(() => room.push('ping'));
  },
  faults: [fault.slowJoin({ delayMs: 50, topic: 'room:*' }).at('500ms').for('1s')],
});
`;

suite('a fault that cannot be lifted', GUARD, () => {
  after(cleanUp);

  test('ends in 115, with what is still on, what ends it and the command that does', async () => {
    const server = firedrill('serve', '--port', '0', '--control-port', '0', '--nodes', '1');
    const { url } = JSON.parse(await server.line(/"ready":true/)) as { url: string };
    const seen: string[] = [];
    const stubborn = createServer((request, response) => {
      const { method = '', headers } = request;
      seen.push(`${method} ${headers.authorization ?? ''}`);
      if (method === 'DELETE') response.writeHead(500).end('{"error":"no"}');
      else if (request.url === '/faults') response.writeHead(201).end('{"id":"f9"}');
      else response.writeHead(method === 'PUT' ? 200 : 404).end('{}');
    }).listen(0, '127.0.0.1');
    await once(stubborn, 'listening');
    const control = `http://127.0.0.1:${(stubborn.address() as AddressInfo).port}`;

    const folder = join(newFolder(), 'run');
    const target = ['--target', url, '--control', control, '--workers', '1'];
    process.env['FIREDRILL_CONTROL_TOKEN'] = 'very-secret';
    const ended = await run('run', scenarioFile(SHORT), '--out', folder, '--quiet', ...target);
    delete process.env['FIREDRILL_CONTROL_TOKEN'];
    stubborn.close();

    const byHand = `curl -f -X DELETE -H "Authorization: Bearer $FIREDRILL_CONTROL_TOKEN" ${control}/faults/f9`;
    assert.equal(ended.code, 115, ended.stderr);
    assert.ok(seen.includes('DELETE Bearer very-secret'), seen.join('\n'));
    assert.match(ended.stderr, /^STILL ON {2}slow joins could not be lifted$/m);
    assert.ok(ended.stderr.includes(`  type    ${byHand}\n`), ended.stderr);
    assert.match(
      ended.stdout,
      /^reason_1=slow joins could not be lifted and may still be on: slow joins \(/m,
    );
    const summary = readSummary(folder);
    assert.deepEqual(summary.faults[0]?.undo, {
      stillActive: summary.faults[0]?.undo?.stillActive,
      endsBy: 'the server lets go of it within 8 s',
      byHand,
    });
    assert.ok(summary.verdict.reasons[0]?.endsWith(`; by hand: ${byHand}`));
    assert.equal(summary.verdict.status, 'fail');
    for (const text of [ended.stdout, ended.stderr, JSON.stringify(summary)]) {
      assert.ok(!text.includes('very-secret'));
    }
    server.child.kill('SIGTERM');
    await server.ended;
  });
});
