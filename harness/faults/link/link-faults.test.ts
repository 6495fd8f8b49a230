import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../base/clock.ts';
import { TimerWheel } from '../../base/timer-wheel.ts';
import type { ClientChannel } from '../../wire/client-channel.ts';
import type { PhoenixSocket } from '../../wire/phoenix-socket.ts';
import type { ClientConnection } from '../../wire/transport.ts';
import { LINK_FAULTS } from './catalogue.ts';
import type { LinkTarget } from './link-fault.ts';

type Told = { index: number; what: string; atUs: number };
type Scene = { clock: ManualClock; wheel: TimerWheel; told: Told[]; targets: LinkTarget[] };

/** Clients that write down what is done to them; `topicsOf` are those they have joined. */
function scene(
  clients: number,
  options: { isOpen?: boolean; topicsOf?: (index: number) => string[] } = {},
): Scene {
  const clock = new ManualClock(1_000_000);
  const wheel = new TimerWheel(clock);
  const told: Told[] = [];
  const targets = Array.from({ length: clients }, (_, index): LinkTarget => {
    const tell = (what: string): void => void told.push({ index, what, atUs: clock.nowUs() });
    const connection = {
      isOpen: options.isOpen ?? true,
      reset: () => tell('reset'),
      goDark: () => tell('dark'),
      goLight: () => tell('light'),
    } as unknown as ClientConnection;
    const channels: ClientChannel[] = [];
    const socket = { connection, channels } as unknown as PhoenixSocket;
    for (const topic of options.topicsOf?.(index) ?? []) {
      const rejoin = (): void => tell(`joins ${topic}`);
      channels.push({ topic, state: 'joined', socket, rejoin } as unknown as ClientChannel);
    }
    return { index, socket };
  });
  return { clock, wheel, told, targets };
}

function strike(
  at: Scene,
  kind: 'network_drop' | 'rejoin',
  params: Record<string, string | number>,
  seed = 7,
): { clients: number; lift(): void } {
  const world = { clock: at.clock, wheel: at.wheel, forMs: 10_000, seed };
  return LINK_FAULTS[kind]!.strike(at.targets, world, params);
}

const whoWas = (told: readonly Told[], what: string): number[] =>
  told
    .filter((one) => one.what === what)
    .map((one) => one.index)
    .toSorted((a, b) => a - b);

test('a drop cuts its share within the second and darkens another, and nobody twice', () => {
  const at = scene(2_000);
  const { clients } = strike(at, 'network_drop', { reset: 0.1, blackhole: 0.05 });
  assert.deepEqual(whoWas(at.told, 'reset'), []);
  at.clock.advanceUs(1_000_000);
  const [cut, dark] = [whoWas(at.told, 'reset'), whoWas(at.told, 'dark')];
  assert.ok(
    Math.abs(cut.length - 200) < 50 && Math.abs(dark.length - 100) < 40,
    `${cut.length}, ${dark.length}`,
  );
  assert.equal(clients, cut.length + dark.length);
  assert.equal(new Set([...cut, ...dark]).size, clients);
  // Spread, and not all in one tick.
  assert.ok(new Set(at.told.filter((one) => one.what === 'reset').map((one) => one.atUs)).size > 50);
});

test('the same seed hits the same clients, however they are dealt to workers', () => {
  const hit = (seed: number, targets: (all: LinkTarget[]) => LinkTarget[]): number[] => {
    const at = scene(500);
    at.targets = targets(at.targets);
    strike(at, 'network_drop', { reset: 0.2 }, seed);
    at.clock.advanceUs(1_000_000);
    return whoWas(at.told, 'reset');
  };
  const whole = hit(7, (all) => all);
  const halves = [0, 1].flatMap((worker) => hit(7, (all) => all.filter((_, i) => i % 2 === worker)));
  assert.deepEqual(
    halves.toSorted((a, b) => a - b),
    whole,
  );
  assert.notDeepEqual(
    hit(8, (all) => all),
    whole,
  );
});

test('the lift turns the light on again and calls off cuts that have not been', () => {
  const at = scene(1_000);
  const { lift } = strike(at, 'network_drop', { reset: 0.5, blackhole: 0.2 });
  at.clock.advanceUs(100_000);
  const cut = whoWas(at.told, 'reset').length;
  lift();
  at.clock.advanceUs(10_000_000);
  assert.equal(whoWas(at.told, 'reset').length, cut);
  assert.deepEqual(whoWas(at.told, 'light'), whoWas(at.told, 'dark'));
  assert.equal(at.wheel.size, 0);
});

test('who is not connected is left alone; no share hits nobody, a whole one everybody', () => {
  assert.equal(strike(scene(50, { isOpen: false }), 'network_drop', { reset: 1 }).clients, 0);
  assert.equal(strike(scene(50), 'network_drop', {}).clients, 0);
  assert.equal(strike(scene(50), 'network_drop', { blackhole: 1 }).clients, 50);
  assert.equal(strike(scene(50), 'network_drop', { reset: 1 }).clients, 50);
});

test('a share rejoins one matching topic each, spread over the window', () => {
  const topicsOf = (index: number): string[] => (index % 2 === 0 ? ['lobby', 'room:1'] : ['lobby']);
  const at = scene(2_000, { topicsOf });
  const { clients } = strike(at, 'rejoin', { rejoin: 0.2, topic: 'room:*' });
  at.clock.advanceUs(10_001_000);
  assert.deepEqual([...new Set(at.told.map((one) => one.what))], ['joins room:1']);
  assert.equal(at.told.length, clients);
  assert.ok(Math.abs(clients - 200) < 50, `${clients}`);
  assert.ok(at.told.every((one) => one.index % 2 === 0));
  const firstHalf = at.told.filter((one) => one.atUs < 6_000_000).length;
  assert.ok(Math.abs(firstHalf - clients / 2) < clients / 4, `${firstHalf} of ${clients} in the first half`);
});

test('a lift calls off the rejoins that are still to come, and who has left is not joined again', () => {
  const at = scene(400, { topicsOf: () => ['room:1'] });
  const { lift } = strike(at, 'rejoin', { rejoin: 1, topic: '*' });
  for (const { index, socket } of at.targets) if (index % 2 === 0) socket.channels[0]!.state = 'closed';
  at.clock.advanceUs(5_000_000);
  lift();
  const joined = at.told.length;
  assert.ok(joined > 0 && joined < 200);
  assert.ok(at.told.every((one) => one.index % 2 === 1));
  at.clock.advanceUs(60_000_000);
  assert.equal(at.told.length, joined);
});
