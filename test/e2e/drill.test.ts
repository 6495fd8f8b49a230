// A user runs a chaos drill: the steady state holds, breaks under a fault, or was never there.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { EXIT } from '../../harness/base/errors.ts';
import type { ChaosJournal } from '../../harness/record/chaos-journal.ts';
import type { DrillSummary } from '../../harness/record/drill-record.ts';
import type { MarkLine } from '../../harness/record/timeline-line.ts';
import {
  cleanUp,
  faultsOf,
  firedrill,
  GUARD,
  newFolder,
  readSummary,
  readTimeline,
  run,
  scenarioFile,
  type Ended,
} from './program.ts';

type Fields = { steadyState: string; fault: string; hold?: string; more?: string };

/** Thirty clients that push sixty times a second into three rooms. */
const drill = ({ steadyState, fault, hold = '4700ms', more = '' }: Fields): string => `
import { fault, scenario } from 'firedrill';
export default scenario({
  about: 'a drill of seconds',
  load: { clients: 30, ramp: '300ms', hold: '${hold}', rate: 60 },
  server: { nodes: 1 },
  async client(user) {
    const room = await user.join('room:' + (user.index % 3));
    await user.pace(() => room.push('ping', { from: user.index }));
  },
  faults: [${fault}],
  drill: { steadyState: ${steadyState}, window: '2s' ${more} },
});
`;

const BLOCKING = "fault.blockingHandler({ delayMs: 300, topic: 'room:*' }).at('2s').for('2s')";
const HARMLESS = "fault.latency({ delayMs: 1, share: 0.1 }).at('2s').for('500ms')";

type Drilled = { ended: Ended; folder: string };

async function drilled(fields: Fields, ...flags: string[]): Promise<Drilled> {
  const folder = join(newFolder(), 'run');
  const file = scenarioFile(drill(fields));
  const ended = await run('drill', file, '--out', folder, '--workers', '1', ...flags);
  return { ended, folder };
}

/** On a machine that was full meanwhile no verdict is one, whatever the steady state was. */
function endsWith(ended: Ended, folder: string, code: 0 | 112): void {
  const { exitCode, generator, verdict } = readSummary(folder);
  const status = code === EXIT.pass ? 'pass' : 'deviated';
  const wanted = generator.saturated ? [EXIT.inconclusive, 'inconclusive'] : [code, status];
  assert.deepEqual([ended.code, verdict.status], wanted, ended.stderr);
  assert.equal(exitCode, ended.code);
}

function journalOf(folder: string): ChaosJournal {
  return JSON.parse(readFileSync(join(folder, 'journal.json'), 'utf8')) as ChaosJournal;
}

function drillOf(folder: string): DrillSummary {
  const { drill: summary } = readSummary(folder);
  assert.ok(summary);
  return summary;
}

function marksOf(folder: string): MarkLine[] {
  return readTimeline(folder).filter((line) => line.type === 'mark');
}

suite('a drill', GUARD, () => {
  after(cleanUp);

  test('whose steady state holds before and after passes, and leaves a journal', async () => {
    const { ended, folder } = await drilled({
      steadyState: "{ push_duration: ['med<5000'] }",
      fault: HARMLESS,
      hold: '3700ms',
    });
    endsWith(ended, folder, EXIT.pass);
    assert.match(ended.stdout, /^deviated=false$/m);
    const { status, looks, during } = drillOf(folder);
    assert.deepEqual(
      [status, during, looks.map(({ when, fromMs, untilMs }) => [when, fromMs, untilMs])],
      [
        'held',
        null,
        [
          ['before', 1_000, 2_000],
          ['after', 3_000, 4_000],
        ],
      ],
    );
    const { status: ending, deviated, steady_states, run: done, rollbacks } = journalOf(folder);
    assert.deepEqual([ending, deviated], ['completed', false]);
    assert.deepEqual(
      [steady_states.before?.steady_state_met, steady_states.after?.steady_state_met],
      [true, true],
    );
    assert.deepEqual(
      [...done, ...rollbacks].map((one) => one.status),
      ['succeeded', 'succeeded'],
    );
    assert.match(readFileSync(join(folder, 'report.html'), 'utf8'), /id="steady-state"/);
  });

  test('that deviates under a fault rolls it back at that moment, and sees the recovery', async () => {
    const fields = { steadyState: "{ push_duration: ['p(75)<250'] }", fault: BLOCKING };
    const flags = ['--check', 'continuously', '--rollback', 'deviated'];
    const { ended, folder } = await drilled(fields, ...flags);
    endsWith(ended, folder, EXIT.deviated);
    assert.match(ended.stderr, /^the steady state deviated at 0:0\d, .* after blocking handlers went on: /m);
    const { faults } = readSummary(folder);
    const { deviatedAtMs, looks } = drillOf(folder);
    const marks = marksOf(folder);
    const told = marks.findIndex(({ mark }) => mark === 'deviated');
    const lifted = marks.findIndex(({ mark }) => mark === 'fault-off');
    assert.ok(told >= 0 && lifted > told, 'lifted because it deviated');
    assert.equal(marks[told]?.atMs, deviatedAtMs);
    const [fault] = faults;
    assert.ok(fault?.liftedAtMs != null && fault.liftedAtMs < 4_000, `lifted at ${fault?.liftedAtMs}`);
    assert.equal(looks.at(-1)?.when, 'after');
    const journal = journalOf(folder);
    assert.deepEqual([journal.status, journal.deviated], ['failed', true]);
    assert.equal(journal.rollbacks[0]?.output, 'lifted before its time');
    assert.ok(journal.steady_states.during.some((look) => look.steady_state_met === false));
  });

  test('whose steady state is not there before gives the system no fault', async () => {
    const { ended, folder } = await drilled({ steadyState: "{ push_duration: ['med<0'] }", fault: BLOCKING });
    endsWith(ended, folder, EXIT.deviated);
    assert.match(
      ended.stdout,
      /^reason_\d=the steady state did not hold before the first fault: push_duration med was .*; no fault was injected$/m,
    );
    const { faults, interrupted, books } = readSummary(folder);
    assert.deepEqual(
      faults.map(({ appliedAtMs }) => appliedAtMs),
      [null],
    );
    assert.equal(interrupted, true, 'it ends before its time');
    assert.equal(books.balanced, true);
    assert.equal(drillOf(folder).stoppedBefore, true);
    assert.deepEqual(
      marksOf(folder).filter(({ mark }) => mark === 'fault-on'),
      [],
    );
    assert.deepEqual(journalOf(folder).run, []);
  });

  test('without any of its faults is refused before any load, and runs as a run', async () => {
    const fields = {
      steadyState: "{ push_duration: ['med<5000'] }",
      fault: "fault.netsplit().at('2s').for('500ms').optional()",
      hold: '3700ms',
    };
    const { ended, folder } = await drilled(fields);
    assert.equal(ended.code, 114);
    assert.match(ended.stderr, /^no-fault-possible {2}faults$[^]*^fault-needs-nodes {2}faults netsplit-1$/m);
    assert.match(ended.stderr, /^ {2}hint {4}--nodes 2$/m);
    assert.equal(existsSync(folder), false);
    const place = join(newFolder(), 'run');
    await run('run', scenarioFile(drill(fields)), '--out', place, '--workers', '1', '--duration', '1s');
    assert.deepEqual(
      readSummary(place).faultsLeftOut?.map(({ id }) => id),
      ['netsplit-1'],
    );
  });

  test('that is only told runs nothing', async () => {
    const { ended, folder } = await drilled(
      { steadyState: "{ push_duration: ['med<5000'] }", fault: BLOCKING },
      '--dry-run',
    );
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stdout, /^ {2}faults {6}0:02–0:04 {2}blocking handlers, topics room:\*: /m);
    assert.match(ended.stdout, /^ {2}rollback {4}always: /m);
    assert.equal(existsSync(folder), false);
  });

  test('with a word nobody knows is told its neighbours, and runs nothing', async () => {
    const fields = { steadyState: "{ push_duration: ['med<5000'] }", fault: BLOCKING };
    const { ended, folder } = await drilled(fields, '--check', 'continuosly');
    assert.equal(ended.code, 104);
    assert.match(ended.stderr, /--check[^]*did you mean continuously\?/);
    assert.equal(existsSync(folder), false);
  });
});

suite('a drill that never rolls back', GUARD, () => {
  after(cleanUp);

  test("leaves its fault on somebody else's server for the rest of its time, and says how to end it", async () => {
    const server = firedrill('serve', '--port', '0', '--control-port', '0', '--nodes', '1');
    const ready = JSON.parse(await server.line(/"ready":true/)) as { url: string; control: string };
    const folder = join(newFolder(), 'run');
    const fields = {
      steadyState: "{ push_duration: ['med<5000'] }",
      fault: "fault.slowJoin({ delayMs: 1, topic: 'room:*' }).at('2s').for('40s')",
      hold: '50s',
      more: ", rollback: 'never'",
    };
    const target = ['--target', ready.url, '--control', ready.control];
    const program = firedrill('drill', scenarioFile(drill(fields)), '--out', folder, ...target);
    await program.line(/^slow joins on$/);
    program.child.kill('SIGINT');
    assert.equal((await program.ended).code, 105);
    const [left] = drillOf(folder).left;
    assert.match(left?.endsBy ?? '', /^the server lets go of it in (?:3\d|40)/);
    assert.match(left?.byHand ?? '', /^curl .*-X DELETE .*\/faults\//);
    const [fault] = await faultsOf(ready.control);
    // Of a lease that was dropped eight seconds would be left at most.
    assert.ok((fault?.ttl_ms ?? 0) > 20_000, `${fault?.ttl_ms} ms`);
    server.child.kill('SIGTERM');
    await server.ended;
  });
});
