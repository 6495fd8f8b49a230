import assert from 'node:assert/strict';
import { test } from 'node:test';
import { between, HEAT_STEPS, tokenRules } from './tokens.ts';

test('mixes two colours half and half', () => {
  assert.equal(between('#000000', '#ffffff'), '#808080');
  assert.equal(between('#f0f3f6', '#c4d8e8'), '#dae6ef');
});

test('declares every token for light and for dark', () => {
  const [light = '', dark = ''] = tokenRules().split('@media');
  const names = (text: string): string[] =>
    [...text.matchAll(/--([a-z0-9-]+):/g)].map((match) => match[1] ?? '').toSorted();
  assert.deepEqual(names(light), names(dark));
  assert.ok(names(light).includes(`heat-${HEAT_STEPS - 1}`));
  assert.match(tokenRules(), /@media screen and \(prefers-color-scheme:dark\)/);
});
