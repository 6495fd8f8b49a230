/** One scenario of the library as its user runs it: the program, its JSON, how long it took. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { realClock } from '../../harness/base/clock.ts';
import type { Summary } from '../../harness/record/run-record.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/firedrill.js', import.meta.url));
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export type Ran = {
  exitCode: number;
  seconds: number;
  finding: string | null;
  /** One for each variant that ran. */
  summaries: readonly Summary[];
  /** What it said of errors. */
  stderr: string;
};

type Document = Summary | { schema: 'firedrill/finding/1'; summaries: Summary[]; finding: string | null };

/** Runs it with these flags beside `--json`; its records go to the folder. */
export async function runScenarioFile(name: string, out: string, flags: readonly string[]): Promise<Ran> {
  const beganUs = realClock.nowUs();
  const args = ['run', `scenarios/${name}.ts`, '--json', '--quiet', '--out', out, ...flags];
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (part: string) => (text[stream] += part));
  }
  const exitCode = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  const seconds = (realClock.nowUs() - beganUs) / 1e6;
  const document = parse(text.stdout);
  const summaries = document === null ? [] : 'summaries' in document ? document.summaries : [document];
  return { exitCode, seconds, finding: document?.finding ?? null, summaries, stderr: text.stderr };
}

function parse(text: string): Document | null {
  return text.trim() === '' ? null : (JSON.parse(text) as Document);
}
