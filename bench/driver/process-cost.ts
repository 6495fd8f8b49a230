/** CPU and memory of processes that are not ours, as the kernel counts them (Linux). */
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks are hundredths of a second on every Linux that Node runs on. */
const TICK_US = 10_000;
const PAGE_BYTES = 4_096;

export type Cost = { cpuUs: number; rssBytes: number };

/** Of all processes of a process group, which outlives whoever started it. */
export function costOfGroup(group: number): Cost {
  const sum: Cost = { cpuUs: 0, rssBytes: 0 };
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const fields = statOf(name);
    if (Number(fields[2]) !== group) continue;
    sum.cpuUs += (Number(fields[11]) + Number(fields[12])) * TICK_US;
    sum.rssBytes += Number(fields[21]) * PAGE_BYTES;
  }
  return sum;
}

/** The fields of /proc/<pid>/stat after the name, which may hold spaces; empty when the process is gone. */
function statOf(pid: string): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
