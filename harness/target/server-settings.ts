/**
 * The bundled server's flags for what a scenario says of it. The names are the
 * scenario's, the flags the server's; a test starts a server with each.
 */
import { parseDurationMs } from '../base/units.ts';

/** A flag, and how its value is written there. */
type Flag = { flag: string; write(value: unknown): string };

const plain = (value: unknown): string => String(value);
const ms = (value: unknown): string =>
  String(Math.round(parseDurationMs(typeof value === 'number' ? value : String(value)) ?? 0));
const list = (value: unknown): string => (Array.isArray(value) ? value.join(',') : String(value));

const FLAGS: ReadonlyMap<string, Flag> = new Map([
  ['webServer', { flag: '--profile', write: plain }],
  ['phoenixVersion', { flag: '--phoenix-version', write: plain }],
  ['token', { flag: '--secret', write: plain }],
  ['checkOrigin', { flag: '--check-origin', write: list }],
  ['idleTimeout', { flag: '--idle-timeout-ms', write: ms }],
  ['sendTimeout', { flag: '--send-timeout-ms', write: ms }],
  ['maxChannels', { flag: '--max-channels', write: plain }],
  ['maxFrameBytes', { flag: '--max-frame-bytes', write: plain }],
  ['hibernateAfter', { flag: '--hibernate-after-ms', write: ms }],
  ['channelShutdown', { flag: '--channel-shutdown-ms', write: ms }],
  ['eviction', { flag: '--eviction-ms', write: ms }],
  ['drainBatchSize', { flag: '--drain-batch-size', write: plain }],
  ['drainInterval', { flag: '--drain-batch-interval-ms', write: ms }],
  ['drainShutdown', { flag: '--drain-shutdown-ms', write: ms }],
  ['pubsubPool', { flag: '--pubsub-pool-size', write: plain }],
  ['presencePeriod', { flag: '--presence-broadcast-period-ms', write: ms }],
  ['presenceDown', { flag: '--presence-down-ms', write: ms }],
  ['presencePermdown', { flag: '--presence-permdown-ms', write: ms }],
]);

/**
 * The flags of settings that were checked, in the order written. `nodes` is
 * none of them: the machine and `--nodes` have a say in it too.
 */
export function serverFlags(settings: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => {
    if (value === undefined || name === 'nodes') return [];
    const known = FLAGS.get(name);
    if (!known) throw new Error(`no flag of the server for ${name}`);
    // As one word: a value may begin with a dash.
    return [`${known.flag}=${known.write(value)}`];
  });
}
