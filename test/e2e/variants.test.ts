// A scenario with a trouble and its remedy: both run, and at the end it says what it found.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, suite, test } from 'node:test';
import { EXIT, worstExit, type ExitCode } from '../../harness/base/errors.ts';
import type { FindingRecord } from '../../harness/record/write-finding.ts';
import { cleanUp, firedrill, GUARD, newFolder, readSummary, run, scenarioFile } from './program.ts';

/** Two variants that answer otherwise; the second one's threshold does not hold. */
const drill = (hold = '300ms'): string => `
import { scenario } from 'firedrill';
export default scenario({
  about: 'two ways to answer',
  load: { clients: 4, ramp: 0, hold: '${hold}' },
  small: { clients: 2 },
  server: { nodes: 1 },
  metrics: { answered: 'counter' },
  variants: {
    zeta: { about: 'with a ping', async client(user) {
      const room = await user.join('room:1');
      if ((await room.push('ping', { a: 1 })).status === 'ok') user.count('answered');
    } },
    alpha: { about: 'with an error', thresholds: { answered: ['count==0', 'count>99'] }, async client(user) {
      const room = await user.join('room:1');
      await room.push('status', { status: 'error' });
    } },
  },
  finding: ({ alpha, zeta }) => zeta.text('answered', 'count') + ' against ' + alpha.text('answered', 'count') + ', ' + alpha.verdict,
});
`;

/** One run, and what it says of itself. */
const plain = (finding: string): string => `
import { scenario } from 'firedrill';
export default scenario({
  about: 'one run',
  load: { clients: 3, ramp: 0, hold: '300ms' },
  async client(user) { await user.join('room:1'); },
  ${finding},
});
`;

function readFinding(folder: string): FindingRecord {
  return JSON.parse(readFileSync(join(folder, 'finding.json'), 'utf8')) as FindingRecord;
}

suite('variants', { ...GUARD, concurrency: 2 }, () => {
  after(cleanUp);

  test('run in the order written, each in its folder, and end with what was found', async () => {
    const folder = join(newFolder(), 'out');
    const { code, stdout, stderr } = await run('run', scenarioFile(drill()), '--out', folder);
    // On a machine so busy that the driver was late a run is inconclusive, whatever it measured.
    const [zeta, alpha] = [readSummary(join(folder, 'zeta')), readSummary(join(folder, 'alpha'))];
    assert.equal(zeta.exitCode, zeta.generator.saturated ? EXIT.inconclusive : EXIT.pass, stderr);
    assert.equal(alpha.exitCode, alpha.generator.saturated ? EXIT.inconclusive : EXIT.thresholds, stderr);
    assert.equal(code, worstExit([zeta.exitCode, alpha.exitCode] as ExitCode[]));
    const told = stdout.split('\n').filter((line) => /^(?:verdict|variant|finding|exit_code)=/.test(line));
    const found = `4 against 0, ${alpha.verdict.status}`;
    assert.deepEqual(told, [
      `verdict=${zeta.verdict.status}`,
      `exit_code=${zeta.exitCode}`,
      'variant=zeta',
      `verdict=${alpha.verdict.status}`,
      `exit_code=${alpha.exitCode}`,
      'variant=alpha',
      `finding=${found}`,
    ]);
    assert.match(stderr, /^zeta, 1 of 2: with a ping$/m);
    assert.deepEqual(readdirSync(folder).toSorted(), ['alpha', 'finding.json', 'zeta']);
    for (const name of ['alpha', 'zeta']) {
      const { variant, finding, about, scenario, command } = readSummary(join(folder, name));
      assert.deepEqual([scenario, variant, finding], ['small', name, found]);
      assert.match(about, new RegExp(`^two ways to answer; ${name}: with an? `));
      assert.match(command, new RegExp(` --variant ${name}$`));
      const report = readFileSync(join(folder, name, 'report.html'), 'utf8');
      assert.ok(report.includes(`small ${name}`) && report.includes(`Finding: ${found}`));
    }
    const { at, command, ...finding } = readFinding(folder);
    assert.match(at, /^20\d\d-/);
    assert.match(command, /^firedrill run \S+small\.ts --out /);
    assert.deepEqual(finding, {
      scenario: 'small',
      finding: found,
      why: null,
      variants: [
        { name: 'zeta', dir: 'zeta', verdict: zeta.verdict.status, exitCode: zeta.exitCode },
        { name: 'alpha', dir: 'alpha', verdict: alpha.verdict.status, exitCode: alpha.exitCode },
      ],
    });
  });

  test('one that is picked runs alone, at its small size, and the finding says what it lacks', async () => {
    const folder = join(newFolder(), 'out');
    const picked = ['--variant', 'zeta', '--small', '--json', '--quiet'];
    const { code, stdout, stderr } = await run('run', scenarioFile(drill()), '--out', folder, ...picked);
    const { exitCode } = readSummary(join(folder, 'zeta'));
    assert.equal(code, exitCode);
    assert.equal(stderr, 'no finding: it needs every variant, and alpha did not run\n');
    const document = JSON.parse(stdout) as Record<string, unknown> & {
      summaries: { variant: string; clients: { planned: number }; dir: string; report: string }[];
    };
    assert.deepEqual(
      [document['schema'], document['scenario'], document['finding'], document['exitCode'], document['dir']],
      ['firedrill/finding/1', 'small', null, exitCode, folder],
    );
    assert.match(String(document['why']), /alpha did not run/);
    const [only, ...rest] = document.summaries;
    assert.deepEqual([only?.variant, only?.clients.planned, rest.length], ['zeta', 2, 0]);
    assert.equal(basename(only?.dir ?? ''), 'zeta');
    assert.ok(existsSync(only?.report ?? ''));
    assert.deepEqual(readdirSync(folder).toSorted(), ['finding.json', 'zeta']);
    assert.equal(readFinding(folder).finding, null);
  });

  test('Ctrl-C ends the one that runs and starts no other', async () => {
    const folder = join(newFolder(), 'out');
    const program = firedrill('run', scenarioFile(drill('60s')), '--out', folder);
    await program.line(/clients 4 of 4/);
    program.child.kill('SIGINT');
    const { code, stderr, stdout } = await program.ended;
    assert.equal(code, 105, stderr);
    assert.match(stderr, /^no finding: it needs every variant, and alpha did not run$/m);
    assert.doesNotMatch(stdout, /variant=alpha|^finding=/m);
    assert.deepEqual(readdirSync(folder).toSorted(), ['finding.json', 'zeta']);
  });

  test('one there is not is refused with its neighbours before anything runs', async () => {
    const file = scenarioFile(drill());
    const folder = join(newFolder(), 'out');
    const ended = await run('run', file, '--variant', 'zetta', '--out', folder);
    assert.deepEqual([ended.code, ended.stdout, existsSync(folder)], [104, '', false]);
    assert.match(
      ended.stderr,
      /unknown-variant {2}--variant\n.*'zetta'\n.*zeta, alpha\n.*did you mean zeta\?/,
    );
    const dry = await run('run', file, '--dry-run', '--out', folder);
    assert.deepEqual([dry.code, dry.stderr, existsSync(folder)], [0, '', false]);
    assert.match(
      dry.stdout,
      /^ok {2}\S+small\.ts zeta {2}4 clients .*\nok {2}\S+small\.ts alpha {2}4 clients /,
    );
  });

  test('a finding of one run is told in its summary and beside it', async () => {
    const folder = join(newFolder(), 'run');
    const file = scenarioFile(plain("finding: ({ run }) => run.text('join_duration', 'count') + ' joins'"));
    const { code, stdout, stderr } = await run('run', file, '--out', folder);
    const { exitCode, finding, variant, verdict } = readSummary(folder);
    assert.equal(code, exitCode, stderr);
    assert.match(stdout, /^finding=3 joins$/m);
    assert.deepEqual([finding, variant], ['3 joins', null]);
    assert.deepEqual(readFinding(folder).variants, [
      { name: 'run', dir: '.', verdict: verdict.status, exitCode },
    ]);
    assert.match(readFileSync(join(folder, 'report.html'), 'utf8'), /Finding: 3 joins/);
  });

  test('a finding that throws gives 107 with its place, and the run all the same', async () => {
    const folder = join(newFolder(), 'run');
    const file = scenarioFile(plain("finding: ({ run }) => run.text('joins', 'count')"));
    const { code, stdout, stderr } = await run('run', file, '--out', folder, '--quiet');
    assert.equal(code, 107, stderr);
    assert.match(stderr, /unknown-metric {2}\S+small\.ts:7:\d+ figure\('joins', 'count'\)/);
    assert.doesNotMatch(stderr, /^\s+at /m);
    assert.match(stdout, /^verdict=/m);
    assert.equal(readSummary(folder).finding, null);
    assert.equal(readFinding(folder).why, 'it threw');
  });
});
