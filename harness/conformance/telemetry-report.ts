/** What `report:telemetry` knows that the observer only counts (CONTRACT.md, b). */
import { NotAsSpecified } from './exchange.ts';
import { closed, okReply, type Peer } from './peer.ts';
import { field } from './same-value.ts';

const TOPIC = 'report:telemetry';
const REF = 'telemetry';

/** The metadata or measurements of all events of a name since it was asked before, by this or another connection. */
export async function takeTelemetry(
  peer: Peer,
  event: 'socket_connected' | 'socket_drain',
): Promise<unknown> {
  peer.send([REF, REF, TOPIC, 'phx_join', {}]);
  const answer = await peer.take();
  const payload: unknown = Array.isArray(answer) ? answer[4] : undefined;
  const events = field(field(payload, 'response'), event);
  if (!Array.isArray(events)) throw new NotAsSpecified(`a join reply with a list of ${event}`, answer);
  // A channel that stayed would be drained with the others.
  peer.send([REF, REF, TOPIC, 'phx_leave', {}]);
  await peer.expect(okReply(REF, REF, TOPIC));
  await peer.expect(closed(REF, TOPIC));
  return events;
}
