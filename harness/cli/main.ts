/** The command line: parse, call, print, exit code. */
import type { Argv } from 'yargs';
import { describeProblem, EXIT, FiredrillError, toFiredrillError } from '../base/errors.ts';
import { nearHint } from '../base/neighbours.ts';
import { dismissEarly, hireEarly } from '../run/first-worker.ts';
import { COMMANDS, nameOf, type Command, type Shape } from './commands.ts';
import type { Typed } from './flags.ts';
import { listenEarly } from './signals.ts';
import { readVersion } from './version.ts';

const args = process.argv.slice(2);

async function main(): Promise<number> {
  const word = args.find((arg) => !arg.startsWith('-'));
  // Its flags are the server's own, and so is its help.
  if (word === 'serve' && !args.includes('--version')) {
    const { serveCommand } = await import('./serve-command.ts');
    return serveCommand(args.toSpliced(args.indexOf('serve'), 1));
  }
  const asked = COMMANDS.find((command) => nameOf(command) === word);
  const asksHelp = args.some((arg) => ['--help', '--version'].includes(arg));
  if (!asked && !asksHelp) throw unknownCommand(word);

  // What runs needs a worker, which takes as long to load as we do: it begins first.
  if (RUNS.includes(word ?? '') && !args.some((arg) => RUNS_NOTHING.includes(arg))) {
    listenEarly();
    hireEarly();
  }
  const { default: yargs } = await import('yargs');
  let code: number = EXIT.pass;
  const parser = yargs(args)
    .scriptName('firedrill')
    .version(readVersion())
    .usage('$0 <command>\n\nLoad tests and chaos drills for Phoenix Channels.')
    .parserConfiguration({ 'duplicate-arguments-array': true, 'boolean-negation': false })
    .wrap(Math.min(110, process.stdout.columns || 100))
    .help()
    .exitProcess(false)
    .fail((message, error) => {
      if (error) throw error;
      throw new FiredrillError(EXIT.invalid, [{ code: 'bad-flag', path: 'firedrill', got: message }]);
    });
  const shape = asked && !args.includes('--version') ? await asked.shape() : undefined;
  for (const command of COMMANDS) {
    if (command !== asked || !shape) {
      parser.command(command.usage, command.about);
      continue;
    }
    describe(parser, command, shape, (exitCode) => {
      code = exitCode;
    });
  }
  await parser.parseAsync();
  return code;
}

/** Commands that start workers, and flags with which they do not. */
const RUNS = ['run', 'quick', 'drill'];
const RUNS_NOTHING = ['--help', '--version', '--dry-run', '--eject'];

/** The one command that was asked for, with its flags and help. */
function describe(parser: Argv, command: Command, shape: Shape, ended: (exitCode: number) => void): void {
  parser.command(
    command.usage,
    command.about,
    (builder) => {
      if (shape.positional) builder.positional(...shape.positional);
      builder.options(shape.flags);
      for (const [example, about] of shape.examples) builder.example(`$0 ${example}`, about);
      return shape.epilogue === undefined ? builder : builder.epilogue(shape.epilogue);
    },
    async (typed) => ended(await shape.run(typed as Typed)),
  );
}

function unknownCommand(word: string | undefined): FiredrillError {
  const names = COMMANDS.map(nameOf);
  return new FiredrillError(EXIT.invalid, [
    {
      code: 'unknown-command',
      path: 'firedrill',
      got: word === undefined ? 'no command' : `'${word}'`,
      wanted: names.join(', '),
      ...(word === undefined ? { hint: 'firedrill --help' } : nearHint(word, names)),
    },
  ]);
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
} finally {
  dismissEarly();
}
