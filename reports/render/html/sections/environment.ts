/** Where it ran, from which seed, and the command that runs it again. */

import type { RunRecord } from '../../../../harness/record/run-record.ts';
import { bytesText, countText, figureText, msText, NOT_MEASURED } from '../../figures.ts';
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
    [
      'server',
      server ? serverText(server, environment.serverNodes) : `${NOT_MEASURED}: the target has no observer`,
    ],
    ['TCP SYNs sent again', kernelText(environment.tcpSynRetrans)],
    ['listen queue drops', kernelText(environment.listenDrops)],
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
