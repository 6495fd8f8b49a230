/** The command line: parse, call, print, exit code. */
import yargs from 'yargs';
import { describeProblem, EXIT, FiredrillError } from '../base/errors.ts';
import { suggest } from '../base/neighbours.ts';
import { readRun } from '../record/read-run.ts';
import { toFiredrillError } from '../run/run.ts';
import { CONFORM_FLAGS, conformCommand } from './conform-command.ts';
import { FlagReader } from './flags.ts';
import { OBSERVE_FLAGS, observeCommand } from './observe-command.ts';
import { writeReport } from './report-files.ts';
import { RUN_FLAGS, runCommand } from './run-command.ts';
import { serveCommand } from './serve-command.ts';
import { readVersion } from './version.ts';

const COMMANDS = ['run', 'serve', 'observe', 'conform', 'report'];
const args = process.argv.slice(2);

async function main(): Promise<number> {
  let code: number = EXIT.pass;
  const parser = yargs(args)
    .scriptName('firedrill')
    .version(readVersion())
    .usage('$0 <command>\n\nLoad tests and chaos drills for Phoenix Channels.')
    .command(
      'run [scenario..]',
      'run scenarios against a target, record, report, judge',
      (command) =>
        command
          .positional('scenario', { type: 'string', array: true, describe: 'scenario files' })
          .options(RUN_FLAGS)
          .example('$0 run scenarios/flagship.ts --clients 1000 --duration 30s', '')
          .epilogue(
            'Exit codes: 0 pass · 99 a threshold failed · 104 bad flags or scenario · 105 stopped by a signal · ' +
              '107 the scenario threw · 113 inconclusive · 114 target unreachable · 115 a fault could not be lifted',
          ),
      async (typed) => {
        code = await runCommand(typed.scenario ?? [], typed);
      },
    )
    .command('serve', "the bundled server alone, or an application of one's own on it", () => {})
    .command(
      'observe <url>',
      'live view of a server: mailboxes, processes, tables, memory',
      (command) =>
        command
          .positional('url', {
            type: 'string',
            demandOption: true,
            describe: 'control port: http://127.0.0.1:4001',
          })
          .options(OBSERVE_FLAGS)
          .example('$0 observe http://127.0.0.1:4001', 'the keys are told by h')
          .example('$0 observe http://127.0.0.1:4001 --json --process 0.7', '')
          .epilogue(
            'Exit codes: 0 left · 104 bad flags · 105 stopped by a signal · 114 the control port does not answer',
          ),
      async (typed) => {
        code = await observeCommand(typed.url, typed);
      },
    )
    .command(
      'conform [url]',
      'hold a server against the cases of phoenix-semantics 10',
      (command) =>
        command
          .positional('url', {
            type: 'string',
            describe: 'a running server; without it the bundled one, in both profiles',
          })
          .options(CONFORM_FLAGS)
          .example('$0 conform --only 16,20-31', '')
          .example('$0 conform ws://127.0.0.1:4000/socket --control http://127.0.0.1:4001', '')
          .epilogue('Exit codes: 0 no case failed · 99 one did · 104 bad flags · 114 target unreachable'),
      async (typed) => {
        code = await conformCommand(typed.url, typed);
      },
    )
    .command(
      'report <run>',
      'render a recorded run again',
      (command) =>
        command.positional('run', { type: 'string', demandOption: true, describe: 'folder of the run' }),
      (typed) => {
        const flags = new FlagReader(typed);
        flags.refuseUnknown(['run', 'debug']);
        flags.done();
        process.stdout.write(`report=${writeReport(readRun(typed.run), typed.run)}\n`);
      },
    )
    .parserConfiguration({ 'duplicate-arguments-array': true, 'boolean-negation': false })
    .wrap(Math.min(110, process.stdout.columns || 100))
    .help()
    .exitProcess(false)
    .fail((message, error) => {
      if (error) throw error;
      throw new FiredrillError(EXIT.invalid, [{ code: 'bad-flag', path: 'firedrill', got: message }]);
    });

  const command = args.find((arg) => !arg.startsWith('-'));
  // Its flags are the server's own, and so is its help.
  if (command === 'serve' && !args.includes('--version')) {
    return serveCommand(args.toSpliced(args.indexOf('serve'), 1));
  }
  const asksHelp = args.some((arg) => ['--help', '--version'].includes(arg));
  if (!asksHelp && (command === undefined || !COMMANDS.includes(command))) {
    throw new FiredrillError(EXIT.invalid, [
      {
        code: 'unknown-command',
        path: 'firedrill',
        got: command === undefined ? 'no command' : `'${command}'`,
        wanted: COMMANDS.join(', '),
        hint: command === undefined ? 'firedrill --help' : suggest(command, COMMANDS),
      },
    ]);
  }
  await parser.parseAsync();
  return code;
}

// `firedrill run … | head`: whoever stops listening must not cost the run its report.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

try {
  process.exitCode = await main();
} catch (thrown) {
  const error = toFiredrillError(thrown);
  for (const problem of error.problems) process.stderr.write(`${describeProblem(problem)}\n`);
  if (args.includes('--debug') || error.exitCode === EXIT.bug) {
    const cause = error.cause instanceof Error ? error.cause : error;
    process.stderr.write(`${cause.stack ?? ''}\n`);
  }
  process.exitCode = error.exitCode;
}
