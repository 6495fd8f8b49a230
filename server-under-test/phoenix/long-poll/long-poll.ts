import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connectUser } from '../connect.ts';
import type { EndpointContext } from '../context.ts';
import type { HttpHandler } from '../endpoint.ts';
import { judgeLongPoll, Refused, type HandshakeRules } from '../handshake.ts';
import { readPatch } from '../profile.ts';
import { sign, verify } from '../signed-token.ts';
import { answerJson, answerMessages } from './poll-answer.ts';
import { readPost } from './post-body.ts';
import type { Envelope, SessionAddress, SessionAnswer } from './session-call.ts';
import { LongPollSession } from './session.ts';
import type { Sessions } from './sessions.ts';

const MAX_AGE_S = 1_209_600;
const TOKEN_HEADER = 'x-phoenix-longpoll-token';
/** The header counts since this patch of 1.8. */
const TOKEN_HEADER_PATCH = 10;

export interface LongPollOptions {
  readonly path: string;
  readonly rules: HandshakeRules;
  /** Signs session tokens; the same on all nodes. */
  readonly signingKey: string;
  readonly windowMs: number;
  readonly pubsubTimeoutMs: number;
}

/** GET polls, POST publishes, as phoenix-semantics 1.9 says. */
export class LongPoll implements HttpHandler {
  readonly path: string;
  private readonly context: EndpointContext;
  private readonly findSessions: () => Sessions | null;
  private readonly options: LongPollOptions;
  private readonly readsTokenHeader: boolean;

  constructor(context: EndpointContext, findSessions: () => Sessions | null, options: LongPollOptions) {
    this.context = context;
    this.findSessions = findSessions;
    this.options = options;
    this.path = options.path;
    this.readsTokenHeader = (readPatch(context.profile.version) ?? 0) >= TOKEN_HEADER_PATCH;
  }

  /** Another one after its supervisor had to start it again. Throws while there is none. */
  private get sessions(): Sessions {
    const sessions = this.findSessions();
    if (sessions === null) throw new Error('no long-poll sessions');
    return sessions;
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => {});
    response.setHeader('access-control-allow-origin', '*');
    this.serve(request, response).catch((error: unknown) => {
      // Hung up while it spoke.
      if (response.destroyed) return;
      this.context.logger.error(() => `long-poll request failed: ${String(error)}`);
      if (!response.headersSent) response.writeHead(500).end();
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const opening = judgeLongPoll(request, this.options.rules);
    if (opening instanceof Refused && opening.status === 400)
      return void response.writeHead(400).end(opening.body);
    if (opening instanceof Refused && opening.byOrigin)
      return answerJson(response, { status: opening.status });
    const { method } = request;
    if (method === 'OPTIONS') return preflight(request, response);
    if (method !== 'GET' && method !== 'POST') return void response.writeHead(400).end();
    const token = this.tokenOf(request);
    const address = token === null ? null : await this.resume(token, response);
    if (response.destroyed) return;
    if (address !== null && token !== null) {
      if (method === 'GET') return this.listen(address, token, response);
      return this.publish(address, request, response);
    }
    if (method === 'POST') return answerJson(response, { status: 410 });
    if (opening instanceof Refused) return answerJson(response, { status: opening.status });
    const connected = await connectUser(this.context, opening, 'longpoll');
    if (connected === null) return answerJson(response, { status: 403 });
    const key = randomBytes(16).toString('base64url');
    const session = this.context.transportSupervisor.startChild(
      () =>
        new LongPollSession(this.context, connected, this.options.windowMs, () => this.sessions.remove(key)),
    );
    this.sessions.add(key, session);
    answerJson(response, {
      status: 410,
      token: this.sign({ node: this.context.runtime.node, key }),
      messages: [],
    });
  }

  /** The session of a token, if it still answers within `pubsubTimeoutMs`. */
  private async resume(token: string, response: ServerResponse): Promise<SessionAddress | null> {
    const address = this.read(token);
    if (address === null) return null;
    const answer = await this.ask(response, address, { op: 'subscribe' }, this.options.pubsubTimeoutMs);
    return answer === null ? null : address;
  }

  private async listen(address: SessionAddress, token: string, response: ServerResponse): Promise<void> {
    const { windowMs } = this.options;
    let answer = await this.ask(response, address, { op: 'flush' }, windowMs);
    if (answer?.tag === 'now available')
      answer = await this.ask(response, address, { op: 'flush' }, windowMs);
    if (answer?.tag === 'messages') return answerMessages(response, token, answer.messages);
    answerJson(response, { status: 204, token, messages: [] });
  }

  private async publish(
    address: SessionAddress,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const envelopes = await readPost(request);
    if (envelopes === null) return void response.writeHead(400).end();
    for (const envelope of envelopes) {
      const answer = await this.ask(response, address, { op: 'dispatch', envelope }, this.options.windowMs);
      if (answer === null && !response.destroyed) return answerJson(response, { status: 408 });
    }
    answerJson(response, { status: 200 });
  }

  /**
   * Null when there was no answer in time, or nobody is left to give it to.
   *
   * A client that hangs up takes its clock along and leaves its messages to the next poll; what it posted is still handled.
   */
  private ask(
    response: ServerResponse,
    address: SessionAddress,
    asked: { op: 'subscribe' } | { op: 'flush' } | { op: 'dispatch'; envelope: Envelope },
    timeoutMs: number,
  ): Promise<SessionAnswer | null> {
    const { sessions } = this;
    if (response.destroyed) {
      if (asked.op === 'dispatch') sessions.tell(address, asked);
      return Promise.resolve(null);
    }
    return new Promise((resolve) => {
      const settle = (answer: SessionAnswer | null): void => {
        timer.cancel();
        response.off('close', giveUp);
        resolve(answer);
      };
      const giveUp = (): void => {
        sessions.forget(ref);
        if (asked.op === 'flush') sessions.tell(address, { op: 'expired', ref });
        settle(null);
      };
      const ref = sessions.ask(address, asked, settle);
      const timer = this.context.runtime.clock.after(timeoutMs, giveUp);
      response.once('close', giveUp);
    });
  }

  private tokenOf(request: IncomingMessage): string | null {
    const url = request.url ?? '/';
    const mark = url.indexOf('?');
    const token = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)).getAll('token').at(-1);
    if (token !== undefined) return token;
    const header = this.readsTokenHeader ? request.headers[TOKEN_HEADER] : undefined;
    return typeof header === 'string' ? header : null;
  }

  private sign(address: SessionAddress): string {
    const { clock } = this.context.runtime;
    return sign(JSON.stringify([address.node, address.key]), this.options.signingKey, clock.wallMs());
  }

  private read(token: string): SessionAddress | null {
    const { clock } = this.context.runtime;
    const data = verify(token, this.options.signingKey, clock.wallMs(), MAX_AGE_S);
    if (data === null) return null;
    const [node, key] = JSON.parse(data) as [number, string];
    return { node, key };
  }
}

function preflight(request: IncomingMessage, response: ServerResponse): void {
  const asked = request.headers['access-control-request-headers'];
  response.writeHead(200, {
    'access-control-allow-headers': typeof asked === 'string' ? asked : '',
    'access-control-allow-methods': 'get, post, options',
    'access-control-max-age': '3600',
  });
  response.end();
}
