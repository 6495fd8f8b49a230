/** Tsung and k6 beside ours, where they are installed. */
import type { Row } from '../table.ts';
import { connectRows, ours } from './connect.ts';
import { costPerClient, K6_RIVAL, TSUNG_RIVAL, type Rival } from './rivals.ts';
import { note, startTarget } from './target.ts';

const FEW = 2_000;
const MANY = 12_000;
/** At most so much of the rival's CPU and memory. */
const LIMITS = new Map<Rival, { cpu: number; rss: number }>([
  [TSUNG_RIVAL, { cpu: 0.85, rss: 1 }],
  [K6_RIVAL, { cpu: 0.35, rss: 0.15 }],
]);

export async function rivalRows(): Promise<Row[]> {
  if (Number.isNaN(ours.cpuUs)) await connectRows();
  const rows: Row[] = [];
  for (const [rival, limits] of LIMITS) {
    if (rival.version === undefined) {
      note(`${rival.name} is not measured: ${rival.missing}`);
      continue;
    }
    const theirs = await costPerClient(rival, FEW, MANY, () => startTarget(1));
    if (theirs === null) {
      note(`${rival.name} is not measured: no pair of its runs came about`);
      continue;
    }
    note(
      `${rival.name} ${rival.version}: ${theirs.cpuUs.toFixed(0)} µs and ${(theirs.rssBytes / 1e3).toFixed(1)} KB a client`,
    );
    const name = `${rival.name} ${rival.version}`;
    rows.push(
      {
        what: 'CPU per connect + upgrade + join',
        ours: `${ours.cpuUs.toFixed(0)} µs`,
        beside: `${name} ${theirs.cpuUs.toFixed(0)} µs`,
        figure: ours.cpuUs / theirs.cpuUs,
        limit: limits.cpu,
        unit: '×',
      },
      {
        what: 'RSS per idle joined client',
        ours: `${(ours.rssBytes / 1e3).toFixed(1)} KB`,
        beside: `${name} ${(theirs.rssBytes / 1e3).toFixed(1)} KB`,
        figure: ours.rssBytes / theirs.rssBytes,
        limit: limits.rss,
        unit: '×',
      },
    );
  }
  return rows;
}
