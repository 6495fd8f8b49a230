import type { Clock, Timer } from '../otp/clock.ts';
import type { BytePipe } from './byte-pipe.ts';
import { closeFrame, NO_CODE } from './frames.ts';
import type { WebServer } from './profile.ts';

const LINGER_MS = 2_000;

/** Says goodbye with a code and waits a little for the peer's answer; without a code the pipe just goes. The timer may be cancelled once it did. */
export function closePipe(pipe: BytePipe, code: number | null, clock: Clock): Timer | null {
  if (code === null) {
    pipe.destroy();
    return null;
  }
  pipe.end(closeFrame(code));
  // Reading on lets the peer's last bytes pass: unread ones would turn our close frame into a reset.
  pipe.resume();
  return clock.after(LINGER_MS, () => pipe.destroy());
}

/** The code a client's close frame is answered with: Cowboy echoes, Bandit says 1000 to sane ones (phoenix-semantics 1.10). */
export function closeAnswer(server: WebServer, payload: Buffer): number {
  if (payload.length < 2) return server === 'cowboy' ? NO_CODE : 1000;
  const code = payload.readUInt16BE(0);
  if (server === 'cowboy') return code;
  return code <= 1003 || (code >= 1007 && code <= 1011) || code >= 3000 ? 1000 : 1002;
}
