/** The stamp by which the delivery witness knows a broadcast of ours. */
import { STAMP_KEY } from '../measure/witness.ts';

/** The stamp in a payload, or null when it carries none. */
export function stampOf(payload: unknown): { publisher: number; sequence: number; dueUs: number } | null {
  if (typeof payload !== 'object' || payload === null) return null;
  const stamp = (payload as Record<string, unknown>)[STAMP_KEY];
  if (!Array.isArray(stamp) || stamp.length !== 3) return null;
  const [publisher, sequence, dueUs] = stamp as unknown[];
  if (!Number.isSafeInteger(publisher) || !Number.isSafeInteger(sequence) || typeof dueUs !== 'number')
    return null;
  return { publisher: publisher as number, sequence: sequence as number, dueUs };
}
