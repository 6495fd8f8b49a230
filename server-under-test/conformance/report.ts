import { Endpoint, type Socket } from '../app/api.ts';

export const PROBE = 'probe:';

/** Tells `report:<n>`; n is the probe's name up to its first slash. */
export function report(socket: Socket, event: string, payload: unknown): void {
  const [name = ''] = socket.topic.slice(PROBE.length).split('/', 1);
  Endpoint.broadcast(socket, `report:${name}`, event, payload);
}
