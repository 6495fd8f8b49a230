/** The sessions of one worker on a manual clock, against a server that is a function of each message. */
import { ManualClock } from '../../base/clock.ts';
import { TimerWheel } from '../../base/timer-wheel.ts';
import { Recorder } from '../../measure/recorder.ts';
import { Witness } from '../../measure/witness.ts';
import type { Scenario } from '../../scenario/api.ts';
import { planRun } from '../../scenario/plan.ts';
import { PHOENIX_JS } from '../../wire/client-profile.ts';
import { PendingReplies } from '../../wire/pending-reply.ts';
import type { SocketWorld } from '../../wire/phoenix-socket.ts';
import { FakeLink, fakeTransport, type Wire } from '../../wire/testing/fake-link.ts';
import { Ledger } from '../ledger.ts';
import type { WorkerPlan } from '../orders.ts';
import { Sessions } from '../sessions.ts';
import { WorkerRuntime } from '../worker-runtime.ts';

/** Where the run starts on the clock. */
export const START_US = 50_000_000;

export type Crowd = ReturnType<typeof crowd>;

type Behaviour = {
  /** Called with each new link; opens it at once unless told otherwise. */
  onLink?: (link: FakeLink) => void;
  /** Called with each message; says `ok` to everything that asks unless told otherwise. */
  onMessage?: (link: FakeLink, message: Wire) => void;
  worker?: number;
  workers?: number;
  connectsAtOnce?: number;
};

/** What a scenario of that shape does; it has not started yet. */
export function crowd(
  scenario: Partial<Scenario> & Pick<Scenario, 'load' | 'client'>,
  behaviour: Behaviour = {},
) {
  const clock = new ManualClock(START_US);
  const wheel = new TimerWheel(clock);
  const recorder = new Recorder();
  const ledger = new Ledger(clock, wheel, recorder, new Witness());
  const links: FakeLink[] = [];
  const thrown: string[] = [];
  const onMessage = behaviour.onMessage ?? ((link: FakeLink, message: Wire) => link.reply(message));
  const world: SocketWorld = {
    clock,
    wheel,
    pending: new PendingReplies(wheel),
    observer: ledger,
    profile: PHOENIX_JS,
    transport: fakeTransport((link) => {
      links.push(link);
      // What comes back comes later: the server is another process.
      link.onSend = (text) => {
        const message = JSON.parse(text) as Wire;
        if (message[1] !== null && Number(message[1]) % 2 === 1)
          clock.at(clock.nowUs() + 1, () => onMessage(link, message));
      };
      const opens = behaviour.onLink ?? ((made: FakeLink) => made.open());
      clock.at(clock.nowUs() + 1, () => opens(link));
    }),
    draw: () => 0,
    endpointOf: () => ({
      endpoint: { host: '127.0.0.1', port: 1, localAddress: null, tls: null },
      upgrade: Buffer.alloc(0),
    }),
  };
  const whole: Scenario = { about: 'a test', ...scenario };
  const { clients, load, rampMs, totalMs, rate, seed } = planRun(whole, { seed: 1 });
  const { worker = 0, workers = 1, connectsAtOnce = 1_000 } = behaviour;
  const plan = { worker, workers, clients, load, rampMs, totalMs, rate, seed, env: {}, connectsAtOnce };
  const runtime = new WorkerRuntime(plan as unknown as WorkerPlan, whole, world, recorder, (error) =>
    thrown.push((error as Error).message),
  );
  runtime.startUs = START_US;
  runtime.endUs = START_US + totalMs * 1e3;
  const sessions = new Sessions(runtime, () => ledger.connecting);
  ledger.onClientChange = (index, nowUs) => sessions.changed(index, nowUs);
  /** Moves time, a millisecond at a time, so that promises of scripts go on in between. */
  const passMs = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed++) {
      clock.advanceUs(1_000);
      // Two for a promise within a promise: a script that awaits in a row gets on.
      for (let turn = 0; turn < 4; turn++) await Promise.resolve();
    }
  };
  return { clock, world, recorder, ledger, links, thrown, runtime, sessions, passMs };
}
