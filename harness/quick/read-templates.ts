/** What `--join` and `--push` take, `<name> [payload]`, read into templates; every flaw is a problem with its place. */
import type { Problem } from '../base/errors.ts';
import { parsePayload, type PayloadNode } from './payload-template.ts';
import { parseText, TemplateError, textAsTyped, type Scope, type Text } from './template.ts';

/** A topic or an event, with its payload or null. */
export type Named = { name: Text; payload: PayloadNode | null };

/** The texts of one flag; those that are none are left out and reported. */
export function readNamed(
  flag: string,
  typed: readonly string[],
  scope: Scope,
  problems: Problem[],
): Named[] {
  return typed.flatMap((source) => orProblem(flag, source, problems, () => splitNamed(source, scope)));
}

/** One template; undefined after reporting what is wrong with it. */
export function readText(flag: string, source: string, scope: Scope, problems: Problem[]): Text | undefined {
  return orProblem(flag, source, problems, () => parseText(source, scope))[0];
}

function splitNamed(source: string, scope: Scope): Named {
  const end = nameEnd(source);
  const name = parseText(source.slice(0, end), scope);
  if (textAsTyped(name).trim() === '')
    throw new TemplateError(0, 'no name', 'a name, then perhaps a payload');
  const from = end + (/^\s*/.exec(source.slice(end))?.[0].length ?? 0);
  return { name, payload: from < source.length ? parsePayload(source, from, scope) : null };
}

/** The name ends at the first space that stands in no hole. */
function nameEnd(source: string): number {
  const match = /^\s*(?:\{\{|\{[^}]*\}|[^\s{]|\{)*/.exec(source);
  return match?.[0].length ?? 0;
}

function orProblem<Value>(flag: string, source: string, problems: Problem[], read: () => Value): Value[] {
  try {
    return [read()];
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const shown = source.length > 80 ? `${source.slice(0, 79).toWellFormed()}…` : source;
    problems.push({
      code: 'bad-template',
      path: flag,
      got: `${error.got} at sign ${error.at + 1} of '${shown}'`,
      wanted: error.wanted,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
    return [];
  }
}
