import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FiredrillError } from '../base/errors.ts';
import { drillCommand } from './drill-command.ts';
import { readDrill } from './drill-flags.ts';
import { FlagReader, type Typed } from './flags.ts';

const folder = mkdtempSync(join(tmpdir(), 'firedrill-drill-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, fields: string): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    `import { fault, scenario } from 'firedrill';
    export default scenario({
      about: 'pings',
      load: { clients: 100, ramp: '5s', hold: '40s', rate: 20 },
      small: { clients: 10 },
      client() { throw new Error('a client was run'); },
      faults: [fault.intercept({ event: 'shout' }).at('15s').for('5s')],
      ${fields}
    });`,
  );
  return path;
}

const good = write('good.ts', "drill: { steadyState: { push_duration: ['p(95)<250'] } },");
const bare = write('bare.ts', '');

async function dryRun(files: string[], typed: Typed): Promise<{ code: number; text: string }> {
  let text = '';
  const code = await drillCommand(files, { ...typed, 'dry-run': true }, (printed) => {
    text += printed;
  });
  return { code, text };
}

async function refused(files: string[], typed: Typed): Promise<readonly { path: string; hint?: string }[]> {
  try {
    await drillCommand(files, typed, () => assert.fail('nothing is to be told'));
  } catch (error) {
    assert.ok(error instanceof FiredrillError);
    assert.equal(error.exitCode, 104);
    return error.problems;
  }
  return assert.fail('should be refused');
}

test('--dry-run tells the drill in words and runs nothing', async () => {
  const { code, text } = await dryRun([good], { check: 'continuously', small: true });
  assert.equal(code, 0);
  assert.match(text, /^drill good: pings$/m);
  assert.match(text, /^ {2}load {8}10 clients/m);
  assert.match(text, /each second from 0:15 to 0:45/);
});

test('with --json it is one document', async () => {
  const { text } = await dryRun([good], { json: true, hypothesis: 'push_timeouts=rate<0.01' });
  const { schema, valid, drills } = JSON.parse(text) as {
    schema: string;
    valid: boolean;
    drills: { drill: { scenario: string; hypothesis: { metric: string }[] } }[];
  };
  assert.deepEqual([schema, valid, drills.length], ['firedrill/drill-plan/1', true, 1]);
  assert.deepEqual(
    drills[0]?.drill.hypothesis.map(({ metric }) => metric),
    ['push_duration', 'push_timeouts'],
  );
});

test('what cannot be drilled is told, and the others are told all the same', async () => {
  const { code, text } = await dryRun([bare, good], { json: true });
  assert.equal(code, 104);
  const { valid, drills } = JSON.parse(text) as {
    valid: boolean;
    drills: { drill: object | null; problems: { code: string }[] }[];
  };
  assert.deepEqual(
    [valid, drills.map(({ problems, drill }) => [problems.map((one) => one.code), drill !== null])],
    [
      false,
      [
        [['no-hypothesis'], false],
        [[], true],
      ],
    ],
  );
  const plain = await dryRun([bare, good], {});
  assert.match(plain.text, /^-- .*bare\.ts {2}cannot be drilled\n {4}no-hypothesis[^]*^drill good: pings$/m);
});

test('nothing is run where one of several cannot be drilled', async () => {
  const [problem] = await refused([good, bare], {});
  assert.equal(problem?.path, 'drill.steadyState');
});

test('every wrong flag is told at once, words with their neighbours', async () => {
  const problems = await refused([], {
    check: 'continuous',
    rollback: 'nevr',
    window: '10ms',
    hypothesis: 'fast',
  });
  assert.deepEqual(
    problems.map(({ path }) => path),
    ['--check', '--rollback', '--window', '--hypothesis', 'firedrill drill'],
  );
  assert.deepEqual(
    problems.slice(0, 2).map(({ hint }) => hint),
    ['did you mean continuously?', 'did you mean never?'],
  );
});

test('a word that is near none is told with the list alone', async () => {
  const [problem] = await refused([good], { rollback: 'zzzzzzzz' });
  assert.deepEqual(problem, {
    code: 'bad-flag',
    path: '--rollback',
    got: "'zzzzzzzz'",
    wanted: 'always, deviated, never',
  });
});

test('an unknown flag is told with the one that was meant', async () => {
  const [problem] = await refused([good], { hypotesis: 'push_duration=p(95)<5' });
  assert.match(problem?.hint ?? '', /--hypothesis/);
});

test('words of two are typed with dashes or spaces', () => {
  const read = (check: string) => readDrill(new FlagReader({ check })).check;
  assert.equal(read('before-and-after'), 'before and after');
  assert.equal(read('before and after'), 'before and after');
});

test('what was not typed is left to the scenario', () => {
  assert.deepEqual(readDrill(new FlagReader({})), { hypothesis: {} });
  const typed = { window: '5s', rollback: 'never', hypothesis: ['drops=count==0', 'drops=rate<1'] };
  assert.deepEqual(readDrill(new FlagReader(typed)), {
    hypothesis: { drops: ['count==0', 'rate<1'] },
    rollback: 'never',
    windowMs: 5_000,
  });
});
