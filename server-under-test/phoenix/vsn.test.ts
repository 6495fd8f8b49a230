import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseQuery } from './plug-params.ts';
import { serializerV1 } from './serializer-v1.ts';
import { serializerV2 } from './serializer-v2.ts';
import { negotiate } from './vsn.ts';

function asked(query: string): ReturnType<typeof negotiate> {
  return negotiate(parseQuery(query) ?? assert.fail(query));
}

test('1.0.N and no vsn are V1, 2.0.N is V2 (1, 2)', () => {
  assert.deepEqual(asked(''), { serializer: serializerV1, vsn: '1.0.0' });
  for (const vsn of ['1.0.0', '1.0.7', '1.0.1-rc.1'])
    assert.equal(asked(`vsn=${vsn}`)?.serializer, serializerV1, vsn);
  for (const vsn of ['2.0.0', '2.0.9', '2.0.10', '2.0.1-rc.1', '2.0.0%2Bbuild']) {
    assert.equal(asked(`vsn=${vsn}`)?.serializer, serializerV2, vsn);
  }
  assert.equal(asked('vsn=9.0.0&vsn=2.0.9')?.vsn, '2.0.9', 'the last wins');
});

test('everything else is refused (2)', () => {
  const texts = [
    '',
    '2',
    '2.0',
    '2.1.0',
    '9.0.0',
    '3.0.0',
    '1.9.9',
    'abc',
    '2.0.0.0',
    '2.0.01',
    '02.0.0',
    ' 2.0.0',
  ];
  for (const vsn of [...texts, '2.0.0-rc.1', '2.0.0\n', '__proto__']) {
    assert.equal(asked(`vsn=${encodeURIComponent(vsn)}`), null, vsn);
  }
  for (const query of ['vsn[]=2.0.0', 'vsn[a]=2.0.0', 'vsn']) assert.equal(asked(query), null, query);
});
