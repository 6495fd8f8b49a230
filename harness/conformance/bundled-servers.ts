/** Bundled servers for a profile: as few as the settings of the cases allow. */
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { startBundled } from '../target/bundled.ts';
import { readTargetUrl } from '../target/url.ts';
import type { ConformanceCase } from './case.ts';
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

/** Runs every case in one profile; a server that does not start fails its cases. */
export async function runBundled(cases: readonly ConformanceCase[], options: BundledProfile): Promise<void> {
  await Promise.all(groupBySettings(cases).map((group) => runGroup(group, options)));
}

async function runGroup(group: ServerGroup, options: BundledProfile): Promise<void> {
  const { clock, profile, version, onJudged, main } = options;
  const { nodes = '1', ...settings } = { ...group.settings, ...options.settings };
  const runnable = group.cases.filter((conformance) => !('elsewhere' in conformance));
  const flags = [...profileFlags(profile, version), ...settingFlags(settings), ...options.flags];
  for (const conformance of group.cases) {
    if ('elsewhere' in conformance)
      onJudged({ conformance, outcome: { status: 'n/a', reason: conformance.elsewhere } });
  }
  if (runnable.length === 0) return;
  const server = await startBundled({
    clock,
    nodes: Number(nodes),
    port: 0,
    controlPort: 0,
    nice: 0,
    flags,
    ...(main === undefined ? {} : { main }),
  }).catch((error: unknown) => messageOf(error));
  if (typeof server === 'string') {
    const expected = `a bundled server with ${flags.join(' ')}`;
    for (const conformance of runnable) {
      onJudged({
        conformance,
        outcome: { status: 'failed', expected, got: server, exchange: [], notes: [] },
      });
    }
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
        settings: { ...settings, nodes },
        probe: false,
        stop: () => server.stop(),
      },
      clock,
    );
    await runCases(runnable, target, clock, onJudged);
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
