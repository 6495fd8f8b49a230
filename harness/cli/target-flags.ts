/** Flags that say what is loaded and how clients get in: the same for every command that puts load on a target. */
import { readFileSync } from 'node:fs';
import { messageOf } from '../base/errors.ts';
import { headerProblem, type ConnectWith, type TransportChoice } from '../run/connect-with.ts';
import type { TargetChoice } from '../run/open-target.ts';
import type { FlagReader } from './flags.ts';

/** The flags with their help, in the order shown; all but the target itself. */
export const CONNECT_FLAGS = {
  'allow-target': {
    type: 'string',
    describe: 'a host beyond loopback that may be loaded',
    requiresArg: true,
  },
  vsn: { type: 'string', describe: 'version of the wire: 2.0.0 (usual) or 1.0.0', requiresArg: true },
  param: { type: 'string', describe: 'name=value for connect/3, may be repeated', requiresArg: true },
  header: { type: 'string', describe: "'Name: value' of the upgrade, may be repeated", requiresArg: true },
  'auth-token': {
    type: 'string',
    describe: 'phoenix.js’s authToken, a subprotocol; FIREDRILL_AUTH_TOKEN keeps it out of process lists',
    requiresArg: true,
  },
  ca: { type: 'string', describe: 'PEM file of an authority to believe at wss://', requiresArg: true },
  transport: {
    type: 'string',
    describe: 'bare (usual), or ws: the stock client as reference',
    requiresArg: true,
  },
  'max-frame': {
    type: 'string',
    describe: 'largest message taken from the server: 16MiB',
    requiresArg: true,
  },
} as const;

const NODES = 64;
/** Beyond this a frame is a slip of the finger: V8 has no string that long. */
const MOST_FRAME_BYTES = 512 * 2 ** 20;

/** What a run takes from these flags beside its target. */
export function readTransport(flags: FlagReader): TransportChoice {
  const maxFrameBytes = flags.bytes('max-frame', MOST_FRAME_BYTES);
  return {
    transport: flags.choice('transport', ['bare', 'ws']) ?? 'bare',
    ...(maxFrameBytes === undefined ? {} : { maxFrameBytes }),
  };
}

/** The target at `url`, or the bundled server without one; reads `--control`, `--nodes` and all of `CONNECT_FLAGS`. */
export function readTarget(flags: FlagReader, url: string | undefined): TargetChoice {
  const control = flags.text('control');
  const nodes = flags.number('nodes', { min: 1, max: NODES, whole: true });
  const allowTargets = flags.texts('allow-target');
  const connect = readConnectWith(flags, url);
  const bad = (path: string, got: string, wanted: string): void =>
    flags.refuse({ code: 'bad-flag', path, got, wanted });
  if (url === undefined) {
    if (control !== undefined) bad('--control', 'no --target', '--target ws://… beside it');
    return { kind: 'bundled', ...(nodes === undefined ? {} : { nodes }), connect };
  }
  if (nodes !== undefined) bad('--nodes', 'a --target', 'one of the two: nodes are the bundled server’s');
  const controlToken = readSecret(flags, 'FIREDRILL_CONTROL_TOKEN', undefined);
  const token = control === undefined || controlToken === undefined ? {} : { controlToken };
  return { kind: 'url', url, allowTargets, control: control ?? null, ...token, connect };
}

/** A token of the environment, which no process list shows, or of a flag before it. */
function readSecret(flags: FlagReader, variable: string, flag: string | undefined): string | undefined {
  const typed = flag === undefined ? undefined : flags.text(flag);
  const secret = typed ?? process.env[variable];
  if (secret === undefined || secret === '') return undefined;
  if (/^[\x21-\x7e]+$/.test(secret)) return secret;
  const path = typed === undefined ? variable : `--${flag}`;
  flags.refuse({ code: 'bad-flag', path, wanted: 'printable ASCII without spaces' });
  return undefined;
}

function readConnectWith(flags: FlagReader, url: string | undefined): ConnectWith {
  const params = flags.pairs('param', '--param', 'token=…');
  if (Object.hasOwn(params, 'vsn')) {
    flags.refuse({
      code: 'bad-flag',
      path: '--param',
      got: 'vsn',
      wanted: 'the flag for it',
      hint: '--vsn 1.0.0',
    });
  }
  const ca = readAuthority(flags, url);
  return {
    params,
    headers: readHeaders(flags),
    authToken: readSecret(flags, 'FIREDRILL_AUTH_TOKEN', 'auth-token') ?? null,
    vsn: flags.choice('vsn', ['2.0.0', '1.0.0']) ?? null,
    ca: ca ?? null,
  };
}

/** Headers as curl takes them; a value may be a secret and is not repeated in a problem. */
function readHeaders(flags: FlagReader): Record<string, string> {
  const headers = new Map<string, string>();
  for (const text of flags.texts('header')) {
    const at = text.indexOf(':');
    const name = at < 0 ? text : text.slice(0, at).trim();
    const value = at < 0 ? '' : text.slice(at + 1).trim();
    const problem = at < 0 ? 'no colon' : headerProblem(name, value);
    if (problem === null) headers.set(name, value);
    else {
      flags.refuse({
        code: 'bad-flag',
        path: '--header',
        got: problem,
        wanted: 'Name: value',
        hint: /^sec-websocket-protocol$/i.test(name)
          ? '--auth-token …, sent as phoenix.js sends it'
          : "--header 'x-tenant: acme'",
      });
    }
  }
  return Object.fromEntries(headers);
}

/** The PEM text of `--ca`. */
export function readAuthority(flags: FlagReader, url: string | undefined): string | undefined {
  const file = flags.text('ca');
  if (file === undefined) return undefined;
  const problem = { code: 'bad-flag', path: '--ca' };
  if (url === undefined || !/^wss:/i.test(url.trim())) {
    const got = url === undefined ? 'no URL' : url.replace(/[?#].*$/s, '');
    flags.refuse({ ...problem, got, wanted: 'a wss:// URL beside it' });
    return undefined;
  }
  try {
    const pem = readFileSync(file, 'utf8');
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
    flags.refuse({ ...problem, got: `'${file}'`, wanted: 'a file with -----BEGIN CERTIFICATE-----' });
  } catch (error) {
    flags.refuse({ ...problem, got: messageOf(error), wanted: 'a PEM file' });
  }
  return undefined;
}
