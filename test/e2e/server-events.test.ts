// What the server counted of a run: connects and telemetry of all its nodes, as metrics and on the timeline.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { EXIT } from '../../harness/base/errors.ts';
import { cleanUp, GUARD, newFolder, readSummary, readTimeline, run, scenarioFile } from './program.ts';

/** Twelve clients on two nodes; each joins, pings three times, and is cut once. */
const SCENARIO = `
import { fault, scenario } from 'firedrill';
export default scenario({
  about: 'twelve clients, each cut once',
  load: { clients: 12, ramp: '300ms', hold: '2700ms' },
  server: { nodes: 2 },
  async client(user) {
    const room = await user.join('room:' + user.index);
    for (let n = 0; n < 3; n += 1) await room.push('ping');
  },
  faults: [fault.reset().at('1200ms').for('1s')],
  thresholds: {
    clients_joined: ['rate==1', 'count==12'],
    server_connects: ['count==24', { expression: 'count<24', during: 'reset' }],
    server_connect_rate: ['max>4'],
    'server_events{event:phoenix.channel_joined}': ['count==24'],
    'server_events{event:phoenix.channel_handled_in}': ['count==36'],
    server_events: ['count==84'],
  },
  finding: ({ run }) => run.text('server_connects', 'count') + ' in all, at most ' + run.text('server_connect_rate', 'max'),
});
`;

suite('what the server counted', GUARD, () => {
  after(cleanUp);

  test('connects and events of both nodes are in thresholds, summary, timeline and finding', async () => {
    const folder = join(newFolder(), 'out');
    const { code, stderr } = await run('run', scenarioFile(SCENARIO), '--out', folder);
    const { thresholds, server, finding, generator, exitCode } = readSummary(folder);
    const missed = thresholds.filter(({ status }) => status !== 'pass');
    assert.deepEqual(missed, []);
    // On a machine so busy that the driver was late a run is inconclusive, whatever it measured.
    assert.equal(exitCode, generator.saturated ? EXIT.inconclusive : EXIT.pass, stderr);
    assert.equal(code, exitCode);
    const telemetry = server?.telemetry ?? {};
    assert.equal(telemetry['phoenix.socket_connected'], 24);
    assert.equal(telemetry['phoenix.socket_drain'], 0);
    assert.match(finding ?? '', /^24 in all, at most \d+(\.\d+)?\/s$/);
    const seen = readTimeline(folder).flatMap((line) => (line.type === 'window' ? [line.server] : []));
    const connects = seen.reduce((sum, line) => sum + (line?.connects ?? 0), 0);
    assert.equal(connects, 24);
    for (const line of seen) {
      assert.equal(line?.connects ?? 0, line?.events?.['phoenix.socket_connected'] ?? 0);
    }
  });
});
