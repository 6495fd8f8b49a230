import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fault, type FaultPlan } from '../scenario/api.ts';
import { planRun } from '../scenario/plan.ts';
import type { FaultSpan } from './schedule.ts';
import { undoWords, type UndoPlace } from './undo-words.ts';

const THEIRS: UndoPlace = {
  control: 'http://127.0.0.1:4001',
  wantsToken: false,
  isOwnServer: false,
  namespace: null,
  pid: 812,
};

function span(plan: FaultPlan, handle?: string): Pick<FaultSpan, 'fault' | 'handle'> {
  const load = { clients: 10, ramp: 0, hold: '60s' };
  const { faults } = planRun({ about: 'x', load, client: () => undefined, faults: [plan] }, { seed: 7 });
  const [planned] = faults;
  assert.ok(planned);
  return handle === undefined ? { fault: planned } : { fault: planned, handle };
}

const slow = fault.slowJoin({ delayMs: 2_000, topic: 'room:*', share: 0.1 }).at('1s').for('5s');

test('a fault of a server that is not ours: its lease, and the request that lifts it', () => {
  const words = undoWords(span(slow, 'f7'), THEIRS);
  assert.match(
    words.stillActive,
    /^slow joins \(10 % of .*room:\*: .*2 s.*\) at http:\/\/127\.0\.0\.1:4001$/,
  );
  assert.equal(words.endsBy, 'the server lets go of it within 8 s');
  assert.equal(words.byHand, 'curl -f -X DELETE http://127.0.0.1:4001/faults/f7');
});

test('a token is named and never told', () => {
  const words = undoWords(span(slow, 'f7'), { ...THEIRS, wantsToken: true });
  const header = '-H "Authorization: Bearer $FIREDRILL_CONTROL_TOKEN"';
  assert.equal(words.byHand, `curl -f -X DELETE ${header} http://127.0.0.1:4001/faults/f7`);
  const secret = undoWords(span(slow, 'f7'), { ...THEIRS, control: 'http://me:pass@127.0.0.1:4001/' });
  assert.doesNotMatch(JSON.stringify(secret), /pass/);
  assert.equal(secret.byHand, 'curl -f -X DELETE http://127.0.0.1:4001/faults/f7');
});

test('a fault whose id nobody knows is looked up', () => {
  assert.equal(undoWords(span(slow), THEIRS).byHand, 'curl http://127.0.0.1:4001/faults');
});

test('what a server calls its faults runs no command', () => {
  const { byHand } = undoWords(span(slow, "$(touch x)'; `id`"), THEIRS);
  const typed = execFileSync('sh', ['-c', byHand.replace('curl', 'printf "%s\\n"')], { encoding: 'utf8' });
  assert.deepEqual(typed.trim().split('\n').slice(-1), [
    "http://127.0.0.1:4001/faults/%24(touch%20x)'%3B%20%60id%60",
  ]);
});

test('a server of our own takes its faults along', () => {
  const words = undoWords(span(slow, 'f7'), { ...THEIRS, isOwnServer: true });
  assert.match(words.endsBy ?? '', /ends with the server/);
});

test('stopped nodes on this machine are also told themselves', () => {
  const pause = fault.nodePause().at('1s').for('5s');
  const here = undoWords(span(pause, 'f2'), THEIRS);
  assert.match(
    here.byHand,
    /^curl -f -X DELETE \S+\/faults\/f2 \|\| curl -s \S+\/observer \| .* \| xargs kill -CONT$/,
  );
  assert.match(here.endsBy ?? '', /tries once more/);
  const away = undoWords(span(pause, 'f2'), { ...THEIRS, control: 'http://10.1.2.3:4001' });
  assert.equal(away.byHand, 'curl -f -X DELETE http://10.1.2.3:4001/faults/f2');
});

test('the pids of stopped nodes are read from what the observer says', () => {
  const { byHand } = undoWords(span(fault.nodePause().at('1s').for('5s'), 'f2'), THEIRS);
  const said = '{"nodes":[{"name":"a","os_pid":411,"alive":true},{"name":"b","os_pid":412}]}';
  const command = byHand
    .replace(/^.*\|\| curl -s \S+/, `printf '%s' '${said}'`)
    .replace('xargs kill', 'xargs echo kill');
  assert.equal(execFileSync('sh', ['-c', command], { encoding: 'utf8' }).trim(), 'kill -CONT 411 412');
});

test('a fault of the network goes with its namespaces', () => {
  const loss = fault.packetLoss({ percent: 20 }).at('1s').for('5s');
  const words = undoWords(span(loss), { ...THEIRS, namespace: 'firedrill-812' });
  assert.match(words.stillActive, /on the network firedrill-812$/);
  assert.match(words.endsBy ?? '', /the guardian removes the network/);
  assert.equal(words.byHand, 'sudo ip netns del firedrill-812-wire; sudo ip netns del firedrill-812');
});

test("a fault of the driver's own links ends with the run", () => {
  const words = undoWords(span(fault.blackhole({ share: 0.5 }).at('1s').for('5s')), THEIRS);
  assert.deepEqual([words.endsBy, words.byHand], ['they end with the run', 'firedrill halt 812']);
});
