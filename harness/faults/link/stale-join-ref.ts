/**
 * Pushes carry the join_ref of an earlier join: the server ignores them without
 * a reply (phoenix-semantics 1.6, case 22).
 */
import { withStaleJoinRef } from '../../wire/frame-filters.ts';
import type { Condition } from '../../wire/rough-link.ts';
import { lasting } from './lasting.ts';

export const staleJoinRef = lasting((_params, { forged }) => {
  const stale: Condition = { filter: (frame) => withStaleJoinRef(frame, forged) };
  return () => stale;
});
