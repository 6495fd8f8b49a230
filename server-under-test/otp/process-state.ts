/** Nothing to do, nothing queued. */
export const IDLE = 0;
/** In the run queue. */
export const READY = 1;
export const RUNNING = 2;
/** Inside a handler that awaits. */
export const WAITING = 3;
/** In a selective receive: mail piles up until the one awaited message comes (phoenix-semantics 3.2). */
export const HELD = 4;
export const DEAD = 5;
/** Woken by a fan-out and not yet taken up by the run queue. */
export const STAGED = 6;
