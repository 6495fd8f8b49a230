import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonText, renderProcessValues, renderServerValues } from './observe-screen-snapshot.ts';
import { HOSTILE } from './testing/odd-records.ts';
import { hostileView, nodeView, processDetail, processRow, serverView } from './testing/observe-views.ts';

const URL = 'http://127.0.0.1:4001';

test('prints plain numbers under stable names', () => {
  const lines = renderServerValues(URL, serverView(), [processRow(3)]).split('\n');
  for (const line of [
    'url=http://127.0.0.1:4001',
    'connections=100000',
    'mailbox_oldest_wait_ms=1900',
    'mailboxes_from_10=27',
    'node_2_name=node1',
    'table_1_name=drill',
    'event_1_count=200000',
    'process_1_pid=<0.3>',
    'process_1_len=2207',
  ]) {
    assert.ok(lines.includes(line), line);
  }
});

test('has no line for what is not known', () => {
  const server = serverView({ nodes: [nodeView(0, { cpuMs: null })] });
  const text = renderServerValues(URL, server, [processRow(3, { bytes: null })]);
  assert.doesNotMatch(text, /node_1_cpu_ms|process_1_bytes|null/);
});

test('prints one process with its callbacks, its state on one line', () => {
  const lines = renderProcessValues(URL, processDetail()).split('\n');
  for (const line of [
    'trap_exit=true',
    'links=<0.4> <0.5>',
    'current=handle_in block',
    'callbacks_max_ms=300',
    'callback_1_ms=0.04',
    'state_value={"assigns":{"user_id":"7"},"topic":"room:7"}',
  ]) {
    assert.ok(lines.includes(line), line);
  }
});

test('lets no text from outside begin a line or a sequence of its own', () => {
  const { server, process } = hostileView(`x\npid=1${HOSTILE}`);
  assert.ok(server && process);
  const text = `${renderServerValues(URL, server, [process])}\n${renderProcessValues(URL, process)}`;
  assert.doesNotMatch(text.replaceAll('\n', ''), /\p{C}/u);
  assert.equal(text.split('\n').filter((line) => line.startsWith('pid=1')).length, 0);
});

test('writes JSON that parses back and that a terminal cannot obey', () => {
  const value = { text: '\u009b2J\u202e\u2028\u001b[2J\u{e0001}', __proto__: 1 };
  const text = jsonText(value);
  assert.doesNotMatch(text, /\p{C}/u);
  assert.deepEqual(JSON.parse(text), value);
});
