import type { IncomingMessage } from 'node:http';
import type { Cluster } from '../cluster.ts';
import { checkNodes } from '../cluster-faults/check.ts';
import { ALL_FAULT_KINDS } from '../cluster-faults/kinds.ts';
import type { ServerConfig } from '../config.ts';
import { ok, problems, Refusal, type Answer, type ControlProblem } from './answer.ts';
import { hintFor, readBody, readFields } from './body.ts';
import { checkFault, checkRenewal, type Problem } from '../faults/check.ts';
import { renderMetrics } from './metrics-text.ts';
import { reportCluster } from './observer-report.ts';
import type { Clock } from '../otp/clock.ts';
import { readProcessId, readProcessQuery } from './process-query.ts';

/** What the control port needs of a cluster. */
export type ControlledCluster = Pick<
  Cluster,
  | 'observe'
  | 'processes'
  | 'process'
  | 'inject'
  | 'renew'
  | 'setFaultShare'
  | 'lift'
  | 'activeFaults'
  | 'faultWords'
  | 'askAll'
  | 'askOne'
> & { readonly config: Pick<ServerConfig, 'controlToken' | 'nodes'> };

/** One request, and what its path said. */
export interface ControlCall {
  readonly request: IncomingMessage;
  readonly query: URLSearchParams;
  /** What stood at the end of a path whose route ends with `/*`. */
  readonly rest: string;
}

/** One route; a path that ends with `/*` covers what follows. */
export interface ControlRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  run(call: ControlCall): Promise<Answer>;
}

const FAULT_FIELDS = ['kind', 'params', 'share', 'seed', 'ttl_ms'];

/** The names a wrong one in this place of a fault order could have been meant to be. */
function knownAt(path: string, kind: unknown): readonly string[] {
  if (path === 'kind') return ALL_FAULT_KINDS.map((known) => known.kind);
  if (!path.startsWith('params.')) return FAULT_FIELDS;
  return Object.keys(ALL_FAULT_KINDS.find((known) => known.kind === kind)?.params ?? {});
}

/** What a parameter that is a choice may be. */
function choicesAt(path: string, kind: unknown): readonly string[] {
  const params = ALL_FAULT_KINDS.find((known) => known.kind === kind)?.params ?? {};
  const rule = path.startsWith('params.') ? params[path.slice('params.'.length)] : undefined;
  return rule?.type === 'choice' ? rule.of : [];
}

function withHint(problem: Problem, body: unknown): ControlProblem {
  const { path, got } = problem;
  const kind = typeof body === 'object' && body !== null && 'kind' in body ? body.kind : null;
  const typed = path === 'kind' ? got : path.replace(/^params\./, '');
  const known = knownAt(path, kind);
  if (typeof typed === 'string' && !known.includes(typed)) return { ...problem, ...hintFor(typed, known) };
  // A known name with a wrong value needs no other name, at most another choice.
  const choices = choicesAt(path, kind);
  return typeof got === 'string' ? { ...problem, ...hintFor(got, choices) } : problem;
}

function noSuchFault(id: string): Answer {
  return problems(404, [{ path: 'id', got: id, wanted: 'the id of a fault in force' }]);
}

/** Every request the control port answers (drill contract). */
export function controlRoutes(
  cluster: ControlledCluster,
  clock: Clock,
  isReady: () => boolean,
): readonly ControlRoute[] {
  return [
    {
      method: 'GET',
      path: '/healthz',
      run: async () => ({ status: isReady() ? 200 : 503, body: { ready: isReady() } }),
    },
    {
      method: 'GET',
      path: '/observer',
      run: async () => ok(reportCluster(clock.wallMs(), await cluster.observe())),
    },
    {
      method: 'GET',
      path: '/observer/processes',
      async run({ query }) {
        const wanted = readProcessQuery(query);
        if ('status' in wanted) return wanted;
        return ok({ at: clock.wallMs(), ...(await cluster.processes(wanted.query, wanted.node)) });
      },
    },
    {
      method: 'GET',
      path: '/observer/processes/*',
      async run({ rest }) {
        const pid = readProcessId(rest);
        const found = pid === null ? null : await cluster.process(pid.node, pid.id);
        const wanted = 'the pid of a living process, as <node.id>';
        return found === null ? problems(404, [{ path: 'pid', got: rest, wanted }]) : ok(found);
      },
    },
    {
      method: 'GET',
      path: '/metrics',
      async run() {
        const { contentType, text } = await renderMetrics(await cluster.observe());
        return { status: 200, body: text, headers: { 'content-type': contentType } };
      },
    },
    {
      method: 'GET',
      path: '/faults',
      async run() {
        const words = new Map((await cluster.faultWords()).map(({ id, hits }) => [id, hits]));
        const faults = cluster.activeFaults().map(({ ttlMs, id, kind, params, share, seed }) => ({
          id,
          kind,
          params,
          share,
          seed,
          ttl_ms: ttlMs,
          hits: words.get(id) ?? null,
        }));
        const kinds = ALL_FAULT_KINDS.map(({ kind, about, params, once = false, hits }) => ({
          kind,
          about,
          params,
          once,
          hits,
        }));
        return ok({ faults, kinds });
      },
    },
    {
      method: 'POST',
      path: '/faults',
      async run({ request }) {
        const body = await readBody(request);
        const { order, problems: own } = checkFault(body, ALL_FAULT_KINDS);
        const list = own.length > 0 ? own : checkNodes(order, cluster.config.nodes);
        if (list.length === 0) return ok(await cluster.inject(order));
        const hinted = list.map((problem) => withHint(problem, body));
        return problems(400, hinted);
      },
    },
    {
      method: 'PUT',
      path: '/faults/*',
      async run({ request, rest }) {
        const body = await readBody(request);
        const { ttlMs, share, problems: list } = checkRenewal(body);
        if (list.length > 0)
          return problems(
            400,
            list.map((problem) => withHint(problem, body)),
          );
        const renewed = ttlMs === null ? null : await cluster.renew(rest, ttlMs);
        if (ttlMs !== null && renewed === null) return noSuchFault(rest);
        const word = share === null ? renewed : await cluster.setFaultShare(rest, share);
        if (word === null) return noSuchFault(rest);
        return ok({
          id: word.id,
          ...(ttlMs === null ? {} : { ttl_ms: ttlMs }),
          ...(share === null ? {} : { share }),
          hits: word.hits,
        });
      },
    },
    {
      method: 'DELETE',
      path: '/faults/*',
      async run({ rest }) {
        const word = await cluster.lift(rest);
        return word === null ? noSuchFault(rest) : ok(word);
      },
    },
    {
      method: 'POST',
      path: '/broadcast',
      async run({ request }) {
        const read = readFields(await readBody(request), { topic: 'text', event: 'text', payload: 'any' });
        if ('status' in read) return read;
        const { topic, event, payload = {} } = read.fields;
        await cluster.askOne({ op: 'broadcast', topic: String(topic), event: String(event), payload });
        return ok({});
      },
    },
    {
      method: 'POST',
      path: '/disconnect',
      async run({ request }) {
        const read = readFields(await readBody(request), { user_id: 'text' });
        if ('status' in read) return read;
        const topic = `user:${String(read.fields['user_id'])}`;
        await cluster.askOne({ op: 'broadcast', topic, event: 'disconnect', payload: {} });
        return ok({});
      },
    },
    {
      method: 'POST',
      path: '/drain',
      async run({ request }) {
        const read = readFields(await readBody(request), {});
        if ('status' in read) return read;
        // A drain takes as long as its batches do.
        await cluster.askAll({ op: 'drain' }, null);
        return ok({});
      },
    },
  ];
}

/** The route of a request and what its path said; refuses with 404 or, where only the method is wrong, 405. */
export function findRoute(
  routes: readonly ControlRoute[],
  method: string,
  path: string,
): { route: ControlRoute; rest: string } {
  const matching = routes.filter((route) => restOf(route, path) !== null);
  // Node leaves the body of a HEAD out by itself.
  const asked = method === 'HEAD' ? 'GET' : method;
  const route = matching.find((candidate) => candidate.method === asked);
  if (route !== undefined) return { route, rest: restOf(route, path) ?? '' };
  if (matching.length > 0) {
    const allow = matching.map((candidate) => candidate.method).join(', ');
    throw new Refusal(405, { path, got: method, wanted: `one of ${allow}` }, { allow });
  }
  const known = routes.map((candidate) => candidate.path);
  const problem = { path, got: method, wanted: 'a request of the control port', ...hintFor(path, known) };
  throw new Refusal(404, problem);
}

function restOf({ path: pattern }: ControlRoute, path: string): string | null {
  if (!pattern.endsWith('/*')) return path === pattern ? '' : null;
  const rest = path.slice(pattern.length - 1);
  return path.startsWith(pattern.slice(0, -1)) && rest !== '' ? decode(rest) : null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
