import { readFileSync } from 'node:fs';
import { FAULT_REFUSED } from '../faults/fault.ts';
import { numberIn } from '../faults/order-params.ts';
import { NodeError } from '../node-handle.ts';
import type { Timer } from '../otp/clock.ts';
import { Absences } from './absences.ts';
import type { ClusterFaultKind } from './fault.ts';
import { RESTART_AFTER_MS } from './node-kill.ts';

const LOOK_MS = 100;
const MIB = 1_024 * 1_024;

/** Bytes of a process in memory, as the kernel counts them; null where it does not tell. */
function residentBytes(pid: number): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1_024;
  } catch {
    return null;
  }
}

/**
 * What a container's memory limit looks like from outside: a node that holds more is killed outright and started anew. The primary
 * looks ten times a second instead of the kernel at every page, so a node may be above it for a moment; nothing slows down before.
 */
export const memoryLimit: ClusterFaultKind = {
  kind: 'memory_limit',
  about: 'a node that holds more than mb MiB is killed (SIGKILL) and starts again after restart_after_ms',
  params: {
    mb: { type: 'count', required: true, min: 1 },
    restart_after_ms: { type: 'ms', required: false },
  },
  spares: 0,
  hits: 'nodes',

  async inject(order, cluster) {
    if (residentBytes(process.pid) === null) {
      throw new NodeError(
        FAULT_REFUSED,
        'how much memory a process holds is read in /proc, which is not here',
      );
    }
    const mb = numberIn(order, 'mb');
    const absences = new Absences(cluster, numberIn(order, 'restart_after_ms', RESTART_AFTER_MS));
    let next: Timer;
    const look = (): void => {
      for (const node of cluster.running()) {
        const held = (residentBytes(node.osPid) ?? 0) / MIB;
        if (held <= mb) continue;
        cluster.log(`${node.name} (pid ${node.osPid}) is killed: it holds ${Math.round(held)} MiB of ${mb}`);
        void absences.kill(node.index);
      }
      next = cluster.clock.after(LOOK_MS, look);
    };
    look();
    return {
      lift() {
        next.cancel();
        return absences.end();
      },
      count: () => absences.count,
    };
  },
};
