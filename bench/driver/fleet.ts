/** Processes of clients of one kind, ordered about together. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { toBatch } from '../../harness/drive/batch-scheduling.ts';
import type { Answer, Order } from './order.ts';

export type Kind = 'ours' | 'mute' | 'ws' | 'bare';

const MODULE = {
  ours: './ours-process.ts',
  mute: './ours-process.ts',
  ws: './peer-process.ts',
  bare: './peer-process.ts',
} as const;

export class Fleet {
  readonly #children: ChildProcess[];

  constructor(kind: Kind, processes: number) {
    const module = fileURLToPath(new URL(MODULE[kind], import.meta.url));
    const flags = ['--expose-gc', '--max-semi-space-size=16', '--disable-warning=ExperimentalWarning'];
    const args = [...flags, module, kind];
    this.#children = Array.from({ length: processes }, () =>
      spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
    );
    // The scheduling our workers are given is part of what they are; a peer runs as it is started.
    const isOurs = kind === 'ours' || kind === 'mute';
    if (isOurs) for (const { pid } of this.#children) void toBatch(pid);
  }

  /** All processes obey; `count` and `cpuUs` and `rssBytes` are sums, `seconds` is the slowest's. */
  async order(order: (process: number, processes: number) => Order): Promise<Answer> {
    const answers = await Promise.all(
      this.#children.map((child, process) => ask(child, order(process, this.#children.length))),
    );
    return {
      cpuUs: answers.reduce((sum, answer) => sum + answer.cpuUs, 0),
      count: answers.reduce((sum, answer) => sum + answer.count, 0),
      rssBytes: answers.reduce((sum, answer) => sum + answer.rssBytes, 0),
      seconds: Math.max(...answers.map((answer) => answer.seconds)),
    };
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#children.map(
        (child) =>
          new Promise((resolve) => {
            if (child.exitCode !== null) return resolve(null);
            child.once('exit', resolve);
            child.kill('SIGKILL');
          }),
      ),
    );
  }
}

function ask(child: ChildProcess, order: Order): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null): void => reject(new Error(`a process of clients ended with ${code}`));
    child.once('exit', died);
    child.once('message', (answer) => {
      child.off('exit', died);
      resolve(answer as Answer);
    });
    child.send(order);
  });
}
