/** Bundled servers for a profile: as few as the settings of the cases allow. */
import { fileURLToPath } from 'node:url';
import type { Clock } from '../base/clock.ts';
import { FiredrillError } from '../base/errors.ts';
import { startBundled, type BundledServer } from '../target/bundled.ts';
import { readTargetUrl } from '../target/url.ts';
import type { ConformanceCase, Outcome } from './case.ts';
import { lookAt } from './look-at-target.ts';
import { runCases, type Judged } from './run-cases.ts';
import { readPatch, type Settings, type WebServer } from './target.ts';

export type ServerGroup = { settings: Settings; cases: ConformanceCase[] };

export type BundledProfile = {
  clock: Clock;
  profile: WebServer;
  version: string;
  /** Settings all servers are started with. */
  settings: Settings;
  /** Further flags: the module that mounts the probe. */
  flags: readonly string[];
  onJudged(judged: Judged): void;
  /** For tests: another main module of the server. */
  main?: string;
};

/** Cases that can share a server; one that ends its server has it for itself. */
export function groupBySettings(cases: readonly ConformanceCase[]): ServerGroup[] {
  const groups = new Map<string, ServerGroup>();
  for (const conformance of cases) {
    const needs = 'elsewhere' in conformance ? {} : (conformance.needs ?? {});
    const settings = { ...needs.wants, ...needs.settings };
    const own = needs.ends === undefined ? '' : String(conformance.number);
    const key = JSON.stringify([Object.entries(settings).toSorted(([a], [b]) => a.localeCompare(b)), own]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { settings, cases: [conformance] });
    else group.cases.push(conformance);
  }
  return [...groups.values()];
}

/** The module that mounts the probe on the bundled server (CONTRACT.md, b); it is known by its path only. */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
export const PROBE_APP = fileURLToPath(
  new URL(`../../server-under-test/conformance/probe-app${EXTENSION}`, import.meta.url),
);

/** A group with its server, or with why there is none. */
type Started = { group: ServerGroup; flags: readonly string[]; server: BundledServer | FiredrillError };

/**
 * Runs every case in one profile. A server that does not start fails its cases; `FiredrillError` 114 when none does.
 */
export async function runBundled(cases: readonly ConformanceCase[], options: BundledProfile): Promise<void> {
  const runnable = cases.filter((conformance) => !('elsewhere' in conformance));
  for (const conformance of cases) {
    if ('elsewhere' in conformance)
      options.onJudged({ conformance, outcome: { status: 'n/a', reason: conformance.elsewhere } });
  }
  // Before the first case: what starts takes the time of what is measured.
  const started = await Promise.all(groupBySettings(runnable).map((group) => start(group, options)));
  const [first] = started;
  if (
    first?.server instanceof FiredrillError &&
    started.every(({ server }) => server instanceof FiredrillError)
  )
    throw first.server;
  await Promise.all(started.map((one) => runGroup(one, options)));
}

async function start(group: ServerGroup, options: BundledProfile): Promise<Started> {
  const { clock, profile, version, main } = options;
  const { nodes = '1', ...settings } = { ...group.settings, ...options.settings };
  const flags = [...profileFlags(profile, version), ...settingFlags(settings), ...options.flags];
  const server = await startBundled({
    clock,
    nodes: Number(nodes),
    port: 0,
    controlPort: 0,
    nice: 0,
    flags,
    ...(main === undefined ? {} : { main }),
  }).catch((error: unknown) => {
    if (error instanceof FiredrillError) return error;
    throw error;
  });
  return { group, flags, server };
}

async function runGroup({ group, flags, server }: Started, options: BundledProfile): Promise<void> {
  const { clock, profile, version, onJudged } = options;
  if (server instanceof FiredrillError) {
    const expected = `a bundled server with ${flags.join(' ')}`;
    const outcome: Outcome = { status: 'failed', expected, got: server.message, exchange: [], notes: [] };
    for (const conformance of group.cases) onJudged({ conformance, outcome });
    return;
  }
  try {
    const target = await lookAt(
      {
        at: readTargetUrl(server.url, { allowTargets: [] }),
        control: server.control,
        profile,
        version,
        patch: readPatch(version) ?? 0,
        settings: { nodes: '1', ...group.settings, ...options.settings },
        probe: false,
        stop: () => server.stop(),
      },
      clock,
    );
    await runCases(group.cases, target, clock, onJudged);
  } finally {
    await server.stop();
  }
}

/** What is not the server's default is said to it. */
function profileFlags(profile: WebServer, version: string): string[] {
  const server = profile === 'bandit' ? [] : ['--profile', profile];
  return version === NEWEST_VERSION ? server : [...server, '--phoenix-version', version];
}

function settingFlags(settings: Settings): string[] {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

/** The version the specification was read and measured with. */
export const NEWEST_VERSION = '1.8.12';
