import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findProgram, runCommand } from './net-lab-command.ts';

const NODE = process.execPath;

test('hands on what a program writes, and to it what it reads', async () => {
  const echo = 'process.stdin.pipe(process.stdout)';
  assert.equal(await runCommand(NODE, ['-e', echo], { input: 'a\nb' }), 'a\nb');
});

test('an argument is never a command', async () => {
  const show = 'process.stdout.write(process.argv.slice(1).join())';
  assert.equal(await runCommand(NODE, ['-e', show, '$(id)', '; id', '`id`']), '$(id),; id,`id`');
});

test('a failure says what was run and what it complained of', async () => {
  const complain = 'process.stderr.write("no such link\\n"); process.exitCode = 2';
  await assert.rejects(runCommand(NODE, ['-e', complain, 'x']), (error) => {
    assert.ok(error instanceof Error);
    assert.match(error.message, / x: no such link$/);
    return true;
  });
  await assert.rejects(runCommand(NODE, ['-e', 'process.exit(3)']), /: 3$/);
  await assert.rejects(runCommand('firedrill-no-such-program', []), /firedrill-no-such-program: ENOENT/);
});

test('who does not end is ended', async () => {
  const forever = 'setInterval(() => {}, 1e6)';
  await assert.rejects(runCommand(NODE, ['-e', forever], { deadlineMs: 300 }), /: no answer in 0\.3 s$/);
});

test('finds programs where an administrator has them, and nothing where there is none', () => {
  assert.match(findProgram('sh') ?? '', /^\/.*\/sh$/);
  assert.equal(findProgram('firedrill-no-such-program'), null);
});
