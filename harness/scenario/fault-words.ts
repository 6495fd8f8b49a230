/** A fault in the words of the report: whom it hits and what it does to them. */
import { formatMs, formatShare } from '../base/units.ts';
import type { FaultParams } from './fault-plan.ts';

export type FaultWords = {
  /** Share of topics or connections hit, 0..1. */
  share: number;
  whom: string;
  what: string;
};

/** The words for a kind of fault; the parameters have their defaults filled in. */
export function describeFault(kind: string, params: FaultParams): FaultWords {
  const delay = formatMs(numberOf(params['delayMs']));
  switch (kind) {
    case 'slow_join': {
      const rejoin = numberOf(params['rejoin']);
      const again = rejoin > 0 ? `, ${formatShare(rejoin)} of clients rejoin` : '';
      return { ...topicsOf(params), what: `join takes ${delay}${again}` };
    }
    case 'blocking_handler':
      return { ...topicsOf(params), what: `handle_in takes ${delay}` };
    case 'intercept': {
      const { whom } = topicsOf(params);
      const what = `broadcasts of ${params['event']} pass through every channel process`;
      return { share: 1, whom, what };
    }
    case 'network_drop':
      return dropWords(numberOf(params['reset']), numberOf(params['blackhole']));
    default:
      return { ...topicsOf(params), what: kind.replaceAll('_', ' ') };
  }
}

function topicsOf(params: FaultParams): { share: number; whom: string } {
  const share = params['share'] === undefined ? 1 : numberOf(params['share']);
  const topic = params['topic'] === undefined ? '*' : String(params['topic']);
  return { share, whom: topicWords(share, topic) };
}

function topicWords(share: number, topic: string): string {
  if (topic === '*') return share === 1 ? 'all topics' : `${formatShare(share)} of topics`;
  if (share !== 1) return `${formatShare(share)} of topics ${topic}`;
  return topic.includes('*') ? `topics ${topic}` : `topic ${topic}`;
}

function dropWords(reset: number, blackhole: number): FaultWords {
  const share = Math.min(1, reset + blackhole);
  const whom = share === 1 ? 'all connections' : `${formatShare(share)} of connections`;
  if (blackhole === 0) return { share, whom, what: 'reset' };
  if (reset === 0) return { share, whom, what: 'half-open until lifted' };
  return {
    share,
    whom,
    what: `${formatShare(reset)} reset, ${formatShare(blackhole)} half-open until lifted`,
  };
}

function numberOf(value: FaultParams[string] | undefined): number {
  return typeof value === 'number' ? value : 0;
}
