import type { FaultDescription, FaultOrder, FaultParams } from './fault.ts';
import { FAULT_KINDS } from './kinds.ts';
import { describeRule, fits } from './param-rule.ts';

/** One thing wrong with a request. */
export interface Problem {
  readonly path: string;
  readonly got: unknown;
  readonly wanted: string;
}

const FIELDS = ['kind', 'params', 'share', 'seed', 'ttl_ms'];
// A timer takes no more.
const LONGEST_TTL_MS = 2 ** 31 - 1;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkParams(kind: FaultDescription, params: unknown, problems: Problem[]): FaultParams {
  if (!isObject(params)) {
    problems.push({ path: 'params', got: params, wanted: 'an object' });
    return {};
  }
  const known = Object.keys(kind.params);
  const wanted = known.length === 0 ? 'no parameters' : `one of ${known.join(', ')}`;
  for (const name of Object.keys(params)) {
    if (!known.includes(name)) problems.push({ path: `params.${name}`, got: params[name], wanted });
  }
  for (const [name, rule] of Object.entries(kind.params)) {
    const value = params[name];
    if (value === undefined ? rule.required : !fits(rule, value)) {
      problems.push({ path: `params.${name}`, got: value ?? null, wanted: describeRule(rule) });
    }
  }
  // Every value has been checked to be a text or a number.
  return params as FaultParams;
}

function readNumber(
  body: Record<string, unknown>,
  name: string,
  fallback: number,
  max: number,
  problems: Problem[],
): number {
  const value = body[name] ?? fallback;
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= max) return value;
  problems.push({ path: name, got: value, wanted: `a number from 0 to ${max}` });
  return fallback;
}

/** Reads the body of POST /faults, which may name one of `kinds`; lists every problem of it at once. */
export function checkFault(
  body: unknown,
  kinds: readonly FaultDescription[] = FAULT_KINDS,
): { order: Omit<FaultOrder, 'id'>; problems: Problem[] } {
  const problems: Problem[] = [];
  const fields = isObject(body) ? body : {};
  if (!isObject(body)) problems.push({ path: '', got: body ?? null, wanted: 'a JSON object' });
  for (const name of Object.keys(fields)) {
    if (!FIELDS.includes(name))
      problems.push({ path: name, got: fields[name], wanted: `one of ${FIELDS.join(', ')}` });
  }
  const kind = kinds.find((known) => known.kind === fields['kind']);
  const wanted = `one of ${kinds.map((known) => known.kind).join(', ')}`;
  if (kind === undefined) problems.push({ path: 'kind', got: fields['kind'] ?? null, wanted });
  const params = kind === undefined ? {} : checkParams(kind, fields['params'] ?? {}, problems);
  const share = readNumber(fields, 'share', 1, 1, problems);
  const seed = readNumber(fields, 'seed', 0, 2 ** 32 - 1, problems);
  const ttl = fields['ttl_ms'] ?? null;
  const ttlMs = ttl === null ? null : readNumber(fields, 'ttl_ms', 0, LONGEST_TTL_MS, problems);
  return { order: { kind: kind?.kind ?? '', params, share, seed, ttlMs }, problems };
}

/** What a fault in force may be given: more time, another share, or both; null for what was not named. */
export interface Renewal {
  readonly ttlMs: number | null;
  readonly share: number | null;
  readonly problems: Problem[];
}

/** Reads the body of PUT /faults/<id>; lists every problem of it at once. */
export function checkRenewal(body: unknown): Renewal {
  const problems: Problem[] = [];
  const fields = isObject(body) ? body : {};
  if (!isObject(body)) problems.push({ path: '', got: body ?? null, wanted: 'a JSON object' });
  for (const name of Object.keys(fields)) {
    if (name === 'ttl_ms' || name === 'share') continue;
    problems.push({ path: name, got: fields[name], wanted: 'ttl_ms or share' });
  }
  // There is no usual share or time to give: NaN stands for none, and fits nowhere.
  const share = fields['share'] === undefined ? null : readNumber(fields, 'share', Number.NaN, 1, problems);
  if (share !== null && fields['ttl_ms'] === undefined) return { ttlMs: null, share, problems };
  const ttlMs = readNumber(fields, 'ttl_ms', Number.NaN, LONGEST_TTL_MS, problems);
  return { ttlMs, share, problems };
}
