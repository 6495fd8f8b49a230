/** The official client, over a WebSocket of which the test is the other end, on a clock that stands still. */
import { createRequire } from 'node:module';
import { mock } from 'node:test';
import { ManualClock, type Alarm } from '../../base/clock.ts';
import { Trace, type Contestant } from './contestant.ts';

type Push = { receive(status: string, told: () => void): Push };
type Channel = {
  topic: string;
  join(): Push;
  leave(): Push;
  push(event: string, payload: object): Push;
  on(event: string, told: () => void): void;
};
type Socket = { connect(): void; disconnect(): void; channel(topic: string): Channel };
type Phoenix = { Socket: new (url: string, options: { transport: unknown }) => Socket };

const require = createRequire(import.meta.url);

export const PHOENIX_JS_PACKAGES = { '1.8.15': 'phoenix-1.8.12', '1.8.16': 'phoenix' } as const;

/** A WebSocket as a browser has it. Its peer answers a close, but not one for its own silence. */
class FakeWebSocket {
  readyState = 0;
  bufferedAmount = 0;
  onopen: () => void = () => {};
  onerror: (error: unknown) => void = () => {};
  onmessage: (event: { data: string }) => void = () => {};
  onclose: (event: { code: number }) => void = () => {};
  readonly #trace: Trace;
  readonly #soon: (run: () => void) => void;

  constructor(trace: Trace, soon: (run: () => void) => void) {
    this.#trace = trace;
    this.#soon = soon;
  }

  send(text: string): void {
    if (this.readyState === 1) this.#trace.sent(text);
  }

  close(code?: number): void {
    if (this.readyState > 1) return;
    const wasOpen = this.readyState === 1;
    this.readyState = 2;
    this.#trace.add(wasOpen ? `closes ${code ?? 1000}` : 'gives up');
    if (code !== undefined) return;
    this.#soon(() => {
      this.readyState = 3;
      this.onclose({ code: wasOpen ? 1005 : 1006 });
    });
  }

  ended(code: number): void {
    if (this.readyState > 1) return;
    this.readyState = 3;
    if (code === 1006) this.onerror(new Error('gone'));
    this.onclose({ code });
  }
}

export function phoenixJsContestant(version: keyof typeof PHOENIX_JS_PACKAGES): Contestant {
  const clock = new ManualClock(1_000_000_000);
  const alarms = new Map<number, Alarm>();
  let timers = 0;
  mock.method(globalThis, 'setTimeout', (run: () => void, ms: number) => {
    timers += 1;
    alarms.set(timers, clock.at(clock.nowUs() + ms * 1_000, run));
    return timers;
  });
  mock.method(globalThis, 'clearTimeout', (timer: number | null) => alarms.get(timer ?? 0)?.cancel());

  const trace = new Trace(() => clock.nowUs() / 1_000 - 1_000_000);
  const { Socket } = require(PHOENIX_JS_PACKAGES[version]) as Phoenix;
  const links: FakeWebSocket[] = [];
  const transport = function connecting(): FakeWebSocket {
    trace.add('connects');
    trace.heard = [];
    const link = new FakeWebSocket(trace, (run) => clock.at(clock.nowUs(), run));
    links.push(link);
    return link;
  };
  const socket = new Socket('ws://localhost/socket', { transport });
  const channels = new Map<string, Channel>();
  const link = (): FakeWebSocket | undefined => links.at(-1);
  const arrive = (data: string | null): void => {
    const to = link();
    if (data !== null && to?.readyState === 1) to.onmessage({ data });
  };
  return {
    trace: trace.lines,
    connect: () => socket.connect(),
    disconnect: () => socket.disconnect(),
    join(topic) {
      if (channels.has(topic)) return;
      const channel = socket.channel(topic);
      channels.set(topic, channel);
      channel.on('news', () => trace.add(`hears news of ${topic}`));
      channel.on('phx_close', () => channels.delete(topic));
      channel.join();
    },
    leave(topic) {
      channels.get(topic)?.leave();
      channels.delete(topic);
    },
    push(topic, event) {
      const push = channels.get(topic)?.push(event, {});
      for (const status of ['ok', 'error']) {
        push?.receive(status, () => trace.add(`${event} of ${topic}: ${status}`));
      }
    },
    open() {
      const opening = link();
      if (opening?.readyState !== 0) return;
      opening.readyState = 1;
      opening.onopen();
    },
    refuse() {
      if (link()?.readyState === 0) link()?.ended(1006);
    },
    drop(code) {
      if (link()?.readyState === 1) link()?.ended(code);
    },
    reply: (event, topic, status) => arrive(trace.answer(event, topic, status)),
    say: (topic, event, joinRef) => arrive(trace.said(topic, event, joinRef)),
    advanceMs: (ms) => clock.advanceUs(ms * 1_000),
    end: () => mock.restoreAll(),
  };
}
