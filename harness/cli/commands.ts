/**
 * What there is to type. Each command brings its module along only when it is
 * the one asked for: half of the way to a first arrival would go into the others.
 */
import type { Options, PositionalOptions } from 'yargs';
import type { Typed } from './flags.ts';

export type Shape = {
  positional?: readonly [name: string, options: PositionalOptions];
  flags: Readonly<Record<string, Options>>;
  examples: readonly (readonly [command: string, about: string])[];
  epilogue?: string;
  /** Resolves with the exit code. */
  run(typed: Typed): Promise<number>;
};

export type Command = {
  /** As yargs reads it: `run [scenario..]`. */
  usage: string;
  about: string;
  shape(): Promise<Shape>;
};

const SCENARIOS = ['scenario', { type: 'string', array: true, describe: 'scenario files' }] as const;
const url = (describe: string) => ['url', { type: 'string', describe }] as const;
const filesOf = (typed: Typed): string[] => (typed['scenario'] as string[] | undefined) ?? [];
const urlOf = (typed: Typed): string | undefined => typed['url'] as string | undefined;

export const COMMANDS: readonly Command[] = [
  {
    usage: 'run [scenario..]',
    about: 'run scenarios against a target, record, report, judge',
    async shape() {
      const { RUN_FLAGS, runCommand } = await import('./run-command.ts');
      return {
        positional: SCENARIOS,
        flags: RUN_FLAGS,
        examples: [
          ['run scenarios/flagship.ts --clients 1000 --duration 30s', ''],
          ['run scenarios/blocking-handler.ts --variant remedy --small', ''],
        ],
        epilogue:
          'Exit codes: 0 pass · 99 a threshold failed · 104 bad flags or scenario · 105 stopped by a signal · ' +
          '107 the scenario threw · 108 an abort condition or halt · 113 inconclusive · 114 target unreachable · 115 a fault could not be lifted',
        run: (typed) => runCommand(filesOf(typed), typed),
      };
    },
  },
  {
    usage: 'quick [url]',
    about: "load one's own application from flags alone: joins, pushes, deliveries",
    async shape() {
      const { QUICK_FLAGS } = await import('./quick-flags.ts');
      const { quickCommand } = await import('./quick-command.ts');
      const join = `quick ws://localhost:4000/socket --join 'room:{client % 100}'`;
      return {
        positional: url('of the socket: ws://localhost:4000/socket'),
        flags: QUICK_FLAGS,
        examples: [
          [`${join} --push 'new_msg {"body":"hi {seq}"}'`, ''],
          [`${join} --eject my-room.ts`, ''],
        ],
        epilogue: 'In a template {{ is a brace. Exit codes are those of run.',
        run: (typed) => quickCommand(urlOf(typed), typed),
      };
    },
  },
  {
    usage: 'drill [scenario..]',
    about: 'a chaos drill: is the steady state there before, during, after the faults',
    async shape() {
      const { DRILL_FLAGS, drillCommand } = await import('./drill-command.ts');
      return {
        positional: SCENARIOS,
        flags: DRILL_FLAGS,
        examples: [
          ['drill scenarios/flagship.ts --small', ''],
          [
            "drill my-room.ts --hypothesis 'push_duration=p(95)<250' --check continuously --rollback deviated",
            '',
          ],
          ['drill my-room.ts --dry-run', 'the drill in words'],
        ],
        epilogue:
          'Exit codes: 0 the steady state held · 112 it deviated · 113 it could not be told · the others are those of run',
        run: (typed) => drillCommand(filesOf(typed), typed),
      };
    },
  },
  {
    usage: 'serve',
    about: "the bundled server alone, or an application of one's own on it",
    // Its flags are the server's own, and so is its help; it never comes here.
    shape: () => Promise.reject(new Error('serve is not parsed by us')),
  },
  {
    usage: 'observe <url>',
    about: 'live view of a server: mailboxes, processes, tables, memory',
    async shape() {
      const { OBSERVE_FLAGS, observeCommand } = await import('./observe-command.ts');
      return {
        positional: url('control port: http://127.0.0.1:4001'),
        flags: OBSERVE_FLAGS,
        examples: [
          ['observe http://127.0.0.1:4001', 'the keys are told by h'],
          ['observe http://127.0.0.1:4001 --json --process 0.7', ''],
        ],
        epilogue:
          'Exit codes: 0 left · 104 bad flags · 105 stopped by a signal · 114 the control port does not answer',
        run: (typed) => observeCommand(urlOf(typed) ?? '', typed),
      };
    },
  },
  {
    usage: 'conform [url]',
    about: 'hold a server against the cases of phoenix-semantics 10',
    async shape() {
      const { CONFORM_FLAGS, conformCommand } = await import('./conform-command.ts');
      return {
        positional: url('a running server; without it the bundled one, in both profiles'),
        flags: CONFORM_FLAGS,
        examples: [
          ['conform --only 16,20-31', ''],
          ['conform ws://127.0.0.1:4000/socket --control http://127.0.0.1:4001', ''],
        ],
        epilogue: 'Exit codes: 0 no case failed · 99 one did · 104 bad flags · 114 target unreachable',
        run: (typed) => conformCommand(urlOf(typed), typed),
      };
    },
  },
  {
    usage: 'validate [scenario..]',
    about: 'every problem of scenarios, and what each would do; runs nothing',
    async shape() {
      const { VALIDATE_FLAGS, validateCommand } = await import('./validate-command.ts');
      return {
        positional: SCENARIOS,
        flags: VALIDATE_FLAGS,
        examples: [['validate scenarios/*.ts', '']],
        epilogue: 'Exit codes: 0 every file can be run · 104 one cannot, or bad flags',
        run: (typed) => validateCommand(filesOf(typed), typed),
      };
    },
  },
  {
    usage: 'halt [run]',
    about: 'end a run in progress from another terminal, and lift its faults',
    async shape() {
      const { HALT_FLAGS, haltCommand } = await import('./halt-command.ts');
      return {
        positional: [
          'run',
          { type: 'string', describe: 'its scenario, folder or process; with one run none' },
        ],
        flags: HALT_FLAGS,
        examples: [
          ['halt', 'the only run there is'],
          ['halt --list', ''],
        ],
        epilogue:
          'Exit codes: 0 it has ended, its faults are lifted · 104 bad flags, or which one is not clear · ' +
          '113 how it ended is not known, no fault was on · 114 no run in progress · 115 a fault may still be on',
        run: (typed) => haltCommand(typed['run'] as string | undefined, typed),
      };
    },
  },
  {
    usage: 'list',
    about: 'the scenarios of the library and of ./scenarios, each with the claim it measures',
    async shape() {
      const { LIST_FLAGS, listCommand } = await import('./list-command.ts');
      return {
        flags: LIST_FLAGS,
        examples: [['list --json', '']],
        epilogue: 'Exit codes: 0 every one can be run · 104 one cannot, or bad flags',
        run: (typed) => listCommand(typed),
      };
    },
  },
  {
    usage: 'doctor',
    about: 'what this machine can hold, what limits it, the command that lifts each limit',
    async shape() {
      const { DOCTOR_FLAGS, doctorCommand } = await import('./doctor-command.ts');
      return {
        flags: DOCTOR_FLAGS,
        examples: [['doctor --clients 250000', '']],
        epilogue: 'Exit codes: 0 so many clients fit · 104 bad flags · 114 they do not',
        run: (typed) => doctorCommand(typed),
      };
    },
  },
  {
    usage: 'calibrate',
    about: 'the ceiling of the driver on this machine, and its noise floor; kept for later runs',
    async shape() {
      const { CALIBRATE_FLAGS, calibrateCommand } = await import('./calibrate-command.ts');
      return {
        flags: CALIBRATE_FLAGS,
        examples: [],
        epilogue:
          'Exit codes: 0 measured · 104 bad flags, or nothing to show · 105 stopped by a signal · 113 nothing could be measured',
        run: (typed) => calibrateCommand(typed),
      };
    },
  },
  {
    usage: 'report <run>',
    about: 'render a recorded run again',
    async shape() {
      const { REPORT_FLAGS, reportCommand } = await import('./report-command.ts');
      return {
        positional: ['run', { type: 'string', describe: 'folder of the run' }],
        flags: REPORT_FLAGS,
        examples: [],
        run: (typed) => reportCommand(typed['run'] as string, typed),
      };
    },
  },
];

/** The word a command is typed by. */
export function nameOf(command: Command): string {
  return command.usage.split(' ')[0] ?? '';
}
