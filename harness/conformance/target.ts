/** What a run knows of the server it judges; all of it declared, except what a look at it finds out. */
import type { TargetUrl } from '../target/url.ts';

export const WEB_SERVERS = ['bandit', 'cowboy'] as const;
export type WebServer = (typeof WEB_SERVERS)[number];

/** Settings of a server that cases need to know, by the name of the bundled server's flag. */
export const SETTING_NAMES = [
  'idle-timeout-ms',
  'max-channels',
  'eviction-ms',
  'drain-batch-size',
  'drain-batch-interval-ms',
  'longpoll',
  'longpoll-window-ms',
  'nodes',
  'secret',
  'check-origin',
] as const;
export type SettingName = (typeof SETTING_NAMES)[number];
export type Settings = Readonly<Partial<Record<SettingName, string>>>;

/** Where the target is; `ca` is the PEM its certificate is held against instead of the usual authorities. */
export type Address = TargetUrl & { ca?: string };

/** As it stands in a Host header and a URL. */
export function hostAndPort({ host, port }: TargetUrl): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

export type ConformanceTarget = {
  at: Address;
  /** Base of the control port, without a slash at its end. */
  control: string | null;
  profile: WebServer;
  /** Phoenix's version, and its number in the 1.8 series: −1 for what came before. */
  version: string;
  patch: number;
  settings: Settings;
  /** Whether `probe:*` is mounted (CONTRACT.md, b). */
  probe: boolean;
  /** Stops the server as SIGTERM does; null when the run does not own it. */
  stop: (() => Promise<void>) | null;
};

/** The patch number of a version `1.8.N`, −1 for `1.7.N`, null for any other text. */
export function readPatch(version: string): number | null {
  const match = /^1\.([78])\.(\d{1,3})$/.exec(version);
  if (match === null) return null;
  return match[1] === '7' ? -1 : Number(match[2]);
}

/** The payload of phx_error: it names the crash since 1.8.10 (phoenix-semantics 0.3). */
export function crashPayload({ patch }: { patch: number }): Record<string, string> {
  return patch >= 10 ? { reason: 'channel_crash' } : {};
}

/** How many channels a connection may have; null when there is no limit (since 1.8.9). */
export function channelLimit({ patch, settings }: ConformanceTarget): number | null {
  const declared = settings['max-channels'];
  if (declared !== undefined) return Number(declared);
  return patch >= 9 ? 100 : null;
}
