import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Cluster } from './cluster.ts';
import { checkFault, type Problem } from './faults/check.ts';
import { FAULT_KINDS } from './faults/kinds.ts';
import { renderMetrics } from './metrics-text.ts';
import { reportCluster } from './observer-report.ts';
import type { Clock } from './otp/clock.ts';

const LARGEST_BODY_BYTES = 1_000_000;

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly contentType?: string;
}

function problems(status: number, list: readonly Problem[]): Answer {
  return { status, body: { problems: list } };
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY_BYTES) throw new SyntaxError('the body is too large');
    chunks.push(chunk);
  }
  return size === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

function textField(body: unknown, name: string, list: Problem[]): string {
  const value =
    typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  if (typeof value === 'string' && value !== '') return value;
  list.push({ path: name, got: value ?? null, wanted: 'a text' });
  return '';
}

/** The control port: one HTTP server in the primary, for loopback only. */
export class Control {
  private readonly cluster: Cluster;
  private readonly clock: Clock;
  private readonly server: Server;
  private ready = false;

  constructor(cluster: Cluster, clock: Clock) {
    this.cluster = cluster;
    this.clock = clock;
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  /** Resolves with the port; rejects with Node's error. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ host, port }, () => {
        const address = this.server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  /** From now on /healthz answers 200. */
  markReady(): void {
    this.ready = true;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let answer: Answer;
    try {
      answer = await this.route(request);
    } catch (error) {
      const bad = error instanceof SyntaxError;
      const got = error instanceof Error ? error.message : String(error);
      answer = problems(bad ? 400 : 500, [
        { path: '', got, wanted: bad ? 'a JSON body' : 'an answer of all nodes' },
      ]);
    }
    const { status, body, contentType } = answer;
    response.writeHead(status, { 'content-type': contentType ?? 'application/json' });
    response.end(typeof body === 'string' ? body : `${JSON.stringify(body)}\n`);
  }

  private async route(request: IncomingMessage): Promise<Answer> {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const route = `${request.method} ${path}`;
    if (route === 'GET /healthz') return { status: this.ready ? 200 : 503, body: { ready: this.ready } };
    if (route === 'GET /observer') return { status: 200, body: await this.observe() };
    if (route === 'GET /metrics') {
      return {
        status: 200,
        body: renderMetrics(await this.cluster.observe()),
        contentType: 'text/plain; version=0.0.4',
      };
    }
    if (route === 'GET /faults') return { status: 200, body: this.listFaults() };
    if (route === 'POST /faults') return this.inject(await readBody(request));
    if (request.method === 'DELETE' && path.startsWith('/faults/'))
      return this.lift(path.slice('/faults/'.length));
    if (route === 'POST /broadcast') return this.broadcast(await readBody(request));
    if (route === 'POST /disconnect') return this.disconnect(await readBody(request));
    if (route === 'POST /drain') {
      // A drain takes as long as its batches do.
      await this.cluster.askAll({ op: 'drain' }, null);
      return { status: 200, body: {} };
    }
    return problems(404, [{ path, got: request.method ?? '', wanted: 'a request of the control port' }]);
  }

  private async observe(): Promise<unknown> {
    return reportCluster(this.clock.wallMs(), await this.cluster.observe());
  }

  private listFaults(): unknown {
    const faults = this.cluster
      .activeFaults()
      .map(({ id, kind, params, share, seed, ttlMs }) => ({ id, kind, params, share, seed, ttl_ms: ttlMs }));
    return { faults, kinds: FAULT_KINDS.map(({ kind, about, params }) => ({ kind, about, params })) };
  }

  private async inject(body: unknown): Promise<Answer> {
    const { order, problems: list } = checkFault(body);
    if (list.length > 0) return problems(400, list);
    return { status: 200, body: { id: await this.cluster.inject(order) } };
  }

  private async lift(id: string): Promise<Answer> {
    if (await this.cluster.lift(id)) return { status: 200, body: { id } };
    return problems(404, [{ path: 'id', got: id, wanted: 'the id of a fault in force' }]);
  }

  private async broadcast(body: unknown): Promise<Answer> {
    const list: Problem[] = [];
    const topic = textField(body, 'topic', list);
    const event = textField(body, 'event', list);
    if (list.length > 0) return problems(400, list);
    const payload = (body as Record<string, unknown>)['payload'] ?? {};
    await this.cluster.askOne({ op: 'broadcast', topic, event, payload });
    return { status: 200, body: {} };
  }

  private async disconnect(body: unknown): Promise<Answer> {
    const list: Problem[] = [];
    const userId = textField(body, 'user_id', list);
    if (list.length > 0) return problems(400, list);
    await this.cluster.askOne({ op: 'broadcast', topic: `user:${userId}`, event: 'disconnect', payload: {} });
    return { status: 200, body: {} };
  }
}
