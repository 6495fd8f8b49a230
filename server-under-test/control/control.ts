import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { problems, Refusal, type Answer } from './answer.ts';
import { ControlGuard } from './guard.ts';
import { controlRoutes, findRoute, type ControlledCluster, type ControlRoute } from './routes.ts';
import { FAULT_REFUSED, FaultRefused } from '../faults/fault.ts';
import { NodeError } from '../node-handle.ts';
import type { Clock } from '../otp/clock.ts';

/** The control port: one HTTP server in the primary, for loopback, or elsewhere for who has the token. */
export class Control {
  private readonly guard: ControlGuard;
  private readonly routes: readonly ControlRoute[];
  private readonly server: Server;
  private ready = false;

  constructor(cluster: ControlledCluster, clock: Clock) {
    this.guard = new ControlGuard(cluster.config.controlToken);
    this.routes = controlRoutes(cluster, clock, () => this.ready);
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  /** Resolves with the port; rejects with Node's error, or `control_token` where a token is needed and none is set. */
  async listen(host: string, port: number): Promise<number> {
    this.guard.bindTo(host);
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
      answer = answerTo(error);
    }
    const { status, body, headers } = answer;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : `${JSON.stringify(body)}\n`);
  }

  private async route(request: IncomingMessage): Promise<Answer> {
    const [path = '', ...query] = (request.url ?? '/').split('?');
    // First: who may not ask learns nothing, not even what there is to ask for. Health is no secret.
    this.guard.check(request.headers, path === '/healthz');
    const { route, rest } = findRoute(this.routes, request.method ?? '', path);
    return route.run({ request, query: new URLSearchParams(query.join('?')), rest });
  }
}

function answerTo(error: unknown): Answer {
  if (error instanceof Refusal) return error.answer;
  const got = error instanceof Error ? error.message : String(error);
  const isOfFaults = error instanceof NodeError || error instanceof FaultRefused;
  if (isOfFaults && error.code === FAULT_REFUSED) {
    return problems(422, [{ path: 'params', got, wanted: 'a fault for what this server has' }]);
  }
  return problems(error instanceof NodeError ? 503 : 500, [
    { path: '', got, wanted: 'an answer of all nodes' },
  ]);
}
