import { problems, type Answer, type ControlProblem } from './answer.ts';
import { hintFor } from './body.ts';
import { PROCESS_SORTS, type ProcessQuery, type ProcessSort } from '../telemetry/process-list.ts';

const DEFAULT_LIMIT = 50;
const LARGEST_LIMIT = 1_000;
const PARAMETERS = ['sort', 'limit', 'kind', 'node'];

function isSort(text: string): text is ProcessSort {
  return (PROCESS_SORTS as readonly string[]).includes(text);
}

/** Reads the query of GET /observer/processes; lists all its problems at once. An empty value is none. */
export function readProcessQuery(
  params: URLSearchParams,
): { readonly query: ProcessQuery; readonly node: number | null } | Answer {
  const list: ControlProblem[] = [];
  for (const name of new Set(params.keys())) {
    if (PARAMETERS.includes(name)) continue;
    const wanted = `one of ${PARAMETERS.join(', ')}`;
    list.push({ path: name, got: params.get(name), wanted, ...hintFor(name, PARAMETERS) });
  }
  const sort = params.get('sort') || 'len';
  if (!isSort(sort)) {
    const wanted = `one of ${PROCESS_SORTS.join(', ')}`;
    list.push({ path: 'sort', got: sort, wanted, ...hintFor(sort, PROCESS_SORTS) });
  }
  const limit = readInteger(params, 'limit', 1, LARGEST_LIMIT, list) ?? DEFAULT_LIMIT;
  const node = readInteger(params, 'node', 0, 1_000, list);
  if (list.length > 0) return problems(400, list);
  return { query: { sort: isSort(sort) ? sort : 'len', limit, kind: params.get('kind') || null }, node };
}

function readInteger(
  params: URLSearchParams,
  name: string,
  min: number,
  max: number,
  list: ControlProblem[],
): number | null {
  const text = params.get(name) ?? '';
  if (text === '') return null;
  // A node goes by its name as well.
  const digits = name === 'node' ? text.replace(/^node/, '') : text;
  const value = /^\d{1,9}$/.test(digits) ? Number(digits) : Number.NaN;
  if (value >= min && value <= max) return value;
  list.push({ path: name, got: text, wanted: `an integer from ${min} to ${max}` });
  return null;
}

/** Reads a pid with or without its brackets: `<0.17>` or `0.17`; null when it is none. */
export function readProcessId(text: string): { readonly node: number; readonly id: number } | null {
  const match = /^(?:<(\d{1,4})\.(\d{1,15})>|(\d{1,4})\.(\d{1,15}))$/.exec(text);
  if (match === null) return null;
  const [, node = match[3], id = match[4]] = match;
  return { node: Number(node), id: Number(id) };
}
