/** Milliseconds to add before join/3 of this topic on the transport with this number. */
export type JoinDelay = (topic: string, transport: number) => number;
/** Milliseconds to add before handle_in of this event. */
export type HandlerDelay = (topic: string, event: unknown) => number;

/** Where faults reach into channels. Empty sets cost one comparison on the hot path. */
export class Interference {
  readonly joinDelays = new Set<JoinDelay>();
  readonly handlerDelays = new Set<HandlerDelay>();

  joinDelayMs(topic: string, transport: number): number {
    if (this.joinDelays.size === 0) return 0;
    let total = 0;
    for (const delay of this.joinDelays) total += delay(topic, transport);
    return total;
  }

  handlerDelayMs(topic: string, event: unknown): number {
    if (this.handlerDelays.size === 0) return 0;
    let total = 0;
    for (const delay of this.handlerDelays) total += delay(topic, event);
    return total;
  }
}
