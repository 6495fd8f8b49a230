import type { ExitReason } from '../otp/exit-reason.ts';

const ATOM = /^[a-z_]\w*[?!]?$/;

/** A term as `inspect/1` writes it: names are atoms here, and what else was thrown is text of itself. */
function atomText(name: string): string {
  if (ATOM.test(name)) return `:${name}`;
  // Elixir has texts in reasons as well: Bandit's "Received unexpected text frame" is one.
  return JSON.stringify(name);
}

/** An exit reason as reports of the probe write it: what cannot be the same on every server is `_` or the message alone. */
export function reasonText(reason: ExitReason): string {
  if (typeof reason === 'string') return atomText(reason);
  if ('shutdown' in reason) {
    const { shutdown } = reason;
    return shutdown === 'deserializing'
      ? '{:shutdown, {:deserializing, _}}'
      : `{:shutdown, ${atomText(shutdown)}}`;
  }
  if ('timeout' in reason) return `{:timeout, {${callText(reason.timeout)}, _}}`;
  if ('call' in reason) return `{${reasonText(reason.call)}, {GenServer, :call, _}}`;
  if ('badReturn' in reason) return `{:bad_return_value, ${termText(reason.badReturn)}}`;
  return `exception: ${reason.exception instanceof Error ? reason.exception.message : String(reason.exception)}`;
}

/** `GenServer.call` is `GenServer, :call`. */
function callText(call: string): string {
  const at = call.lastIndexOf('.');
  return `${call.slice(0, at)}, :${call.slice(at + 1)}`;
}

function termText(term: unknown): string {
  if (typeof term === 'string') return atomText(term);
  return JSON.stringify(term) ?? 'nil';
}
