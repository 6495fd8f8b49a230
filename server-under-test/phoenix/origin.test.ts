import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originAllowed, originRule, parseOrigin } from './origin.ts';

test('without the header everybody may connect', () => {
  for (const check of [true, false, ['https://example.com']]) {
    assert.equal(originAllowed(undefined, originRule(check, 'example.com')), true);
  }
});

test('true compares the host alone', () => {
  const rule = originRule(true, 'Example.com');
  const cases: [origin: string, allowed: boolean][] = [
    ['https://example.com', true],
    ['http://example.com:8080', true],
    ['https://EXAMPLE.com', true],
    ['https://www.example.com', false],
    ['https://example.com.evil.test', false],
    ['https://example.com@evil.test', false],
    ['http://localhost', false],
    ['null', false],
    ['', false],
    ['example.com', false],
    ['https://', false],
  ];
  for (const [origin, allowed] of cases) assert.equal(originAllowed(origin, rule), allowed, origin);
  assert.equal(originAllowed('http://[::1]:4000', originRule(true, '::1')), true);
});

test('a list compares what its entries name', () => {
  const rule = originRule(['https://example.com', '//other.test', '//port.test:888', '//*.wild.test'], 'x');
  const cases: [origin: string, allowed: boolean][] = [
    ['https://example.com', true],
    ['https://example.com:443', true],
    ['https://example.com:8443', false],
    ['http://example.com', false],
    ['http://other.test:99', true],
    ['https://port.test:888', true],
    ['https://port.test', false],
    ['https://a.wild.test', true],
    ['https://a.b.wild.test:1', true],
    ['https://wild.test', true],
    ['https://evilwild.test', false],
    ['http://x', false],
  ];
  for (const [origin, allowed] of cases) assert.equal(originAllowed(origin, rule), allowed, origin);
});

test('false lets everybody in, even with an origin that is none', () => {
  assert.equal(originAllowed('null', originRule(false, 'x')), true);
});

test('an origin without a host is none', () => {
  for (const text of [
    'example.com',
    'null',
    '//',
    'https:///path',
    '*.example.com',
    'https://a b'.slice(0, 8),
    '//:80',
  ]) {
    assert.equal(parseOrigin(text), null, text);
  }
  assert.deepEqual(parseOrigin('//[::1]:80'), { scheme: null, host: '::1', port: 80 });
});
