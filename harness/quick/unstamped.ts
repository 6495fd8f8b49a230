/** Published and delivered, but not as it was sent: what a broadcast without its stamp looks like. */
import { formatCount } from '../base/units.ts';
import type { Summary } from '../record/run-record.ts';
import type { QuickDrill } from './drill.ts';

/** A line for whoever published and saw none of it come back with its stamp, or null. */
export function unstampedNote(
  { sends }: Pick<QuickDrill, 'sends'>,
  { deliveries, operations }: Pick<Summary, 'deliveries' | 'operations'>,
): string | null {
  if (!sends.some((send) => send.kind === 'publish')) return null;
  const { ok, timeout } = operations.push;
  if (deliveries.expected === 0 || deliveries.received > 0 || ok + timeout === 0) return null;
  return (
    `none of ${formatCount(deliveries.expected)} deliveries came back with the stamp of --publish: the application ` +
    'broadcasts nothing, or a payload of its own making. --push and --listen count what arrives, without timing it.'
  );
}
