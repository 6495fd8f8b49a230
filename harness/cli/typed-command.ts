/** The command as it would be typed again, for the record of a run: without its secrets. */

/** Flags whose value is NAME=VALUE or `Name: value`: the name is worth keeping, the value may be a secret. */
const PAIRS = new Set(['-e', '--env', '--param', '--header']);
/** Flags whose whole value is one. */
const SECRETS = new Set(['--auth-token', '--authToken']);

/** `firedrill run …` of these arguments, quoted for a shell. */
export function typedCommand(args: readonly string[]): string {
  const words = args.map((argument, index) => {
    const before = args[index - 1] ?? '';
    if (SECRETS.has(before)) return '…';
    if (PAIRS.has(before)) return withoutValue(argument);
    const [, flag = '', value = ''] =
      /^(--[^=]+)=(.*)$/s.exec(argument) ?? /^(-e)(.+)$/s.exec(argument) ?? [];
    const joint = flag === '-e' ? '' : '=';
    if (SECRETS.has(flag)) return `${flag}${joint}…`;
    if (PAIRS.has(flag)) return `${flag}${joint}${withoutValue(value)}`;
    return withoutQuery(argument);
  });
  return ['firedrill', ...words.map(quoted)].join(' ');
}

/** The command that makes the run of one variant again, whichever of them were asked for. */
export function commandOfVariant(args: readonly string[], variant: string): string {
  const others = args.filter(
    (argument, index) => !/^--variant(?:=|$)/.test(argument) && args[index - 1] !== '--variant',
  );
  return typedCommand([...others, '--variant', variant]);
}

function withoutValue(pair: string): string {
  return /^([^=:]*)([=:] ?)/.test(pair) ? pair.replace(/^([^=:]*)([=:] ?).*$/s, '$1$2…') : '…';
}

/** Every parameter of a URL may be a secret (`token`, `apikey`, a user's id) but the version of the wire. */
function withoutQuery(argument: string): string {
  const url = /^(?:--[\w-]+=)?(?:wss?|https?):\/\//i;
  if (!url.test(argument)) return argument;
  return argument
    .replace(/#.*$/s, '')
    .replace(/:\/\/[^/?@]*@/, '://…@')
    .replaceAll(/([?&])(?!vsn=)([^=&]*)(=?)[^&]*/g, (_, mark: string, name: string, is: string) =>
      is === '' ? `${mark}…` : `${mark}${name}=…`,
    );
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
