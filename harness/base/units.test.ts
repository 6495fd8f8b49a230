import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatBytes,
  formatClock,
  formatCount,
  formatFigure,
  formatMs,
  formatShare,
  parseBytes,
  parseDurationMs,
} from './units.ts';

test('reads durations as people type them', () => {
  const wanted: [string | number, number][] = [
    ['250ms', 250],
    ['10s', 10_000],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['1.5s', 1_500],
    ['500us', 0.5],
    [' 10s ', 10_000],
    ['0s', 0],
    [0, 0],
    [12.5, 12.5],
  ];
  for (const [text, ms] of wanted) assert.equal(parseDurationMs(text), ms, String(text));
});

test('refuses what is no duration', () => {
  const texts = [
    '',
    '10',
    '-1s',
    '1e3s',
    's',
    '10 s',
    '10sec',
    '1m30s',
    '.5s',
    '5.s',
    'NaNs',
    'Infinitys',
    '1d',
  ];
  for (const text of [...texts, NaN, -1, Infinity]) {
    assert.equal(parseDurationMs(text), undefined, String(text));
  }
});

test('writes figures with three digits and no exponent', () => {
  const wanted: [number, string][] = [
    [0, '0'],
    [1.84, '1.84'],
    [1.844, '1.84'],
    [214.4, '214'],
    [3_910, '3,910'],
    [999.4, '999'],
    [999.5, '1,000'],
    [1e7, '10,000,000'],
    [0.1, '0.1'],
    [0.012_34, '0.0123'],
    [-12.34, '-12.3'],
    [10, '10'],
    [100, '100'],
  ];
  for (const [value, text] of wanted) assert.equal(formatFigure(value), text);
  fc.assert(
    fc.property(fc.double({ min: 1e-4, max: 1e9, noNaN: true }), (value) => {
      const text = formatFigure(value);
      assert.doesNotMatch(text, /e/);
      assert.ok(Math.abs(Number(text.replaceAll(',', '')) - value) <= Math.max(value * 0.006, 1e-6));
    }),
  );
});

test('writes milliseconds in the unit a person would say', () => {
  const wanted: [number, string][] = [
    [0, '0 ms'],
    [0.000_4, '0.4 µs'],
    [0.011_4, '11.4 µs'],
    [0.099_96, '100 µs'],
    [-0.011_4, '-11.4 µs'],
    [0.1, '0.1 ms'],
    [0.12, '0.12 ms'],
    [214, '214 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [3_910, '3.91 s'],
    [119_000, '119 s'],
    [120_000, '2 min'],
    [182_000, '3 min 2 s'],
  ];
  for (const [ms, text] of wanted) assert.equal(formatMs(ms), text);
});

test('writes counts, clocks, shares and bytes', () => {
  assert.equal(formatCount(100_000.4), '100,000');
  assert.deepEqual([0, 59_999, 81_000, 3_600_000, -5].map(formatClock), [
    '0:00',
    '0:59',
    '1:21',
    '60:00',
    '0:00',
  ]);
  assert.deepEqual([0, 0.0021, 0.5, 1].map(formatShare), ['0 %', '0.21 %', '50 %', '100 %']);
  assert.deepEqual([0, 999, 11_469, 5.3 * 2 ** 30, 2 ** 60].map(formatBytes), [
    '0 B',
    '999 B',
    '11.2 KiB',
    '5.3 GiB',
    '1,048,576 TiB',
  ]);
});

test('reads sizes as people type them, and nothing else', () => {
  const wanted: [string, number | undefined][] = [
    ['1000', 1_000],
    ['10_000_000', 10_000_000],
    ['64KiB', 65_536],
    ['16 MiB', 16 * 2 ** 20],
    ['1.5kB', 1_500],
    ['0', 0],
    ['-1', undefined],
    ['16mib', undefined],
    ['MiB', undefined],
    ['', undefined],
    ['1e6', undefined],
  ];
  for (const [text, bytes] of wanted) assert.equal(parseBytes(text), bytes, text);
});
