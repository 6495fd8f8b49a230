/** The target of a run, reached and fitted to this machine: the bundled server, or a URL. */
import type { Clock } from '../base/clock.ts';
import { checkAll } from '../base/errors.ts';
import type { TargetAddress } from '../drive/orders.ts';
import { EventRises } from '../observe/event-rises.ts';
import { ObserverClient, type ObserverListener, type ObserverOptions } from '../observe/observer-client.ts';
import type { PlannedFault } from '../scenario/plan.ts';
import { startBundled } from '../target/bundled.ts';
import { lookUp } from '../target/look-up.ts';
import { readMachine, type Machine } from '../target/machine.ts';
import type { Fit } from '../target/machine-limits.ts';
import { readTargetUrl, type TargetUrl } from '../target/url.ts';
import type { Transport, Upgrade } from '../wire/transport.ts';
import { CONNECT_PLAINLY, type ConnectWith } from './connect-with.ts';
import { fitToMachine, type Crowd } from './fit-to-machine.ts';
import { keepIfReached, leaveGround, openLab, reachableOf, type Ground, type LeftOut } from './open-lab.ts';
import { readControlUrl } from './open-observer.ts';
import { checkTarget } from './preflight.ts';
import { leftOutForNodes, leftOutWithoutControl, nodesFor, refuseWithoutControl } from './server-faults.ts';
import { sourceAddresses, targetAddress } from './target-address.ts';

/** A run that is over has nobody to drain: in Phoenix's batches 100,000 clients would take eight seconds. */
const QUICK_END = ['--drain-shutdown-ms', '0'];

export type TargetChoice = { connect?: ConnectWith } & (
  | {
      kind: 'bundled';
      nodes?: number;
      port?: number;
      /** Further flags of the server. */
      flags?: readonly string[];
    }
  | {
      kind: 'url';
      url: string;
      allowTargets: readonly string[];
      /** Control port of a bundled server that somebody else started; null without one. */
      control: string | null;
      /** Bearer token of a control port that wants one. */
      controlToken?: string;
    }
);

export type OpenTarget = {
  /** For people: without parameters that may carry a token. */
  display: string;
  address: TargetAddress;
  control: string | null;
  controlToken: string | null;
  /** Node processes of the bundled server; null for a stranger's. */
  nodes: number | null;
  machine: Machine;
  fit: Fit;
  /** The network of the run's own, where its faults need one. */
  ground: Ground;
  connectsAtOnce: number;
  observe(startUs: number, listener: ObserverListener): void;
  /** A last look, and no more. */
  stopObserving(): Promise<void>;
  close(): Promise<void>;
};

export type Wanted = Crowd & {
  choice: TargetChoice;
  faults: readonly PlannedFault[];
  transport: Transport;
  /** What client 0 asks for there. */
  upgradeAt(target: TargetAddress): Upgrade;
};

export type TargetListener = {
  onServerLine(line: string): void;
  onServerExit(how: string): void;
  /** What was agreed with a target that is not ours. */
  onReached(note: string): void;
};

/** Connections under way at once over all workers: a listen queue holds this many without a drop. */
const CONNECTS_AT_ONCE = 1_200;
/**
 * The bundled server yields to the driver where both share the cores: a late
 * driver measures itself, a slow server is what we came to measure.
 */
const SERVER_NICE = 5;

/**
 * Starts or reaches the target and opens one connection there; `FiredrillError`
 * 114 when that cannot be or this machine cannot hold it, 104 when the choice is wrong.
 */
export function openTarget(wanted: Wanted, clock: Clock, listener: TargetListener): Promise<OpenTarget> {
  const { choice } = wanted;
  return choice.kind === 'url'
    ? openUrl(wanted, choice, clock, listener)
    : openBundled(wanted, choice, clock, listener);
}

const NO_CONTROL =
  'no control port, so no faults on the server, and nothing of its mailboxes, tables and memory; all else is measured';

/** Connections start from many addresses there, and in a network of the run's own. */
const LOOPBACK = ['127.0.0.1'];

type Choice<Kind> = Extract<TargetChoice, { kind: Kind }>;

async function openUrl(
  wanted: Wanted,
  choice: Choice<'url'>,
  clock: Clock,
  listener: TargetListener,
): Promise<OpenTarget> {
  const { allowTargets, control } = choice;
  const read = (): TargetUrl => readTargetUrl(choice.url, { allowTargets });
  checkAll(
    read,
    () => control !== null && readControlUrl(control, allowTargets, '--control'),
    () => refuseWithoutControl(wanted.faults, control),
  );
  const url = read();
  const onNote = (note: string): void => listener.onReached(note);
  const leftOut = leftOutWithoutControl(wanted.faults, control, onNote);
  const target = { host: url.host, addresses: await lookUp(url) };
  const found = await openLab({ faults: wanted.faults, target, clock, onNote });
  const close = (): Promise<void> => leaveGround(found, onNote);
  try {
    const asked = found.lab === null ? target.addresses : reachableOf(target);
    const address = await reach(wanted, url, asked, clock, onNote);
    const reached = await keepIfReached(found, { faults: wanted.faults, onNote }, address);
    const ground = without(reached, leftOut);
    if (control === null) onNote(`${url.display}: ${NO_CONTROL}`);
    const machine = readMachine();
    const fit = fitToMachine(machine, wanted, ground.lab === null ? address.addresses : LOOPBACK, false);
    const controlToken = choice.controlToken ?? null;
    return await opened({
      url,
      address,
      control,
      controlToken,
      nodes: null,
      machine,
      fit,
      ground,
      clock,
      close,
    });
  } catch (error) {
    await close();
    throw error;
  }
}

async function openBundled(
  wanted: Wanted,
  choice: Choice<'bundled'>,
  clock: Clock,
  listener: TargetListener,
): Promise<OpenTarget> {
  const machine = readMachine();
  const fit = fitToMachine(machine, { ...wanted, nodes: choice.nodes }, LOOPBACK, true);
  const nodes = nodesFor(wanted.faults, choice.nodes, fit.nodes);
  const onNote = (note: string): void => listener.onReached(note);
  const leftOut = leftOutForNodes(wanted.faults, nodes, onNote);
  const ground = without(await openLab({ faults: wanted.faults, target: null, clock, onNote }), leftOut);
  // In a network of the run's own the server listens at the host's end of it, and there alone.
  const host = ground.lab?.host ?? '127.0.0.1';
  const server = await startBundled({
    clock,
    nodes,
    port: choice.port ?? 0,
    controlPort: 0,
    nice: SERVER_NICE,
    flags: [...QUICK_END, ...(choice.flags ?? []), '--host', host],
    onLine: (line) => listener.onServerLine(line),
    onExit: (code, signal, lines) =>
      listener.onServerExit([signal ?? `exit code ${code}`, ...lines.slice(-3)].join('; ')),
  }).catch(async (error: unknown) => {
    await leaveGround(ground, onNote);
    throw error;
  });
  const close = async (): Promise<void> => {
    await server.stop();
    await leaveGround(ground, onNote);
  };
  try {
    const url = readTargetUrl(server.url, { allowTargets: [host] });
    const address = await reach(wanted, url, await lookUp(url), clock, () => {});
    const { control } = server;
    return await opened({
      url,
      address,
      control,
      controlToken: null,
      nodes,
      machine,
      fit,
      ground,
      clock,
      close,
    });
  } catch (error) {
    await close();
    throw error;
  }
}

/** Knocks at each address and keeps those that open. */
async function reach(
  wanted: Wanted,
  url: TargetUrl,
  addresses: readonly string[],
  clock: Clock,
  onNote: (note: string) => void,
): Promise<TargetAddress> {
  const { choice, transport } = wanted;
  const target = targetAddress(url, choice.connect ?? CONNECT_PLAINLY, addresses);
  const upgrade = wanted.upgradeAt(target);
  const open = await checkTarget({ clock, target, upgrade, transport, display: url.display });
  for (const note of open.notes) onNote(note);
  return { ...target, addresses: open.addresses };
}

type Parts = Pick<
  OpenTarget,
  'address' | 'control' | 'controlToken' | 'nodes' | 'machine' | 'fit' | 'ground' | 'close'
> & {
  url: TargetUrl;
  clock: Clock;
};

async function opened({ url, clock, ...parts }: Parts): Promise<OpenTarget> {
  const { address, control, controlToken, machine, fit, ground, close } = parts;
  const sources =
    ground.lab?.takeSources(fit.clients) ?? sourceAddresses(machine, address.addresses, fit.clients);
  const token = controlToken === null ? {} : { token: controlToken };
  // Before anybody arrives: what is counted from now on is the run's.
  const events = control === null ? null : await countFromNow({ clock, control, ...token });
  let observer: ObserverClient | null = null;
  return {
    ...parts,
    display: url.display,
    address: { ...address, sourceAddresses: sources },
    connectsAtOnce: Math.max(20, Math.floor(CONNECTS_AT_ONCE / fit.workers)),
    observe(startUs, listener) {
      if (control === null || events === null) return;
      observer = new ObserverClient({ clock, control, startUs, listener, events, ...token });
      observer.start();
    },
    stopObserving: async () => observer?.finish(),
    async close() {
      observer?.stop();
      await close();
    },
  };
}

/** A first look at the server's telemetry; one that fails is made up for by the next. */
async function countFromNow(at: Pick<ObserverOptions, 'clock' | 'control' | 'token'>): Promise<EventRises> {
  const events = new EventRises();
  const listener: ObserverListener = { onReading() {}, onNodeDead() {}, incident() {} };
  const observer = new ObserverClient({ ...at, startUs: 0, listener, events });
  await observer.read().catch(() => null);
  observer.stop();
  return events;
}

/** The same ground, with further faults left out. */
function without(ground: Ground, leftOut: LeftOut): Ground {
  return { ...ground, leftOut: new Map([...ground.leftOut, ...leftOut]) };
}
