/** Programs beside us that some commands need: found or not, and in which version. */
import { spawnSync } from 'node:child_process';

export type Tool = {
  name: string;
  /** Its version, `found` where it does not tell one; null when it is not here. */
  version: string | null;
  /** Why it may be missing although it is here: its engine does not answer. */
  problem: string | null;
  /** What needs it. */
  needed: string;
  /** How to get it. */
  lift: string;
};

/** What a program said, or null when it could not be started. */
export type Said = { status: number | null; out: string } | null;
export type Ask = (command: string, args: readonly string[]) => Said;

/** Longest wait for a program to tell its version. */
const ANSWER_MS = 3_000;

export function askProgram(command: string, args: readonly string[]): Said {
  const { status, stdout, error } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: ANSWER_MS,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return error === undefined ? { status, out: stdout } : null;
}

/** The first thing in a text that looks like a version. */
export function parseVersion(text: string): string | null {
  return /\d+(?:\.\d+)+/.exec(text)?.[0] ?? null;
}

/** Looks for each of them. */
export function findTools(platform: NodeJS.Platform, env: NodeJS.ProcessEnv, ask: Ask = askProgram): Tool[] {
  return [
    findDocker(platform, ask),
    findK6(platform, ask),
    findChromium(platform, env, ask),
    findChrt(platform, ask),
  ];
}

function findDocker(platform: NodeJS.Platform, ask: Ask): Tool {
  const client = ask('docker', ['--version']);
  const engine = client === null ? null : ask('docker', ['version', '--format', '{{.Server.Version}}']);
  const answers = engine?.status === 0;
  return {
    name: 'Docker',
    version: client === null ? null : (parseVersion(client.out) ?? 'found'),
    problem: client === null || answers ? null : 'its engine does not answer',
    needed: 'targets that are container images',
    lift: startOf(platform, client !== null),
  };
}

function startOf(platform: NodeJS.Platform, isInstalled: boolean): string {
  if (platform === 'darwin') return isInstalled ? 'open -a Docker' : 'brew install --cask docker';
  return isInstalled ? 'sudo systemctl start docker' : 'https://docs.docker.com/engine/install/';
}

function findK6(platform: NodeJS.Platform, ask: Ask): Tool {
  const said = ask('k6', ['version']);
  const lift =
    platform === 'darwin' ? 'brew install k6' : 'https://grafana.com/docs/k6/latest/set-up/install-k6/';
  const needed = 'runs of the same scenario under k6';
  return { name: 'k6', version: said && (parseVersion(said.out) ?? 'found'), problem: null, needed, lift };
}

function findChromium(platform: NodeJS.Platform, env: NodeJS.ProcessEnv, ask: Ask): Tool {
  const own = env['FIREDRILL_CHROMIUM'];
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const mac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
  const candidates = [...(own === undefined ? [] : [own]), ...names, ...(platform === 'darwin' ? [mac] : [])];
  let said: Said = null;
  for (const name of candidates) said ??= ask(name, ['--version']);
  return {
    name: 'Chromium',
    version: said && (parseVersion(said.out) ?? 'found'),
    problem: null,
    needed: "the tests of the report's page; runs do without",
    lift: platform === 'darwin' ? 'brew install --cask chromium' : 'sudo apt-get install chromium',
  };
}

function findChrt(platform: NodeJS.Platform, ask: Ask): Tool {
  // Its version is that of util-linux; that it runs is what counts.
  const said = platform === 'linux' ? ask('chrt', ['--batch', '0', 'true']) : null;
  return {
    name: 'chrt',
    version: said?.status === 0 ? 'found' : null,
    problem: null,
    needed: 'load workers that read many frames at once where the server shares their cores',
    lift: platform === 'linux' ? 'sudo apt-get install util-linux' : 'Linux only; workers start without it',
  };
}
