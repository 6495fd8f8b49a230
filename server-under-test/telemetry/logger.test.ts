import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../otp/manual-clock.ts';
import { BURST_ENTRIES, Logger, LOG_LEVELS, readLogLevel, type LoggerOptions } from './logger.ts';
import { requestIdFor } from './request-id.ts';

function loggerInto(lines: string[], options: Partial<LoggerOptions> = {}): Logger {
  const write = (line: string): void => void lines.push(line.replace(/^\S+ /, '').trimEnd());
  return new Logger({ clock: new ManualClock(), write, ...options });
}

test('writes its level and what is more severe', () => {
  for (const [least, level] of [...LOG_LEVELS, 'none' as const].entries()) {
    const lines: string[] = [];
    const logger = loggerInto(lines, { level });
    logger.debug(() => 'm');
    logger.info(() => 'm');
    logger.notice(() => 'm');
    logger.warning(() => 'm');
    logger.error(() => 'm');
    const written = LOG_LEVELS.slice(least);
    assert.deepEqual(
      lines,
      written.map((name) => `[${name}] m`),
    );
    assert.deepEqual(
      LOG_LEVELS.filter((name) => logger.wants(name)),
      written,
    );
  }
});

test('builds no message that is not written', () => {
  const logger = loggerInto([], { level: 'error' });
  logger.warning(() => assert.fail('built'));
  logger.log('info', () => assert.fail('built'));
});

test('a message that cannot be built is an entry all the same', () => {
  const lines: string[] = [];
  const hostile = { toString: 1 };
  loggerInto(lines).error(() => `got ${String(hostile)}`);
  assert.deepEqual(lines, ['[error] an entry whose message could not be built']);
});

test('its own metadata stands in every entry, before that of the entry', () => {
  const lines: string[] = [];
  loggerInto(lines, { metadata: { node: 'node1' } }).error(() => 'm', { topic: 'room:1' });
  assert.deepEqual(lines, ['[error] node=node1 topic=room:1 m']);
});

test('a burst is cut off, told once, and over in the next second', async () => {
  const lines: string[] = [];
  const clock = new ManualClock();
  const logger = loggerInto(lines, { clock });
  for (let n = 0; n < BURST_ENTRIES + 7; n += 1) logger.error(() => `${n}`);
  assert.equal(lines.length, BURST_ENTRIES);
  await clock.advance(1_000);
  assert.deepEqual(lines.slice(BURST_ENTRIES), [
    `[warning] 7 entries were dropped: more than ${BURST_ENTRIES} in a second`,
  ]);
  logger.error(() => 'after');
  assert.equal(lines.at(-1), '[error] after');
});

test('reads level names and nothing else', () => {
  assert.deepEqual(['debug', 'none', 'loud', 'toString'].map(readLogLevel), ['debug', 'none', null, null]);
});

test('a request id is made only where a line would show it', () => {
  const id = requestIdFor(loggerInto([], { level: 'info' }));
  assert.match(id ?? '', /^[\w-]{20}$/);
  assert.notEqual(id, requestIdFor(loggerInto([], { level: 'info' })));
  assert.equal(requestIdFor(loggerInto([], { level: 'notice' })), null);
});
