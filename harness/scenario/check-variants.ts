/** Checks the variants of a scenario: each as the run it would be, its problems told where they were written. */
import type { Problem } from '../base/errors.ts';
import { checkFields, describeValue, isFields, type Fields } from './shape.ts';
import { inherit, MOST_VARIANTS, RUN_FIELDS } from './variants.ts';

/** Names are words on the command line, names of folders and of a finding's results. */
const NAME = /^[A-Za-z_]\w{0,39}$/;

/** Reports every problem of `variants`, and of the runs they stand for as `checkRun` finds them. */
export function checkVariants(
  definition: Fields,
  checkRun: (run: Fields, problems: Problem[]) => void,
  problems: Problem[],
): void {
  const { variants } = definition;
  if (!isFields(variants)) {
    const wanted = '{ trouble: { … }, remedy: { … } }';
    problems.push({ code: 'not-an-object', path: 'variants', got: describeValue(variants), wanted });
    return;
  }
  const names = Object.keys(variants);
  if (names.length < 2 || names.length > MOST_VARIANTS) {
    const wanted = `2 to ${MOST_VARIANTS} variants`;
    problems.push({ code: 'out-of-range', path: 'variants', got: String(names.length), wanted });
  }
  checkNames(names, problems);
  // What they inherit is one problem, however many of them have it.
  const told = new Set(problems.map((problem) => JSON.stringify(problem)));
  for (const name of names) {
    for (const problem of problemsOf(name, variants[name], definition, checkRun)) {
      const text = JSON.stringify(problem);
      if (!told.has(text)) problems.push(problem);
      told.add(text);
    }
  }
}

function checkNames(names: readonly string[], problems: Problem[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    const plain = name.toLowerCase();
    const path = `variants.${name}`;
    if (!NAME.test(name)) {
      const wanted = 'a name of letters, digits and _, at most 40';
      problems.push({ code: 'not-a-name', path, got: describeValue(name), wanted });
    } else if (seen.has(plain)) {
      const wanted = 'names that differ in more than their case: each is a folder';
      problems.push({ code: 'name-taken', path, got: describeValue(name), wanted });
    }
    seen.add(plain);
  }
}

function problemsOf(
  name: string,
  variant: unknown,
  definition: Fields,
  checkRun: (run: Fields, problems: Problem[]) => void,
): Problem[] {
  const path = `variants.${name}`;
  const found: Problem[] = [];
  if (!isFields(variant)) {
    const wanted = '{ about, client, thresholds, … }';
    found.push({ code: 'not-an-object', path, got: describeValue(variant), wanted });
    return found;
  }
  checkFields(variant, RUN_FIELDS, path, found);
  const whole: Problem[] = [];
  checkRun(inherit(definition, variant), whole);
  for (const problem of whole) {
    const field = /^\w+/.exec(problem.path)?.[0] ?? '';
    // A client that is nowhere is missed where it could be.
    const isOwn = variant[field] !== undefined || (field === 'client' && definition[field] === undefined);
    found.push(
      isOwn && RUN_FIELDS.includes(field) ? { ...problem, path: `${path}.${problem.path}` } : problem,
    );
  }
  return found;
}
