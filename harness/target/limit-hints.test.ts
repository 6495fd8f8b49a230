import assert from 'node:assert/strict';
import { test } from 'node:test';
import { descriptorHint, portHint } from './limit-hints.ts';

const need = { clients: 100_000, ports: 16_384, addresses: 1, withServer: true };

test('macOS gets as many aliases of its loopback interface as the clients need', () => {
  assert.equal(
    portHint({ ...need, platform: 'darwin' }),
    'for i in $(seq 2 7); do sudo ifconfig lo0 alias 127.0.0.$i; done',
  );
  assert.equal(
    portHint({ ...need, platform: 'darwin', clients: 20_000 }),
    'sudo ifconfig lo0 alias 127.0.0.2',
  );
});

test('a wider range is enough up to its ports, beyond it takes more addresses', () => {
  const wide = 'sudo sysctl -w net.ipv4.ip_local_port_range="10000 65535"';
  assert.equal(portHint({ ...need, platform: 'linux', clients: 50_000, withServer: false }), wide);
  assert.match(
    portHint({ ...need, platform: 'linux', withServer: false }),
    /10000 65535", and a target name with 2 addresses, or 2 machines$/,
  );
});

test('each system has its own word for open files', () => {
  assert.match(descriptorHint('darwin', 9_000), /^sudo launchctl limit maxfiles 9000 9000/);
  assert.equal(descriptorHint('linux', 9_000), 'sudo prlimit --pid $$ --nofile=9000:9000');
  assert.equal(descriptorHint(undefined, 9_000), descriptorHint('linux', 9_000));
});
