/**
 * A network of the run's own, for faults of the kernel: two namespaces and the
 * way between them (net-lab-plan.ts draws it). Nothing else on the machine is touched.
 */
import { existsSync, readdirSync } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Firewall, Lab, LabPlace, Step } from '../faults/kernel/lab.ts';
import { findProgram, runCommand } from './net-lab-command.ts';
import { Guardian } from './net-lab-guardian.ts';
import {
  clientLines,
  hostLines,
  linkLines,
  ownerOf,
  parseRoutes,
  planLab,
  sourcesOf,
  wireLines,
  type LabPlan,
} from './net-lab-plan.ts';
import { findObstacle, findOwnObstacle } from './net-lab-reach.ts';

export type LabOptions = {
  clock: Clock;
  /** What drops packets; null when nothing needs to. */
  firewall: Firewall | null;
  /** Whether connections will be killed: the kernel is asked for one beforehand. */
  kills: boolean;
};

const NAMESPACES = '/run/netns';
/** Runs that begin together may choose the same addresses; the later one takes others. */
const ATTEMPTS = 3;

/** Networks this process has made; each has a name of its own. */
let made = 0;

/** A network that is open: what its faults see, and what a run needs to be in it. */
export type OpenNetwork = Lab & {
  /** Where the target listens for the clients in here. */
  readonly host: string;
  /** The command that starts another one in here. */
  readonly prefix: readonly string[];
  /** The addresses that so many clients connect from, theirs from now on. */
  takeSources(clients: number): string[];
  /** Null when a connection to that address opens from in here, else what came of it. */
  findObstacle(address: string, port: number): Promise<string | null>;
  /** Removes all of it; rejects with the commands that do so by hand when something stays. */
  close(): Promise<void>;
};

export class NetLab implements OpenNetwork {
  readonly firewall: Firewall | null;
  readonly #clock: Clock;
  readonly #plan: LabPlan;
  readonly #guardian: Guardian;
  #sources: readonly string[] = [];

  private constructor(options: LabOptions, plan: LabPlan, guardian: Guardian) {
    this.firewall = options.firewall;
    this.#clock = options.clock;
    this.#plan = plan;
    this.#guardian = guardian;
  }

  /** Makes one and tries it; rejects with the reason when this machine does not let it be. */
  static async open(options: LabOptions): Promise<NetLab> {
    await sweepStale();
    for (let attempt = 1; ; attempt++) {
      const nth = (made += 1);
      const taken = parseRoutes(await runCommand('ip', ['-json', '-4', 'route', 'show', 'table', 'all']));
      const plan = planLab(process.pid, nth, taken);
      if (!plan) throw new Error('every address of 198.18.0.0/15 is taken here');
      const lab = new NetLab(options, plan, await Guardian.post(plan));
      try {
        await lab.#build();
        await lab.#try(options.kills);
        return lab;
      } catch (error) {
        await lab.close().catch(() => {});
        if (attempt === ATTEMPTS || !/File exists/.test(messageOf(error))) throw error;
      }
    }
  }

  get host(): string {
    return this.#plan.host;
  }

  /** Of the shell that removes the network when we are gone. */
  get guardianPid(): number {
    return this.#guardian.pid;
  }

  get sources(): readonly string[] {
    return this.#sources;
  }

  get prefix(): readonly string[] {
    return [findProgram('ip') ?? 'ip', 'netns', 'exec', this.#plan.clients];
  }

  takeSources(clients: number): string[] {
    const sources = sourcesOf(this.#plan, clients);
    this.#sources = sources;
    return sources;
  }

  run(place: LabPlace, { command, args, input }: Step): Promise<string> {
    const inside = ['netns', 'exec', this.#plan[place], command, ...args];
    return runCommand('ip', inside, input === undefined ? {} : { input });
  }

  byHand(place: LabPlace, { command, args }: Step): string {
    return ['sudo ip netns exec', this.#plan[place], command, ...args].join(' ');
  }

  /** Null when a connection to that address opens from in here, else what came of it. */
  findObstacle(address: string, port: number): Promise<string | null> {
    return findObstacle(this, address, port, false);
  }

  async close(): Promise<void> {
    await this.#guardian.end(this.#clock);
    const { link, clients, wire } = this.#plan;
    const steps = [
      { isThere: () => existsSync(`/sys/class/net/${link}`), args: ['link', 'del', link] },
      ...[clients, wire].map((name) => ({
        isThere: () => existsSync(`${NAMESPACES}/${name}`),
        args: ['netns', 'del', name],
      })),
    ];
    // Somebody may have ended the guardian.
    for (const { isThere, args } of steps) if (isThere()) await runCommand('ip', args).catch(() => {});
    const left = steps.filter(({ isThere }) => isThere()).map(({ args }) => `sudo ip ${args.join(' ')}`);
    if (left.length > 0) throw new Error(`the network of the run stays; by hand: ${left.join(' && ')}`);
  }

  async #build(): Promise<void> {
    const { clients, wire } = this.#plan;
    await runCommand('ip', ['netns', 'add', wire]);
    await runCommand('ip', ['netns', 'add', clients]);
    await batch([], linkLines(this.#plan));
    await batch(['-n', wire], wireLines(this.#plan));
    await batch(['-n', clients], clientLines(this.#plan));
    await this.run('wire', { command: 'tee', args: ['/proc/sys/net/ipv4/ip_forward'], input: '1' });
    await batch([], hostLines(this.#plan));
  }

  /** A firewall of the host may not let strangers in, and a kernel may lack what kills connections. */
  async #try(kills: boolean): Promise<void> {
    const obstacle = await findOwnObstacle(this, this.#plan.host, kills);
    if (obstacle !== null) {
      throw new Error(`a connection from the namespace to ${this.#plan.host} on this machine: ${obstacle}`);
    }
  }
}

async function batch(where: readonly string[], lines: readonly string[]): Promise<void> {
  await runCommand('ip', [...where, '-batch', '-'], { input: `${lines.join('\n')}\n` });
}

/** Removes networks whose run is gone without a guardian to see it. */
async function sweepStale(): Promise<void> {
  const names = existsSync(NAMESPACES) ? readdirSync(NAMESPACES) : [];
  for (const name of names) {
    const pid = ownerOf(name);
    // Another run may be sweeping too.
    if (pid !== null && !isAlive(pid)) await runCommand('ip', ['netns', 'del', name]).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
