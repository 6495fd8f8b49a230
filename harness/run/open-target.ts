/** The target of a run, fitted to this machine: the bundled server, or a URL. */
import type { Clock } from '../base/clock.ts';
import { checkAll, EXIT, FiredrillError, type Problem } from '../base/errors.ts';
import type { TargetAddress } from '../drive/orders.ts';
import { ObserverClient, type ObserverListener } from '../observe/observer-client.ts';
import type { PlannedFault } from '../scenario/plan.ts';
import { startBundled } from '../target/bundled.ts';
import { readMachine, type Machine } from '../target/machine.ts';
import { fitRun, type Fit } from '../target/machine-limits.ts';
import { readTargetUrl, type TargetUrl } from '../target/url.ts';

/** A run that is over has nobody to drain: in Phoenix's batches 100,000 clients would take eight seconds. */
const QUICK_END = ['--drain-shutdown-ms', '0'];

export type TargetChoice =
  | { kind: 'bundled'; nodes?: number; port?: number }
  | {
      kind: 'url';
      url: string;
      allowTargets: readonly string[];
      /** Control port of a bundled server that somebody else started; null without one. */
      control: string | null;
    };

export type OpenTarget = {
  /** For people: without parameters that may carry a token. */
  display: string;
  address: TargetAddress;
  control: string | null;
  /** Node processes of the bundled server; null for a stranger's. */
  nodes: number | null;
  machine: Machine;
  fit: Fit;
  connectsAtOnce: number;
  observe(startUs: number, listener: ObserverListener): void;
  stopObserving(): void;
  close(): Promise<void>;
};

type Wanted = {
  choice: TargetChoice;
  clients: number;
  workers: number | undefined;
  faults: readonly PlannedFault[];
};

type ServerListener = { onServerLine(line: string): void; onServerExit(how: string): void };

/** Clients of one source address: far below the 28,000 ephemeral ports a pair of addresses has. */
const CLIENTS_PER_ADDRESS = 4_000;
/** Connections under way at once over all workers: a listen queue holds this many without a drop. */
const CONNECTS_AT_ONCE = 1_200;
/**
 * The bundled server yields to the driver where both share the cores: a late
 * driver measures itself, a slow server is what we came to measure.
 */
const SERVER_NICE = 5;

/** Starts or reaches the target; `FiredrillError` 114 when it cannot, 104 when the choice is wrong. */
export async function openTarget(
  wanted: Wanted,
  clock: Clock,
  listener: ServerListener,
): Promise<OpenTarget> {
  const { choice, faults } = wanted;
  if (choice.kind === 'url') {
    checkAll(
      () => readPlainTarget(choice.url, choice.allowTargets),
      () => refuseServerFaults(faults, choice.control),
    );
  }
  const machine = readMachine();
  const withServer = choice.kind === 'bundled';
  const fit = fitRun({
    ...machine,
    memoryBytes: machine.availableBytes,
    clients: wanted.clients,
    withServer,
  });
  if (wanted.workers !== undefined) fit.workers = wanted.workers;
  if (fit.clients < 1) throw nothingFits(fit);
  if (choice.kind === 'bundled') {
    const nodes = choice.nodes ?? fit.nodes;
    const server = await startBundled({
      clock,
      nodes,
      port: choice.port ?? 0,
      controlPort: 0,
      nice: SERVER_NICE,
      flags: QUICK_END,
      onLine: listener.onServerLine,
      onExit: (code, signal, lines) =>
        listener.onServerExit([signal ?? `exit code ${code}`, ...lines.slice(-3)].join('; ')),
    });
    return opened(server.url, [], server.control, nodes, { machine, fit }, clock, () => server.stop());
  }
  return opened(
    choice.url,
    choice.allowTargets,
    choice.control,
    null,
    { machine, fit },
    clock,
    async () => {},
  );
}

function opened(
  url: string,
  allowTargets: readonly string[],
  control: string | null,
  nodes: number | null,
  { machine, fit }: { machine: Machine; fit: Fit },
  clock: Clock,
  close: () => Promise<void>,
): OpenTarget {
  const target = readPlainTarget(url, allowTargets);
  const query = new URLSearchParams({ ...target.params, vsn: '2.0.0' });
  const spread = target.loopback && machine.sourceAddresses > 1 && target.host.startsWith('127.');
  let observer: ObserverClient | null = null;
  return {
    display: target.display,
    address: {
      host: target.host,
      port: target.port,
      path: `${target.path}?${query.toString()}`,
      sourceAddresses: spread ? loopbackAddresses(Math.ceil(fit.clients / CLIENTS_PER_ADDRESS)) : [],
    },
    control,
    nodes,
    machine,
    fit,
    connectsAtOnce: Math.max(20, Math.floor(CONNECTS_AT_ONCE / fit.workers)),
    observe(startUs, listener) {
      if (control === null) return;
      observer = new ObserverClient({ clock, control, startUs, listener });
      observer.start();
    },
    stopObserving: () => observer?.stop(),
    async close() {
      observer?.stop();
      await close();
    },
  };
}

/** The target of a URL, which must not want TLS. */
function readPlainTarget(url: string, allowTargets: readonly string[]): TargetUrl {
  const target = readTargetUrl(url, { allowTargets });
  if (target.secure) {
    throw new FiredrillError(EXIT.invalid, [
      {
        code: 'tls-not-supported',
        path: '--target',
        got: target.display,
        wanted: 'a ws:// URL: TLS is not built yet',
      },
    ]);
  }
  return target;
}

/** Addresses of 127.0.0.0/8 apart from the usual 127.0.0.1: each has its own ephemeral ports. */
function loopbackAddresses(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `127.1.${Math.floor(i / 250)}.${(i % 250) + 1}`);
}

function refuseServerFaults(faults: readonly PlannedFault[], control: string | null): void {
  if (control !== null) return;
  const problems = faults
    .filter((fault) => fault.side === 'server')
    .map((fault): Problem => ({
      code: 'fault-needs-control-port',
      path: `faults ${fault.id}`,
      got: 'a target without a control port',
      wanted: 'the bundled server, or its control port by --control',
      hint: '--control http://127.0.0.1:4001',
    }));
  if (problems.length > 0) throw new FiredrillError(EXIT.unreachable, problems);
}

function nothingFits(fit: Fit): FiredrillError {
  const problems = fit.limits.map(({ limit, asked, fits, hint }): Problem => ({
    code: 'machine-too-small',
    path: limit,
    got: `${asked} clients`,
    wanted: `at most ${fits}`,
    hint,
  }));
  return new FiredrillError(EXIT.unreachable, problems);
}
