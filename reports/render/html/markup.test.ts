import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { all, coordinate, el, embeddedJson, escapeText, inline } from './markup.ts';

test('escapes text in content and in attributes', () => {
  const written = el('a', { title: `"><script>alert('x')</script>` }, '<b>&`${1}').markup;
  assert.equal(
    written,
    '<a title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;">&lt;b&gt;&amp;&#96;${1}</a>',
  );
});

test('leaves no sign that could end its place, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.doesNotMatch(escapeText(text), /[<>"'`]/);
      assert.equal(el('p', {}, text).markup.match(/</g)?.length, 2);
    }),
  );
});

test('refuses names that come from elsewhere', () => {
  assert.throws(() => el('p onclick', {}), TypeError);
  assert.throws(() => el('p', { 'x onclick=': '1' }), TypeError);
});

test('leaves out attributes that are undefined or false, and children that are null or false', () => {
  assert.equal(
    el('p', { id: undefined, hidden: false, class: 'a' }, null, false, ['b', all('c')]).markup,
    '<p class="a">bc</p>',
  );
  assert.equal(el('p', { hidden: true }).markup, '<p hidden></p>');
});

test('writes coordinates with two decimals and never as NaN', () => {
  assert.equal(coordinate(1 / 3), '0.33');
  assert.equal(coordinate(10), '10');
  assert.equal(coordinate(100), '100');
  assert.equal(coordinate(-0.001), '0');
  assert.equal(coordinate(Number.NaN), '0');
  assert.equal(coordinate(Infinity), '0');
});

test('embeds JSON that reads back the same and cannot end its element', () => {
  const data = { text: '</script><script>alert(1)</script><!-- \u2028' };
  const { markup } = embeddedJson('data', data);
  const inner = /^<script type="application\/json" id="data">(.*)<\/script>$/s.exec(markup)?.[1] ?? '';
  assert.doesNotMatch(inner, /<|\u2028/);
  assert.deepEqual(JSON.parse(inner), data);
});

test('refuses a script or style that would end its own element', () => {
  assert.throws(() => inline('script', 'const a = "</script>"'), TypeError);
  assert.throws(() => inline('style', '<!-- '), TypeError);
});
