/** The bystander as a test holds it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BystanderReport } from './bystander.ts';

const MODULE = fileURLToPath(new URL('./bystander.ts', import.meta.url));

export type Bystander = { end(): Promise<BystanderReport> };

/** Starts one beside the driver, against the same server. */
export function startBystander(url: string): Bystander {
  const { port, pathname } = new URL(url);
  const child = fork(MODULE, [port, pathname], { serialization: 'advanced' });
  return {
    async end() {
      child.send('end');
      const [report] = (await once(child, 'message')) as [BystanderReport];
      return report;
    },
  };
}
