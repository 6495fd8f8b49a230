import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bytesText,
  countText,
  momentText,
  msText,
  NOT_MEASURED,
  numbered,
  shareText,
  shortCount,
  valueText,
} from './figures.ts';

test('writes durations in the unit a person would say', () => {
  assert.equal(msText(1.84), '1.84 ms');
  assert.equal(msText(3_912), '3.91 s');
  assert.equal(msText(182_000), '3 min 2 s');
});

test('says "not measured" for what is unknown, whatever its shape', () => {
  for (const unknown of [null, undefined, Number.NaN, Infinity, -Infinity]) {
    for (const write of [msText, countText, shareText, bytesText, shortCount])
      assert.equal(write(unknown), NOT_MEASURED);
    assert.equal(valueText('perSecond', unknown), NOT_MEASURED);
  }
});

test('writes a share too small for its digits as being under the smallest one, never as 0', () => {
  assert.equal(shareText(0), '0 %');
  assert.equal(shareText(0.0021), '0.21 %');
  assert.equal(shareText(1e-9), '< 0.0001 %');
});

test('shortens counts for narrow places', () => {
  assert.equal(shortCount(0), '0');
  assert.equal(shortCount(999), '999');
  assert.equal(shortCount(41_880), '41.9k');
  assert.equal(shortCount(2e12), '2T');
});

test('carries the unit of each value', () => {
  assert.equal(valueText('cores', 1.234), '1.23 cores');
  assert.equal(valueText('perSecond', 2_004), '2,004/s');
  assert.equal(valueText('count', 88_014), '88,014');
  assert.equal(valueText('count', 0.5), '0.5');
  assert.equal(valueText('bytes', 2_048), '2 KiB');
});

test('reads a moment in UTC and gives back what is none', () => {
  assert.equal(momentText('2026-11-21T10:40:59.123Z'), '21 Nov 2026, 10:40 UTC');
  assert.equal(momentText('yesterday'), 'yesterday');
  assert.equal(momentText('2026-13-21T10:40:00Z'), '2026-13-21T10:40:00Z');
});

test('counts one in the singular', () => {
  assert.equal(numbered(1, 'second'), '1 second');
  assert.equal(numbered(0, 'second'), '0 seconds');
});
