/** A body as long-poll answers it. */
export interface Answered {
  readonly status: number;
  readonly token?: string;
  readonly messages?: readonly string[];
}

/** A long-poll client without a library: one request per call, nothing by itself. */
export class PollClient {
  token: string | null = null;
  /** Sends the token as a header instead of in the query. */
  inHeader = false;
  private readonly url: string;
  private readonly query: string;

  /** `url` is that of the socket, with `ws:` in front. */
  constructor(url: string, query = 'vsn=2.0.0') {
    this.url = url.replace(/^ws:/, 'http:');
    this.query = query;
  }

  /** Opens a session. */
  async open(): Promise<this> {
    const { status, token } = await this.get();
    if (status !== 410 || token === undefined) throw new Error(`no session but ${status}`);
    this.token = token;
    return this;
  }

  async get(signal: AbortSignal | null = null): Promise<Answered> {
    return (await (await this.request('GET', { signal })).json()) as Answered;
  }

  /** Posts one message, or lines; of other bodies only the HTTP status is of interest. */
  async post(...messages: unknown[]): Promise<Answered> {
    return (await (await this.send(messages)).json()) as Answered;
  }

  send(messages: readonly unknown[]): Promise<Response> {
    const lines = messages.map((message) =>
      typeof message === 'string' ? message : JSON.stringify(message),
    );
    const type = lines.length === 1 ? 'application/json' : 'application/x-ndjson';
    return this.request('POST', { body: lines.join('\n'), headers: { 'content-type': type } });
  }

  request(method: string, init: RequestInit = {}): Promise<Response> {
    const inQuery = this.token === null || this.inHeader ? '' : `&token=${encodeURIComponent(this.token)}`;
    const headers = new Headers(init.headers);
    if (this.inHeader && this.token !== null) headers.set('X-Phoenix-Longpoll-Token', this.token);
    return fetch(`${this.url}/longpoll?${this.query}${inQuery}`, { ...init, method, headers });
  }

  /** Polls until `count` messages came; skips empty windows. */
  async take(count: number): Promise<unknown[]> {
    const messages: unknown[] = [];
    while (messages.length < count) {
      const answer = await this.get();
      if (answer.status !== 200 && answer.status !== 204)
        throw new Error(`the session is gone: ${answer.status}`);
      messages.push(...(answer.messages ?? []).map((text) => JSON.parse(text) as unknown));
    }
    return messages;
  }

  /** Joins and checks the answer. */
  async join(ref: string, topic: string, payload: unknown = {}): Promise<void> {
    const answer = await this.post([ref, ref, topic, 'phx_join', payload]);
    if (answer.status !== 200) throw new Error(`the join was answered with ${answer.status}`);
    const [reply] = await this.take(1);
    if (
      JSON.stringify(reply) !== JSON.stringify([ref, ref, topic, 'phx_reply', { status: 'ok', response: {} }])
    )
      throw new Error(`the join was answered with ${JSON.stringify(reply)}`);
  }
}
