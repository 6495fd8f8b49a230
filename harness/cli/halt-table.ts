/** What became of a run that was halted: in lines, as a document, as an exit code. */
import { formatMs } from '../base/units.ts';
import { EXIT, type ExitCode } from '../base/errors.ts';
import { visibleLine } from '../../reports/render/visible-text.ts';
import type { Halted } from '../run/halt-call.ts';
import type { RunCard } from '../run/halt-words.ts';

/** A run on one line. */
export function describeRun({ scenario, pid, dir, target, startedAt }: RunCard): string {
  const text = (value: string): string => visibleLine(value, 300);
  return `run=${text(scenario)} pid=${pid} dir=${text(dir)} target=${text(target)} started=${text(startedAt)}`;
}

/** `halted=… dir=… exit=108 faults=lifted`, and a line more for each fault that may still be on. */
export function wordsOf(card: RunCard, halted: Halted, timeoutMs: number): string[] {
  const scenario = visibleLine(card.scenario, 300);
  const dir = `dir=${visibleLine(card.dir, 300)}`;
  switch (halted.how) {
    case 'ended': {
      const { exitCode, isCutShort, notLifted, left } = halted.end;
      const head = `${isCutShort ? 'halted' : 'ended'}=${scenario} ${dir} exit=${exitCode}`;
      return [
        `${head} faults=${faultsOf(halted)}`,
        ...notLifted.map(
          ({ name, byHand }) => `still_on=${visibleLine(name, 100)} by_hand=${visibleLine(byHand, 500)}`,
        ),
        ...left.map((name) => `left_on=${visibleLine(name, 100)}`),
      ];
    }
    case 'over':
      return [`ended=${scenario} ${dir} (before it was asked)`];
    case 'gone': {
      const why = `it ended without a word; ${wereOn(halted)}`;
      return [`gone=${scenario} ${dir} faults=${faultsOf(halted)} (${why})`];
    }
    case 'silent': {
      const waited = `it had not ended after ${formatMs(timeoutMs)}`;
      const force = `kill -INT ${card.pid} ends it as Ctrl-C does, twice at once`;
      return [
        `silent=${scenario} ${dir} faults=${faultsOf(halted)} (${waited}; ${wereOn(halted)}; ${force})`,
      ];
    }
  }
}

/** The same for programs. */
export function toDocument(card: RunCard, halted: Halted): object {
  const faults = faultsOf(halted);
  if (halted.how !== 'ended') return { ...card, outcome: halted.how, faults, faultsOn: halted.on };
  const { exitCode, isCutShort, notLifted, left } = halted.end;
  const outcome = isCutShort ? 'halted' : 'ended';
  return { ...card, outcome, exitCode, faults, faultsOn: halted.on, notLifted, left };
}

/** 115 while some fault may be on, 113 when nobody can tell how the run ended. */
export function exitOf(halted: Halted): ExitCode {
  if (faultsOf(halted) === 'not_lifted' || faultsOf(halted) === 'unknown') return EXIT.notLifted;
  return halted.how === 'ended' || halted.how === 'over' ? EXIT.pass : EXIT.inconclusive;
}

function wereOn({ on }: Halted): string {
  if (on === null) return 'which faults are on is not known';
  const names = on.map((name) => visibleLine(name, 100));
  return names.length === 0 ? 'no fault was on' : `may still be on: ${names.join(', ')}`;
}

function faultsOf(halted: Halted): 'lifted' | 'left' | 'not_lifted' | 'unknown' | 'none_on' {
  if (halted.how === 'over') return 'none_on';
  if (halted.how !== 'ended') return halted.on?.length === 0 ? 'none_on' : 'unknown';
  const { notLifted, left, exitCode } = halted.end;
  if (notLifted.length > 0 || exitCode === EXIT.notLifted) return 'not_lifted';
  return left.length === 0 ? 'lifted' : 'left';
}
