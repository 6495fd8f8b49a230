import type { IncomingMessage } from 'node:http';
import { nearest } from '../config/nearest.ts';
import { problems, Refusal, type Answer, type ControlProblem } from './answer.ts';
import { duplicateFields } from './duplicate-fields.ts';

const LARGEST_BODY_BYTES = 1_000_000;
// Further apart than this, two names are no slip of the same hand.
const SLIPS_SHARE = 0.35;

/** The body as text; refuses with 413 what is too large, without reading it to the end. */
async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY_BYTES) {
      const problem = { path: '', got: `more than ${LARGEST_BODY_BYTES} bytes`, wanted: 'a smaller body' };
      throw new Refusal(413, problem, { connection: 'close' });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A JSON body, `{}` when there is none; refuses with 400 what is no JSON and what says one thing twice. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const text = await readText(request);
  if (text.trim() === '') return {};
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    const got = error instanceof Error ? error.message : 'something else';
    throw new Refusal(400, { path: '', got, wanted: 'a JSON body' });
  }
  const [twice] = duplicateFields(text);
  if (twice !== undefined) throw new Refusal(400, { path: twice, got: 'the field twice', wanted: 'it once' });
  return body;
}

/** What to type instead, where a known name is near. */
export function hintFor(name: string, known: readonly string[]): { hint?: string } {
  const neighbour = nearest(name, known, (word) => Math.ceil(word.length * SLIPS_SHARE));
  return neighbour === null ? {} : { hint: `did you mean ${neighbour}?` };
}

/** What the fields of a body are: a text that must not be empty, or anything. */
export type FieldRules = Readonly<Record<string, 'text' | 'any'>>;

/** The fields of a body that obeys the rules, or the answer that lists all that is wrong with it. */
export function readFields(body: unknown, rules: FieldRules): { fields: Record<string, unknown> } | Answer {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return problems(400, [{ path: '', got: body, wanted: 'a JSON object' }]);
  }
  const fields = body as Record<string, unknown>;
  const list: ControlProblem[] = [];
  const known = Object.keys(rules);
  for (const name of Object.keys(fields)) {
    if (Object.hasOwn(rules, name)) continue;
    const wanted = known.length === 0 ? 'no fields' : `one of ${known.join(', ')}`;
    list.push({ path: name, got: fields[name], wanted, ...hintFor(name, known) });
  }
  for (const [name, rule] of Object.entries(rules)) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (rule === 'text' && (typeof value !== 'string' || value === '')) {
      list.push({ path: name, got: value ?? null, wanted: 'a text' });
    }
  }
  return list.length > 0 ? problems(400, list) : { fields };
}
