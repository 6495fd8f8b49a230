import assert from 'node:assert/strict';
import { test } from 'node:test';
import { realClock } from '../base/clock.ts';
import { checkServer, SERVER_SETTINGS, type ServerSettings } from '../scenario/server-settings.ts';
import { startBundled } from '../target/bundled.ts';
import { serverFlags } from '../target/server-settings.ts';
import { withServerSettings } from './bundled-choice.ts';
import type { TargetChoice } from './open-target.ts';

/** Every setting, each other than the server's default, and what the server then says it was told. */
const EVERY: Readonly<Record<keyof ServerSettings, [value: unknown, told: string]>> = {
  nodes: [2, 'NODES=2'],
  webServer: ['cowboy', 'PROFILE=cowboy'],
  phoenixVersion: ['1.8.5', 'PHOENIX_VERSION=1.8.5'],
  token: ['--hush', 'SOCKET_TOKEN=hidden'],
  checkOrigin: [['https://a.example', '//*.b.example'], 'CHECK_ORIGIN=https://a.example,//*.b.example'],
  idleTimeout: ['1.5s', 'IDLE_TIMEOUT_MS=1500'],
  sendTimeout: [2_500, 'SEND_TIMEOUT_MS=2500'],
  maxChannels: ['infinity', 'MAX_CHANNELS=infinity'],
  maxFrameBytes: [65_536, 'MAX_FRAME_BYTES=65536'],
  hibernateAfter: ['1s', 'HIBERNATE_AFTER_MS=1000'],
  channelShutdown: ['2s', 'CHANNEL_SHUTDOWN_MS=2000'],
  eviction: ['3s', 'EVICTION_MS=3000'],
  drainBatchSize: [5, 'DRAIN_BATCH_SIZE=5'],
  drainInterval: [0, 'DRAIN_BATCH_INTERVAL_MS=0'],
  drainShutdown: ['4s', 'DRAIN_SHUTDOWN_MS=4000'],
  pubsubPool: [2, 'PUBSUB_POOL_SIZE=2'],
  presencePeriod: ['500ms', 'PRESENCE_BROADCAST_PERIOD_MS=500'],
  presenceDown: ['2s', 'PRESENCE_DOWN_MS=2000'],
  presencePermdown: ['1m', 'PRESENCE_PERMDOWN_MS=60000'],
};

const settings = Object.fromEntries(
  Object.entries(EVERY).map(([name, [value]]) => [name, value]),
) as ServerSettings;

test('a server is started with every setting a scenario may have', { timeout: 30_000 }, async () => {
  assert.deepEqual(Object.keys(EVERY).toSorted(), [...SERVER_SETTINGS].toSorted());
  const problems: never[] = [];
  checkServer(settings, problems);
  assert.deepEqual(problems, []);
  const said: string[] = [];
  const server = await startBundled({
    clock: realClock,
    nodes: settings.nodes ?? 1,
    port: 0,
    controlPort: 0,
    nice: 0,
    // At this level it tells its configuration.
    flags: ['--log-level', 'debug', ...serverFlags({ ...settings })],
    onLine: (line) => said.push(line),
  });
  await server.stop();
  const missing = Object.values(EVERY).filter(([, told]) => !said.includes(told));
  assert.deepEqual(missing, [], said.join('\n'));
});

test('a setting without a flag is a bug, and one that is undefined is none', () => {
  assert.throws(() => serverFlags({ idle: '1s' }), /no flag of the server for idle/);
  assert.throws(() => serverFlags({ constructor: 1 }), /no flag/);
  assert.deepEqual(serverFlags({ nodes: 3, idleTimeout: undefined }), []);
  assert.deepEqual(serverFlags({ checkOrigin: false, maxChannels: 5 }), [
    '--check-origin=false',
    '--max-channels=5',
  ]);
});

test('the bundled server is told, typed nodes win', () => {
  const chosen = withServerSettings({ kind: 'bundled' }, { nodes: 3, idleTimeout: '1s' });
  assert.deepEqual(chosen, {
    choice: { kind: 'bundled', nodes: 3, flags: ['--idle-timeout-ms=1000'] },
    note: null,
  });
  const typed = withServerSettings({ kind: 'bundled', nodes: 1 }, { nodes: 3 });
  assert.deepEqual(typed.choice, { kind: 'bundled', nodes: 1, flags: [] });
  const bundled: TargetChoice = { kind: 'bundled' };
  assert.equal(withServerSettings(bundled).choice, bundled);
});

test('a server at a URL keeps its own settings, and the run says which were wanted', () => {
  const choice: TargetChoice = { kind: 'url', url: 'ws://127.0.0.1:1', allowTargets: [], control: null };
  const chosen = withServerSettings(choice, { nodes: 1, idleTimeout: '1s' });
  assert.equal(chosen.choice, choice);
  assert.match(chosen.note ?? '', /^server\.nodes, server\.idleTimeout: settings of the bundled server/);
  assert.equal(withServerSettings(choice, {}).note, null);
});
