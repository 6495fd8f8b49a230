import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExitReason } from '../otp/exit-reason.ts';
import { reasonText } from './reason-text.ts';

const AS_INSPECT: ReadonlyArray<readonly [ExitReason, string]> = [
  ['normal', ':normal'],
  ['killed', ':killed'],
  ['received invalid UTF-8', '"received invalid UTF-8"'],
  [{ shutdown: 'left' }, '{:shutdown, :left}'],
  [{ shutdown: 'deserializing' }, '{:shutdown, {:deserializing, _}}'],
  [{ timeout: 'GenServer.call' }, '{:timeout, {GenServer, :call, _}}'],
  [{ timeout: 'Task.await' }, '{:timeout, {Task, :await, _}}'],
  [{ call: 'noproc' }, '{:noproc, {GenServer, :call, _}}'],
  [{ call: { shutdown: 'left' } }, '{{:shutdown, :left}, {GenServer, :call, _}}'],
  [{ badReturn: 'ball' }, '{:bad_return_value, :ball}'],
  [{ badReturn: 7 }, '{:bad_return_value, 7}'],
  [{ badReturn: undefined }, '{:bad_return_value, nil}'],
  [{ exception: new RangeError('too far') }, 'exception: too far'],
];

test('every kind of reason is written as inspect/1 writes it, with _ for what varies', () => {
  for (const [reason, text] of AS_INSPECT) assert.equal(reasonText(reason), text);
});
