/** Where it ran, from which seed, and the command that runs it again. */

import type { RunRecord, Summary } from '../../../../harness/record/run-record.ts';
import { bytesText, countText, figureText, msText, NOT_MEASURED, shareText } from '../../figures.ts';
import { visibleLine, visibleText } from '../../visible-text.ts';
import { el, type Markup } from '../markup.ts';
import { card, section } from '../table.ts';

/** The environment section and the command. */
export function environmentSection({ summary }: RunRecord): Markup {
  const { environment, generator, server } = summary;
  const driver = `${countText(generator.workers)} workers, ${figureText(generator.cpu)} cores, ${bytesText(generator.rssBytes)}`;
  const lag = `lateness p99 ${msText(generator.sendLatenessP99Ms)}, loop lag p99 ${msText(generator.loopLagP99Ms)}`;
  const facts: [string, string][] = [
    [
      'machine',
      `${environment.cpuModel}, ${countText(environment.cores)} cores, ${bytesText(environment.memoryBytes)}`,
    ],
    ['platform', `${environment.platform}, Node ${environment.node}`],
    ['descriptors per process', countText(environment.descriptorsPerProcess)],
    ['driver', `${driver}; ${lag}`],
    ...ownLoadFacts(generator),
    [
      'server',
      server ? serverText(server, environment.serverNodes) : `${NOT_MEASURED}: no control port was read`,
    ],
    ['TCP SYNs sent again', kernelText(environment.tcpSynRetrans)],
    ['listen queue drops', kernelText(environment.listenDrops)],
    ...tableFacts(environment),
    ['seed', String(summary.seed)],
    ['started', summary.startedAt],
    ['record', summary.schema],
    ['exit code', countText(summary.exitCode)],
  ];
  return section(
    'environment',
    'Environment',
    'and how to repeat it',
    card(
      el(
        'div',
        { class: 'command' },
        el('code', { id: 'command' }, visibleText(summary.command, 4_000)),
        el('button', { type: 'button', id: 'copy' }, 'copy'),
      ),
      el(
        'dl',
        { class: 'facts-list' },
        ...facts.map(([name, text]) =>
          el('div', {}, el('dt', {}, name), el('dd', {}, visibleLine(text, 300))),
        ),
      ),
    ),
  );
}

/** What the driver cost, and how near its ceiling it came; nothing in records of earlier versions. */
function ownLoadFacts({ busiestWorkerCpu, gc, ceiling }: Summary['generator']): [string, string][] {
  const facts: [string, string][] = [];
  if (busiestWorkerCpu !== undefined) {
    facts.push(['busiest worker', `${figureText(busiestWorkerCpu)} of the one core it can use`]);
  }
  if (gc) {
    const share = `${shareText(gc.share)} of the workers' time`;
    facts.push(['garbage collector', `${share}, longest pause ${msText(gc.longestMs)}`]);
  }
  if (ceiling) {
    const most = `${countText(ceiling.reached)} ${ceiling.what} a second of ${countText(ceiling.ceiling)}`;
    facts.push(['driver ceiling', `${shareText(ceiling.share)} in the busiest second: ${most}`]);
  }
  return facts;
}

function tableFacts({ conntrack }: Summary['environment']): [string, string][] {
  if (!conntrack) return [];
  return [
    ['connection table', `at most ${countText(conntrack.most)} of ${countText(conntrack.max)} entries`],
  ];
}

function serverText(
  server: { rssBytes: number; connections: number; mailboxMax: number },
  nodes: number | null,
): string {
  const count = nodes === null ? 'observed' : `${countText(nodes)} node processes`;
  const most = `most: ${countText(server.connections)} connections, ${bytesText(server.rssBytes)}`;
  return `${count}; ${most}, ${countText(server.mailboxMax)} messages in one mailbox`;
}

function kernelText(value: number | null): string {
  return value === null ? `${NOT_MEASURED}: the kernel does not tell` : countText(value);
}
