import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { decodeMessage } from './codec.ts';
import { scanReply } from './reply-scan.ts';
import { anyText } from './testing/any-text.ts';

/** Scans the text where a frame would lie: in the middle of other bytes. */
function scanned(text: string): { ref: number; status: string; response: string } | null {
  const bytes = Buffer.from(`"}]${text}"}]}`);
  const found = scanReply(bytes, 3, bytes.length - 4);
  if (!found) return null;
  const { ref, status, responseFrom, responseTo } = found;
  return { ref, status, response: bytes.toString('utf8', responseFrom, responseTo) };
}

/** Where a scan answers, the slow path must say the same. */
function assertAgrees(text: string): boolean {
  const found = scanned(text);
  if (!found) return false;
  const message = decodeMessage(text);
  assert.ok(message, text);
  assert.equal(message.event, 'phx_reply', text);
  assert.equal(message.ref, found.ref, text);
  const payload = message.payload as { status: unknown; response: unknown };
  assert.equal(payload.status, found.status, text);
  assert.deepEqual(JSON.parse(found.response), payload.response, text);
  return true;
}

suite('a reply as Phoenix writes it is read without being parsed', () => {
  const wanted = { ref: 12, status: 'ok', response: '{"x":[1,{"y":"]}"}]}' };
  test('with its status first, or its response', () => {
    const response = `"response":${wanted.response}`;
    assert.deepEqual(scanned(`["3","12","room:a","phx_reply",{"status":"ok",${response}}]`), wanted);
    assert.deepEqual(scanned(`["3","12","room:a","phx_reply",{${response},"status":"ok"}]`), wanted);
  });

  test('with a null join_ref, an error, a topic of any script', () => {
    const text =
      '[null,"7","żółć \\"\\u0041\\\\","phx_reply",{"status":"error","response":{"reason":"unmatched topic"}}]';
    assert.deepEqual(scanned(text), { ref: 7, status: 'error', response: '{"reason":"unmatched topic"}' });
  });

  test('any response, of any reply', () => {
    const ref = fc.integer({ min: 1, max: 999_999_999_999_999 });
    const status = fc.constantFrom('ok', 'error');
    const topic = anyText(20);
    fc.assert(
      fc.property(
        ref,
        ref,
        topic,
        status,
        fc.jsonValue(),
        fc.boolean(),
        (join, own, name, how, value, first) => {
          const payload = first ? { response: value, status: how } : { status: how, response: value };
          const text = JSON.stringify([String(join), String(own), name, 'phx_reply', payload]);
          assert.deepEqual(scanned(text), { ref: own, status: how, response: JSON.stringify(value) });
          assert.ok(assertAgrees(text));
        },
      ),
    );
  });
});

suite('what is left to the parser', () => {
  const body = '{"status":"ok","response":{}}';
  const texts = {
    'a push': '["3",null,"t","phx_reply",{"status":"ok","response":{}}]',
    'a broadcast': '[null,null,"t","e",{"status":"ok","response":{}}]',
    'an integer ref': `["3",7,"t","phx_reply",${body}]`,
    'a ref that begins with 0': `["3","07","t","phx_reply",${body}]`,
    'a ref too long to be exact': `["3","9007199254740993","t","phx_reply",${body}]`,
    'an empty ref': `["3","","t","phx_reply",${body}]`,
    'another status': '["3","7","t","phx_reply",{"status":"pending","response":{}}]',
    'a status that begins alike': '["3","7","t","phx_reply",{"status":"okay","response":{}}]',
    'a third key': '["3","7","t","phx_reply",{"status":"ok","response":{},"status":"error"}]',
    'a key twice': '["3","7","t","phx_reply",{"status":"ok","status":"error"}]',
    'a sixth element': `["3","7","t","phx_reply",${body},1]`,
    spaces: `[ "3", "7", "t", "phx_reply", ${body} ]`,
    'an escape in the event': `["3","7","t","phx\\u005freply",${body}]`,
    'a response without end': '["3","7","t","phx_reply",{"status":"ok","response":{"a":1}]',
    'no response': '["3","7","t","phx_reply",{"status":"ok"}]',
    'a bad number': '["3","7","t","phx_reply",{"status":"ok","response":01}]',
    'a bad escape': '["3","7","t","phx_reply",{"status":"ok","response":"\\x"}]',
    'a line break in a string': '["3","7","t","phx_reply",{"status":"ok","response":"\n"}]',
    'more behind it': `["3","7","t","phx_reply",${body}]]`,
    'a response deeper than any': `["3","7","t","phx_reply",{"status":"ok","response":${'['.repeat(9e4)}${']'.repeat(9e4)}}]`,
  };
  for (const [what, text] of Object.entries(texts)) {
    test(what, () => assert.equal(scanned(text), null));
  }
});

test('on any bytes at all it answers nothing that the parser does not say', () => {
  const good =
    '["3","12","room:a","phx_reply",{"status":"ok","response":{"a":[1,-2.5e3,true,null,"\\n\\u00e9"],"b":{}}}]';
  const pieces = [
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '0',
    '9',
    '-',
    '.',
    'e',
    'null',
    'true',
    '\\u12',
    ' ',
    '\u0001',
    'ok',
  ];
  let answered = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(good.length), fc.nat(3), fc.constantFrom('', ...pieces)), { maxLength: 3 }),
      (edits) => {
        let text = good;
        for (const [at, cut, put] of edits) text = text.slice(0, at) + put + text.slice(at + cut);
        if (assertAgrees(text)) answered += 1;
      },
    ),
    { numRuns: 5_000 },
  );
  assert.ok(answered > 500, `${answered}`);
  // Cut off anywhere it is no reply.
  for (let to = 0; to < good.length; to++) assert.equal(scanned(good.slice(0, to)), null);
});
