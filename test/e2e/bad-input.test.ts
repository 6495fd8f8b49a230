// A user gets something wrong, and is told what, where, and how to mend it.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { cleanUp, GUARD, newFolder, readSummary, run, scenarioFile, type Ended } from './program.ts';

const FLAGSHIP = 'scenarios/flagship.ts';

/** Refused in words: the exit code, nothing on stdout, no stack. */
function refusedWith(ended: Ended, code: number, ...patterns: RegExp[]): void {
  assert.equal(ended.code, code, ended.stderr);
  assert.equal(ended.stdout, '');
  assert.doesNotMatch(ended.stderr, /^\s+at /m);
  for (const pattern of patterns) assert.match(ended.stderr, pattern);
}

suite('flags', GUARD, () => {
  after(cleanUp);

  test('all wrong ones are told at once, each with what was wanted', async () => {
    const flags = [
      '--clients',
      'many',
      '--duration',
      '-5s',
      '--rate',
      '0',
      '--seed',
      '1.5',
      '--wrokers',
      '2',
    ];
    const more = ['--threshold', 'push_duration', '-e', 'NOVALUE', '--control', 'http://127.0.0.1:1'];
    const ended = await run('run', FLAGSHIP, ...flags, ...more);
    refusedWith(ended, 104, /did you mean --workers/);
    for (const path of [
      '--clients',
      '--duration',
      '--rate',
      '--seed',
      '--wrokers',
      '--threshold',
      '-e',
      '--control',
    ]) {
      assert.match(ended.stderr, new RegExp(`^\\S+ {2}${path}$`, 'm'));
    }
  });

  test('an unknown command is told with its neighbour', async () => {
    refusedWith(await run('rnu', FLAGSHIP), 104, /unknown-command/, /did you mean run\?/);
    refusedWith(await run(), 104, /no command/, /--help/);
    const far = await run('zzzzzzzz');
    refusedWith(far, 104, /wanted {2}run, /);
    assert.doesNotMatch(far.stderr, /hint/);
  });

  test('a run without a scenario is told so', async () => {
    refusedWith(await run('run', '--clients', '5'), 104, /no-scenario/, /hint/);
  });

  test('a threshold of an unknown metric or no grammar is an error, not a silent pass', async () => {
    const unknown = await run('run', FLAGSHIP, '--threshold', 'push_durations=p(99)<5');
    refusedWith(unknown, 104, /push_durations/, /push_duration/);
    refusedWith(await run('run', FLAGSHIP, '--threshold', 'push_duration=fast'), 104, /fast/);
  });

  test('a duration that its ramp fills is told so', async () => {
    refusedWith(await run('run', FLAGSHIP, '--duration', '5s', '--ramp', '5s'), 104, /duration-too-short/);
  });

  test('the bundled server tells all its wrong flags too', async () => {
    refusedWith(
      await run('serve', '--port', 'x', '--nodes', '0', '--prot', '1'),
      104,
      /--port/,
      /--nodes/,
      /--prot/,
    );
  });

  test('help and version are no errors', async () => {
    const [help, version] = [await run('run', '--help'), await run('--version')];
    assert.deepEqual([help.code, version.code], [0, 0]);
    assert.match(help.stdout, /--clients/);
    assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  });

  test('a folder that holds something else is left as it is', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'thesis.txt'), 'ten years of work');
    const ended = await run('run', FLAGSHIP, '--clients', '5', '--out', folder);
    assert.equal(ended.code, 104, ended.stderr);
    assert.match(ended.stderr, /thesis\.txt/);
    assert.doesNotMatch(ended.stderr, /^\s+at /m);
    assert.deepEqual(readdirSync(folder), ['thesis.txt']);
  });

  test('a report of a folder without a run is refused in words', async () => {
    refusedWith(await run('report', newFolder()), 104, /summary\.json|run/);
  });
});

suite('scenario files', GUARD, () => {
  after(cleanUp);

  test('one that is not there', async () => {
    refusedWith(await run('run', 'scenarios/flagshp.ts'), 104, /no-such-file {2}scenarios\/flagshp\.ts/);
  });

  test('one that does not parse, with its line', async () => {
    const file = scenarioFile(
      "import { scenario } from 'firedrill';\n\nexport default scenario({ about: 'x', ;\n",
    );
    refusedWith(await run('run', file), 104, /syntax-error .*small\.ts:3/);
  });

  test('one without a default export', async () => {
    refusedWith(
      await run('run', scenarioFile('export const load = 1;\n')),
      104,
      /no-default-export/,
      /export default/,
    );
  });

  test('one that throws while it loads', async () => {
    const file = scenarioFile("throw new Error('not today');\nexport default {};\n");
    refusedWith(await run('run', file), 104, /scenario-threw .*small\.ts:1/, /not today/);
  });

  test('one with wrong fields: every one of them is told', async () => {
    const file = scenarioFile(`
import { fault, scenario } from 'firedrill';
export default scenario({
  about: 7,
  load: { clients: -1, ramp: 'soon', hold: '10s', rat: 5 },
  client: 'no function',
  faults: [fault.slowJoin({ delayMs: 400 }).at('1s'), { kind: 'earthquake' }],
  thresholds: { push_duration: ['p(99)<'], pushduration: ['avg<5'] },
} as never);
`);
    const ended = await run('run', file);
    refusedWith(ended, 104);
    const paths = [
      'about',
      'load.clients',
      'load.ramp',
      'load.rat',
      'client',
      'faults',
      'push_duration',
      'pushduration',
    ];
    for (const path of paths) assert.ok(ended.stderr.includes(path), `${path} in\n${ended.stderr}`);
  });

  test('a stack is shown to who asks for it', async () => {
    const file = scenarioFile("throw new Error('not today');\nexport default {};\n");
    const { code, stderr } = await run('run', file, '--debug');
    assert.equal(code, 104);
    assert.match(stderr, /^\s+at /m);
  });
});

suite('a scenario that throws', GUARD, () => {
  after(cleanUp);

  const throwing = (body: string): string => `
import { scenario } from 'firedrill';
export default scenario({
  about: 'throws in its client',
  load: { clients: 20, ramp: '200ms', hold: '60s' },
  async client(user) {
    const room = await user.join('room:a');
    ${body}
  },
});
`;

  for (const [what, body] of Object.entries({
    'in its client': "if (user.index === 7) throw new Error('seven is too many');",
    'in what it repeats': "await user.every('200ms', () => { throw new Error('seven is too many'); });",
  })) {
    test(`${what} ends the run with 107 and says so`, async () => {
      const folder = join(newFolder(), 'run');
      const { code, stdout, stderr } = await run('run', scenarioFile(throwing(body)), '--out', folder);
      assert.equal(code, 107, stderr);
      assert.match(stderr, /seven is too many/);
      assert.doesNotMatch(stderr, /^\s+at /m);
      const summary = readSummary(folder);
      assert.notEqual(summary.verdict.status, 'pass');
      assert.ok(summary.verdict.reasons.some((reason) => reason.includes('seven is too many')));
      assert.ok(existsSync(join(folder, 'report.html')));
      assert.match(stdout, /^exit_code=107$/m);
    });
  }
});

suite('thresholds', GUARD, () => {
  after(cleanUp);

  test('a missed one gives 99, and the reason names metric, value and limit', async () => {
    const folder = join(newFolder(), 'run');
    const file = scenarioFile(`
import { scenario } from 'firedrill';
export default scenario({
  about: 'a few pings',
  load: { clients: 20, ramp: '200ms', hold: '2800ms' },
  async client(user) {
    const room = await user.join('room:a');
    await user.every('250ms', () => room.push('ping'));
  },
});
`);
    const flags = ['--threshold', 'push_duration=p(50)<0.0001', '--threshold', 'push_duration=p(50)<60000'];
    const { code, stdout } = await run('run', file, '--out', folder, '--quiet', ...flags);
    const summary = readSummary(folder);
    assert.deepEqual(
      summary.thresholds.map(({ status }) => status),
      ['fail', 'pass'],
    );
    const med = (summary.metrics['push_duration'] as { med: number }).med;
    const reason = summary.verdict.reasons.find((one) => one.startsWith('push_duration p(50) was '));
    assert.match(reason ?? '', /^push_duration p\(50\) was [\d.,]+ [mµ]?s, limit 0\.1 µs$/);
    assert.equal(summary.thresholds[0]?.actual?.toFixed(3), med.toFixed(3));
    // On a machine so busy that the driver itself was late, nobody may blame the server.
    assert.equal(code, summary.generator.saturated ? 113 : 99, stdout);
    assert.equal(summary.verdict.status, summary.generator.saturated ? 'inconclusive' : 'fail');
    assert.match(stdout, /^threshold_1=fail push_duration/m);
  });
});
