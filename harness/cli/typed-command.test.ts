import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandOfVariant, typedCommand } from './typed-command.ts';

test('repeats what was typed, quoted for a shell', () => {
  const args = ['run', 'my scenario.ts', '--threshold', 'push_duration=p(99)<250', '--out', "it's"];
  assert.equal(
    typedCommand(args),
    `firedrill run 'my scenario.ts' --threshold 'push_duration=p(99)<250' --out 'it'\\''s'`,
  );
});

test('keeps the names and drops the values of what may be secret', () => {
  const args = [
    '-e',
    'KEY=hush',
    '-eKEY=hush',
    '--env=KEY=hush',
    '--param',
    'token=hush',
    '--param=token=hush',
  ];
  assert.equal(
    typedCommand(args),
    "firedrill -e 'KEY=…' '-eKEY=…' '--env=KEY=…' --param 'token=…' '--param=token=…'",
  );
  assert.equal(
    typedCommand(['--header', 'Authorization: Bearer hush', '--header=x-key:hush']),
    "firedrill --header 'Authorization: …' '--header=x-key:…'",
  );
});

test('a token leaves nothing behind, however it is typed', () => {
  const spellings = [
    ['--auth-token', 'hush'],
    ['--auth-token=hush'],
    ['--authToken', 'hush'],
    ['--authToken=hush'],
    ['--param', 'hush'],
    ['--header', 'hush'],
    ['--target', 'ws://me:hush@localhost/socket?apikey=hush&b=hush#hush'],
    ['--target=wss://localhost/socket?hush'],
    ['wss://localhost/socket?token=hush&vsn=1.0.0'],
    ['--target', 'WSS://localhost/?a[b]=hush'],
  ];
  for (const args of spellings) assert.doesNotMatch(typedCommand(args), /hush/, args.join(' '));
  assert.match(typedCommand(['ws://h/s?apikey=hush&vsn=1.0.0']), /ws:\/\/h\/s\?apikey=…&vsn=1\.0\.0/);
});

test('asks for one variant, whichever were asked for', () => {
  const args = ['run', 'a.ts', '--variant', 'one', '--seed', '3', '--variant=two', '--param', 'token=hush'];
  assert.equal(commandOfVariant(args, 'two'), "firedrill run a.ts --seed 3 --param 'token=…' --variant two");
});
