/** A plan in words: what a run of it would do. */
import { formatCount, formatFigure, formatMs } from '../base/units.ts';
import type { RunPlan } from './plan.ts';
import type { PlannedRate } from './planned-load.ts';

/** The load in one line: `1,000 clients over 5 s, then 40 s, 300 pushes/s`. */
export function describeLoad(plan: RunPlan): string {
  const rate = rateWords(plan.rate);
  return [modelWords(plan), ...(rate === null ? [] : [rate])].join(', ');
}

function modelWords(plan: RunPlan): string {
  const { load } = plan;
  switch (load.model) {
    case 'hold': {
      const ramp = load.rampMs === 0 ? 'at once' : `over ${formatMs(load.rampMs)}`;
      return `${clientsText(plan.clients)} ${ramp}, then ${formatMs(plan.holdMs)}`;
    }
    case 'stages': {
      const stages = load.stages.length === 1 ? '1 stage' : `${load.stages.length} stages`;
      return `up to ${clientsText(plan.clients)} in ${stages}, ${formatMs(plan.totalMs)}`;
    }
    case 'arrivals': {
      const peak = load.stages.reduce((most, { to }) => Math.max(most, to), load.fromRate);
      const spacing = load.burst > 1 ? `in bursts of ${formatCount(load.burst)}` : load.spacing;
      const most = load.atMost === null ? '' : `, at most ${formatCount(load.atMost)} at once`;
      const rate = `up to ${formatFigure(peak)}/s ${spacing}`;
      return `${formatCount(plan.clients)} arrivals, ${rate}${most}, ${formatMs(plan.totalMs)}`;
    }
  }
}

function rateWords(rate: PlannedRate): string | null {
  if (rate === null) return null;
  if (typeof rate === 'number') return `${formatFigure(rate)} ${rate === 1 ? 'push' : 'pushes'}/s`;
  return `up to ${formatFigure(rate.reduce((most, { to }) => Math.max(most, to), 0))} pushes/s`;
}

function clientsText(clients: number): string {
  return clients === 1 ? '1 client' : `${formatCount(clients)} clients`;
}
