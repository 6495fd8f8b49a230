/** Says on stderr, however quiet a run is to be, which faults may still be on and how they are taken off. */
import { visibleLine } from '../../reports/render/visible-text.ts';
import type { Summary } from '../record/run-record.ts';

export function tellUndo({ faults }: Pick<Summary, 'faults'>, write: (text: string) => void): void {
  for (const { name, undo } of faults) {
    if (!undo) continue;
    const line = (text: string): string => visibleLine(text, 500);
    write(`STILL ON  ${line(name)} could not be lifted\n`);
    write(`  what    ${line(undo.stillActive)}\n`);
    write(`  ends    ${line(undo.endsBy ?? 'not by itself')}\n`);
    write(`  type    ${line(undo.byHand)}\n`);
  }
}
