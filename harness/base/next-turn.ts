/** Resolves in the next turn of the event loop: whatever can be read is read before. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
