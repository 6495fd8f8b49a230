/** Cases 75 and 76: long-poll (phoenix-semantics 1.9). */
import type { ConformanceCase } from './case.ts';
import { NotAsSpecified } from './exchange.ts';
import { okReply } from './peer.ts';
import type { HttpAnswer } from './plain-http.ts';
import { field, sameValue } from './same-value.ts';
import type { Settings } from './target.ts';
import type { Trial } from './trial.ts';

/** What the bundled server is given instead of ten seconds. */
const SHORT_WINDOW: Settings = { longpoll: 'true', 'longpoll-window-ms': '400' };
const LATE_MS = 600;
const GIVEN_UP_MS = 10_000;

function bodyOf({ status, body }: HttpAnswer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new NotAsSpecified('a JSON body', `HTTP ${status} ${body.toString('utf8')}`);
  }
}

/** A long-poll session: requests with its token, each answer's own status checked. */
class Session {
  readonly #trial: Trial;
  readonly #query: string;

  private constructor(trial: Trial, token: string) {
    this.#trial = trial;
    this.#query = trial.query({ token });
  }

  static async start(trial: Trial): Promise<Session> {
    const body = bodyOf(await trial.longPoll('GET', trial.query()));
    const token = field(body, 'token');
    const isNew = field(body, 'status') === 410 && sameValue([], field(body, 'messages'));
    trial.check(isNew && typeof token === 'string', 'status 410, a token, no messages', body);
    return new Session(trial, String(token));
  }

  /** GET: resolves with the messages, decoded. */
  async poll(status: number): Promise<unknown[]> {
    const body = bodyOf(await this.#trial.longPoll('GET', this.#query));
    this.#trial.check(field(body, 'status') === status, `status ${status}`, body);
    const messages = field(body, 'messages');
    return Array.isArray(messages) ? messages.map((text) => JSON.parse(String(text)) as unknown) : [];
  }

  async post(status: number, message: unknown): Promise<void> {
    const body = bodyOf(await this.#trial.longPoll('POST', this.#query, JSON.stringify(message)));
    this.#trial.check(field(body, 'status') === status, `status ${status}`, body);
  }
}

export const LONG_POLL: readonly ConformanceCase[] = [
  {
    number: 75,
    title: 'long-poll: session, join, reply, window',
    spec: '1.9',
    needs: { settings: SHORT_WINDOW },
    async run(trial) {
      const windowMs = trial.setting('longpoll-window-ms');
      const bystander = await trial.bystander();
      const topic = trial.topic('room');
      const session = await Session.start(trial);
      await session.post(200, ['1', '1', topic, 'phx_join', {}]);
      const messages = await session.poll(200);
      trial.check(sameValue([okReply('1', '1', topic)], messages), [okReply('1', '1', topic)], messages);
      const sinceUs = trial.clock.nowUs();
      const none = await session.poll(204);
      const afterMs = (trial.clock.nowUs() - sinceUs) / 1e3;
      trial.check(none.length === 0, 'no messages', none);
      const fits = afterMs >= windowMs - 5 && afterMs <= windowMs + LATE_MS + bystander.worstMs;
      trial.check(fits, `204 after ${windowMs} ms`, `after ${afterMs.toFixed(1)} ms`);
    },
  },
  {
    number: 76,
    title: 'long-poll silence',
    spec: '1.9, 2.8',
    needs: { probe: true, settings: SHORT_WINDOW },
    async run(trial) {
      const windowMs = trial.setting('longpoll-window-ms');
      const bystander = await trial.bystander();
      const topic = trial.topic('probe');
      const reporter = await trial.reporter();
      const session = await Session.start(trial);
      await session.post(200, ['1', '1', topic, 'phx_join', {}]);
      const sinceUs = trial.clock.nowUs();
      await session.poll(200);
      const report = trial.terminated(topic, '{:shutdown, :inactive}');
      const { atUs } = await reporter.expect(report, 3 * windowMs + GIVEN_UP_MS);
      const afterMs = (atUs - sinceUs) / 1e3;
      const latestMs = 3 * windowMs + LATE_MS + bystander.worstMs;
      const fits = afterMs >= 1.5 * windowMs - 5 && afterMs <= latestMs;
      trial.check(
        fits,
        `the end ${1.5 * windowMs} to ${3 * windowMs} ms after the last poll`,
        `${afterMs.toFixed(1)} ms`,
      );
      await session.post(410, ['1', '2', topic, 'ping', {}]);
    },
  },
];
