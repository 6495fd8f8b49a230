/** The bundled server as a scenario wants it, where the run is the one that starts it. */
import type { ServerSettings } from '../scenario/server-settings.ts';
import { serverFlags } from '../target/server-settings.ts';
import type { TargetChoice } from './open-target.ts';

export type ChosenTarget = {
  choice: TargetChoice;
  /** What the scenario wants and the target was not told; null when nothing is. */
  note: string | null;
};

/** The target with a scenario's `server`; typed `--nodes` win, and a server at a URL keeps its own settings. */
export function withServerSettings(choice: TargetChoice, settings: ServerSettings = {}): ChosenTarget {
  const names = Object.keys(settings);
  if (names.length === 0) return { choice, note: null };
  if (choice.kind === 'url') {
    const wanted = names.map((name) => `server.${name}`).join(', ');
    return { choice, note: `${wanted}: settings of the bundled server; the one at --target keeps its own` };
  }
  const nodes = choice.nodes ?? settings.nodes;
  const flags = [...(choice.flags ?? []), ...serverFlags(settings)];
  return { choice: { ...choice, ...(nodes === undefined ? {} : { nodes }), flags }, note: null };
}
