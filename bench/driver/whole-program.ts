/** The whole program at its full width, and beyond: as fast as they get in, both ends on this machine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readVersion } from '../../harness/cli/version.ts';
import type { RunRecord } from '../../harness/record/run-record.ts';
import { runScenario } from '../../harness/run/run.ts';
import { median, type Row } from '../table.ts';
import { bare, connectRows } from './connect.ts';
import { note } from './target.ts';

const WIDTH = Number(process.env['BENCH_CLIENTS'] ?? 100_000);
const HOLD_S = Number(process.env['BENCH_HOLD_S'] ?? 600);

/** As fast as they get in where there is no ramp. */
type Asked = {
  clients: number;
  durationMs: number;
  rampMs?: number;
  env?: Record<string, string>;
  scenario?: string;
};

async function run(asked: Asked): Promise<RunRecord> {
  const out = mkdtempSync(join(tmpdir(), 'firedrill-bench-'));
  try {
    const { record } = await runScenario(
      {
        scenarioFile: fileURLToPath(new URL(asked.scenario ?? './idle.scenario.ts', import.meta.url)),
        overrides: {
          seed: 7,
          clients: asked.clients,
          durationMs: asked.durationMs,
          rampMs: asked.rampMs ?? 1_000,
        },
        target: { kind: 'bundled' },
        thresholds: {},
        env: asked.env ?? {},
        command: 'make bench',
        version: readVersion(),
        out: join(out, 'run'),
      },
      { onNote: note },
    );
    const { clients, environment, books, generator, deliveries } = record.summary;
    note(
      `${clients.joined} of ${asked.clients} joined after ${clients.joinedAfterMs} ms; SYNs sent again ${environment.tcpSynRetrans}; ` +
        `${deliveries.received} of ${deliveries.expected} deliveries; driver ${(generator.rssBytes / 2 ** 20).toFixed(0)} MiB; ` +
        `books ${books.balanced ? 'balance' : books.problems.join('; ')}`,
    );
    return record;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Clients that were lost or never came, SYNs sent again, and books that do not balance: none of it is wanted. */
function faultsOf({ summary, windows }: RunRecord): number {
  const drops = windows.reduce((sum, line) => sum + line.drops, 0);
  const timeouts = windows.reduce(
    (sum, { timeouts: t }) => sum + (t['heartbeat'] ?? 0) + (t['join'] ?? 0),
    0,
  );
  return drops + timeouts + summary.clients.failed + (summary.books.balanced ? 0 : 1);
}

const sound = (what: string, record: RunRecord): Row => ({
  what: `${what}: drops, timeouts, failed clients`,
  ours: String(faultsOf(record)),
  beside: `${record.summary.clients.joined} joined`,
  figure: faultsOf(record),
  limit: 0,
  unit: '',
});

export async function wideRows(): Promise<Row[]> {
  if (Number.isNaN(bare.joinedS)) await connectRows();
  const record = await run({ clients: WIDTH, durationMs: 56_000, scenario: '../wide.scenario.ts' });
  const { summary, windows, broadcasts } = record;
  const joinedS = (summary.clients.joinedAfterMs ?? Infinity) / 1e3;
  const whole = broadcasts.filter(
    (line) => line.expected === WIDTH && line.missing === 0 && line.lastMs !== null,
  );
  const lastS = whole.length === 0 ? Infinity : median(whole.map((line) => line.lastMs ?? 0)) / 1e3;
  const server = windows.findLast((line) => line.server)?.server?.rssBytes ?? Infinity;
  const each = (bytes: number): number => bytes / WIDTH / 1_024;
  return [
    sound(`${WIDTH} at once`, record),
    {
      what: `all ${WIDTH} joined`,
      ours: `${joinedS.toFixed(1)} s`,
      beside: `bare sockets ${bare.joinedS.toFixed(1)} s`,
      figure: joinedS / bare.joinedS,
      limit: 1.6,
      unit: '×',
    },
    {
      what: 'a broadcast to all, last receiver',
      ours: `${lastS.toFixed(2)} s`,
      beside: `bare sockets ${bare.lastS.toFixed(2)} s; median of ${whole.length}, each delivered to all`,
      figure: lastS / bare.lastS,
      limit: 1.6,
      unit: '×',
    },
    {
      what: 'driver RSS per client, its processes included',
      ours: `${(summary.generator.rssBytes / 2 ** 20).toFixed(0)} MiB in all`,
      beside: `${summary.generator.workers} workers`,
      figure: each(summary.generator.rssBytes),
      limit: 11,
      unit: ' KiB',
    },
    {
      what: 'server RSS per connection, its processes included',
      ours: `${(server / 2 ** 20).toFixed(0)} MiB in all`,
      beside: `${summary.environment.serverNodes} nodes`,
      figure: each(server),
      limit: 16,
      unit: ' KiB',
    },
  ];
}

/** Ten minutes of nothing but heartbeats. */
export async function holdRows(): Promise<Row[]> {
  const record = await run({ clients: WIDTH, durationMs: HOLD_S * 1e3 + 60_000 });
  const { summary, windows } = record;
  const from = (summary.clients.joinedAfterMs ?? Infinity) + 10_000;
  const held = windows.filter((line) => line.atMs >= from);
  const early = held[Math.min(30, held.length - 1)]?.driver.rssBytes ?? NaN;
  const late = held.at(-5)?.driver.rssBytes ?? NaN;
  const cpu = held.reduce((sum, line) => sum + line.driver.cpu, 0) / held.length;
  return [
    sound(`${WIDTH} for ${held.length} s`, record),
    {
      what: 'driver RSS, end of the hold against its beginning',
      ours: `${(late / 2 ** 20).toFixed(0)} MiB`,
      beside: `${(early / 2 ** 20).toFixed(0)} MiB`,
      figure: late / early,
      limit: 1.05,
      unit: '×',
    },
    {
      what: 'driver CPU while they idle, heartbeats included',
      ours: `${cpu.toFixed(3)} cores`,
      beside: `${held.length} s`,
      figure: cpu,
      limit: 0.25,
      unit: ' cores',
    },
  ];
}

export async function twiceRows(): Promise<Row[]> {
  const record = await run({ clients: 200_000, durationMs: 300_000, env: { BROADCAST_AT: '220s' } });
  const { expected, received } = record.summary.deliveries;
  return [
    sound('200,000 for a minute', record),
    {
      what: 'one broadcast to 200,000, not received',
      ours: `${received} received`,
      beside: `${expected} expected`,
      figure: 200_000 - received,
      limit: 0,
      unit: '',
    },
    heldRow(record, '200,000', 60),
  ];
}

export async function moonRows(): Promise<Row[]> {
  // Evenly: half a million at once keep each other waiting until their joins time out.
  const asked = { clients: 500_000, rampMs: 440_000, durationMs: 540_000 };
  const record = await run({ ...asked, scenario: './moon.scenario.ts' });
  return [sound('500,000 for a minute', record), heldRow(record, '500,000', 60)];
}

/** Seconds from the last join to the end of the plan. */
function heldRow({ summary }: RunRecord, what: string, wantedS: number): Row {
  const heldS = (summary.durationMs - (summary.clients.joinedAfterMs ?? Infinity)) / 1e3;
  return {
    what: `${what} joined, then held`,
    ours: `${heldS.toFixed(0)} s`,
    beside: `joined after ${((summary.clients.joinedAfterMs ?? Infinity) / 1e3).toFixed(0)} s`,
    figure: heldS > 0 ? wantedS / heldS : Infinity,
    limit: 1,
    unit: `× ${wantedS} s`,
  };
}
