/** `firedrill conform`: a server held against phoenix-semantics 10, case by case. */
import { writeFileSync } from 'node:fs';
import { piece, writeLine } from '../../reports/render/terminal.ts';
import { realClock } from '../base/clock.ts';
import { EXIT, type ExitCode } from '../base/errors.ts';
import { nearHint } from '../base/neighbours.ts';
import type { CaseNumber } from '../conformance/case.ts';
import { NEWEST_VERSION, PROBE_APP } from '../conformance/bundled-servers.ts';
import { conform, type ConformOptions } from '../conformance/conform.ts';
import { readSelection } from '../conformance/section-ten.ts';
import { readPatch, SETTING_NAMES, WEB_SERVERS, type Settings } from '../conformance/target.ts';
import {
  countOutcomes,
  renderCounts,
  renderFailures,
  renderJson,
  renderLines,
  renderMarkdown,
  rowsOf,
} from '../conformance/verdicts.ts';
import { readTargetUrl } from '../target/url.ts';
import { renderTable } from './conform-table.ts';
import { FlagReader, type Typed } from './flags.ts';
import { readAuthority } from './target-flags.ts';

/** Flags of `conform` with their help, in the order shown. */
export const CONFORM_FLAGS = {
  control: { type: 'string', describe: 'control port of the target', requiresArg: true },
  profile: { type: 'string', describe: 'web server of the target: bandit or cowboy', requiresArg: true },
  phoenix: {
    type: 'string',
    describe: `Phoenix version of the target (${NEWEST_VERSION})`,
    requiresArg: true,
  },
  only: { type: 'string', describe: 'numbers of cases: 16,20-31,b1-b3', requiresArg: true },
  settings: {
    type: 'string',
    describe: 'what the target was started with: idle-timeout-ms=1000,nodes=2',
    requiresArg: true,
  },
  app: {
    type: 'string',
    describe: 'module the bundled server mounts in place of the probe’s',
    requiresArg: true,
  },
  ca: {
    type: 'string',
    describe: 'PEM file the certificate of a wss:// target is held against',
    requiresArg: true,
  },
  write: { type: 'string', describe: 'write the outcomes as Markdown to this file', requiresArg: true },
  json: { type: 'boolean', describe: 'one JSON document on stdout' },
  debug: { type: 'boolean', describe: 'stack traces with errors' },
} as const;

/** Settings whose values are no numbers. */
const TEXT_SETTINGS: ReadonlySet<string> = new Set(['secret', 'check-origin', 'longpoll']);

/** Exit code 0 when no case failed, 99 when one did; `FiredrillError` 104 and 114 as everywhere. */
export async function conformCommand(url: string | undefined, typed: Typed): Promise<ExitCode> {
  const flags = new FlagReader(typed);
  flags.refuseUnknown([...Object.keys(CONFORM_FLAGS), 'url']);
  const only = readOnly(flags);
  const against = readAgainst(flags, url);
  const file = flags.text('write');
  flags.done();
  if (against === null) return EXIT.invalid;

  const json = flags.isSet('json');
  const { cases, columns } = await conform({ clock: realClock, only, against, onJudged: progress() }).finally(
    () => {
      if (process.stderr.isTTY) process.stderr.write(WIPE);
    },
  );
  const rows = rowsOf(cases, columns);
  const target = against.kind === 'url' ? against.target.at.display : 'the bundled server';
  if (file !== undefined) {
    writeFileSync(file, renderMarkdown(rows, columns, { target, command: spellCommand(url, file) }));
  }
  if (json) process.stdout.write(`${renderJson(rows, columns, target)}\n`);
  else if (process.stdout.isTTY) {
    const colour = (process.env['NO_COLOR'] ?? '') === '';
    const table = renderTable(rows, columns, { columns: process.stdout.columns || 100, colour });
    const failures = renderFailures(rows, columns, (head) => writeLine([piece(head, 'fail')], colour));
    const parts = [table, failures, renderCounts(columns)].filter((part) => part !== '');
    process.stdout.write(`${parts.join('\n\n')}\n`);
  } else {
    process.stdout.write(`${renderLines(rows, columns)}\n`);
    const failures = renderFailures(rows, columns);
    if (failures !== '') process.stderr.write(`${failures}\n`);
  }
  return columns.some((column) => countOutcomes(column).failed > 0) ? EXIT.thresholds : EXIT.pass;
}

/** What writes the same file again. */
function spellCommand(url: string | undefined, file: string): string {
  return url === undefined
    ? `make conform ARGS='--write ${file}'`
    : `firedrill conform ${url} --write ${file}`;
}

const WIPE = '\r\u001b[K';

/** Says on a terminal how many cases are judged; each line takes the place of the one before. */
function progress(): NonNullable<ConformOptions['onJudged']> {
  let judged = 0;
  return (profile) => {
    judged += 1;
    if (process.stderr.isTTY) process.stderr.write(`${WIPE}${profile}: ${judged} cases judged`);
  };
}

function readOnly(flags: FlagReader): ReadonlySet<CaseNumber> | null {
  const text = flags.text('only');
  if (text === undefined) return null;
  const only = readSelection(text);
  if (only === null) {
    const wanted = 'numbers of cases, those of phoenix-semantics 10 and from b1 on';
    flags.refuse({ code: 'bad-flag', path: '--only', got: `'${text}'`, wanted, hint: '--only 16,20-31' });
  }
  return only;
}

function readAgainst(flags: FlagReader, url: string | undefined): ConformOptions['against'] | null {
  const version = flags.text('phoenix') ?? NEWEST_VERSION;
  const patch = readPatch(version);
  if (patch === null) {
    flags.refuse({ code: 'bad-flag', path: '--phoenix', got: `'${version}'`, wanted: '1.8.N or 1.7.N' });
  }
  const typedProfile = flags.text('profile');
  const profile = WEB_SERVERS.find((name) => name === typedProfile);
  if (typedProfile !== undefined && profile === undefined) {
    flags.refuse({
      code: 'bad-flag',
      path: '--profile',
      got: `'${typedProfile}'`,
      wanted: WEB_SERVERS.join(' or '),
    });
  }
  const settings = readSettings(flags);
  const control = flags.text('control');
  const app = flags.text('app');
  const ca = readAuthority(flags, url);
  if (url === undefined) {
    if (control !== undefined) {
      const wanted = 'a URL beside it: firedrill conform ws://…';
      flags.refuse({ code: 'bad-flag', path: '--control', got: 'no URL', wanted });
    }
    const profiles = profile === undefined ? WEB_SERVERS : [profile];
    return { kind: 'bundled', profiles, version, settings, flags: ['--app', app ?? PROBE_APP] };
  }
  if (app !== undefined) {
    const wanted = 'one of the two: the module is for the bundled server';
    flags.refuse({ code: 'bad-flag', path: '--app', got: 'a URL', wanted });
  }
  if (control !== undefined && !/^https?:\/\/[^/]+\/?$/.test(control)) {
    flags.refuse({ code: 'bad-flag', path: '--control', got: `'${control}'`, wanted: 'http://host:port' });
  }
  if (flags.problems.length > 0) return null;
  // A conformance run is no load: any host may be looked at, as with a browser.
  const host = URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : '';
  const target = {
    at: { ...readTargetUrl(url, { allowTargets: [host] }), ...(ca === undefined ? {} : { ca }) },
    control: control?.replace(/\/$/, '') ?? null,
    profile: profile ?? 'bandit',
    version,
    patch: patch ?? 0,
    settings,
    probe: false,
    stop: null,
  };
  return { kind: 'url', target };
}

function readSettings(flags: FlagReader): Settings {
  const settings: Record<string, string> = {};
  for (const pair of flags.texts('settings').flatMap((text) => text.split(','))) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, Math.max(at, 0));
    const value = pair.slice(at + 1);
    const isKnown = SETTING_NAMES.some((known) => known === name);
    const fits = TEXT_SETTINGS.has(name) || /^\d+$/.test(value);
    if (isKnown && value !== '' && fits) {
      settings[name] = value;
      continue;
    }
    const wanted = isKnown ? `${name}=<number>` : `NAME=VALUE with ${SETTING_NAMES.join(', ')}`;
    flags.refuse({
      code: 'bad-flag',
      path: '--settings',
      got: `'${pair}'`,
      wanted,
      ...(isKnown ? {} : nearHint(name, SETTING_NAMES)),
    });
  }
  return settings;
}
