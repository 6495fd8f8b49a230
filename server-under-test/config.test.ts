import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_CONFIG, handshakeRules } from './config.ts';
import { originAllowed } from './phoenix/origin.ts';

test('the defaults are those of Phoenix 1.8.12 on Bandit', () => {
  const { secretKeyBase, ...rest } = DEFAULT_CONFIG;
  assert.ok(Buffer.byteLength(secretKeyBase) >= 64);
  assert.deepEqual(rest, {
    port: 4000,
    host: '127.0.0.1',
    publicHost: 'localhost',
    controlPort: 4001,
    controlHost: '127.0.0.1',
    controlToken: null,
    nodes: 1,
    nice: 0,
    app: null,
    server: 'bandit',
    phoenixVersion: '1.8.12',
    logLevel: 'warning',
    secret: null,
    checkOrigin: true,
    idleTimeoutMs: 60_000,
    maxChannels: 100,
    maxFrameBytes: 10_000_000,
    maxFragmentedBytes: 8_000_000,
    sendTimeoutMs: 30_000,
    evictionMs: 5_000,
    hibernateAfterMs: 15_000,
    channelShutdownMs: 5_000,
    drainBatchSize: 10_000,
    drainBatchIntervalMs: 2_000,
    drainShutdownMs: 30_000,
    longpoll: true,
    longpollWindowMs: 10_000,
    pubsubTimeoutMs: 2_000,
    pubsubPoolSize: 1,
    presenceBroadcastPeriodMs: 1_500,
    presenceDownMs: 30_000,
    presencePermdownMs: 1_200_000,
  });
});

test('the public host, not the address, is what an origin must name', () => {
  const { origin } = handshakeRules({ ...DEFAULT_CONFIG, publicHost: 'example.com', host: '10.0.0.1' });
  assert.equal(originAllowed('https://example.com', origin), true);
  assert.equal(originAllowed('http://10.0.0.1', origin), false);
  assert.equal(originAllowed('http://localhost:8080', handshakeRules(DEFAULT_CONFIG).origin), true);
});
