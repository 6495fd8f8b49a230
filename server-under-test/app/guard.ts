import { asThrown } from './crash.ts';

/** Runs a callback: what it returns is checked, what it throws gets its place in the user's file. */
export function guard<T>(run: () => unknown, check: (result: unknown) => T): T | Promise<T> {
  let result: unknown;
  try {
    result = run();
  } catch (thrown) {
    throw asThrown(thrown);
  }
  if (!(result instanceof Promise)) return check(result);
  return result.then(check, (thrown: unknown) => {
    throw asThrown(thrown);
  });
}
