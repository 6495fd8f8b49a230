import { hash, timingSafeEqual } from 'node:crypto';

/** Whether two secrets are equal, in a time that says nothing about where they differ. */
export function isSameSecret(given: string, secret: string): boolean {
  // Hashing first makes the lengths equal, which the comparison needs.
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', secret, 'buffer'));
}
