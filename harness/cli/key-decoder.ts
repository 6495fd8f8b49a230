/** What a terminal in raw mode sends, read as keys. */

/** A named key, or one typed character. */
export type Key = { named: NamedKey } | { typed: string };

export type NamedKey =
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'home'
  | 'end'
  | 'enter'
  | 'escape'
  | 'backspace'
  | 'interrupt';

const SEQUENCES: Readonly<Record<string, NamedKey>> = {
  A: 'up',
  B: 'down',
  H: 'home',
  F: 'end',
  '1~': 'home',
  '4~': 'end',
  '5~': 'page-up',
  '6~': 'page-down',
  '7~': 'home',
  '8~': 'end',
};

const SIGNS: Readonly<Record<string, NamedKey>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\u007f': 'backspace',
  '\b': 'backspace',
  '\u0003': 'interrupt',
  // A terminal that hung up, or ^D on an empty line: nobody reads any more.
  '\u0004': 'interrupt',
};

const ESCAPE = '\u001b';
// CSI and SS3 behind their Escape: parameters, then one final letter.
const SEQUENCE = /^[[O]([0-9;<=>?]*)([@-~])/;
const UNFINISHED = /^(?:[[O][0-9;<=>?]*)?$/;

/** The keys in a piece of input; `rest` may still become one, or an Escape when nothing follows. */
export function decodeKeys(input: string): { keys: Key[]; rest: string } {
  const keys: Key[] = [];
  let text = input;
  while (text !== '') {
    if (!text.startsWith(ESCAPE)) {
      const sign = String.fromCodePoint(text.codePointAt(0) ?? 0);
      text = text.slice(sign.length);
      const key = keyOf(sign);
      if (key) keys.push(key);
      continue;
    }
    const behind = text.slice(ESCAPE.length);
    if (UNFINISHED.test(behind)) return { keys, rest: text };
    const sequence = SEQUENCE.exec(behind);
    text = behind.slice(sequence?.[0].length ?? 0);
    const named = sequence ? nameOf(sequence[1] ?? '', sequence[2] ?? '') : 'escape';
    if (named) keys.push({ named });
  }
  return { keys, rest: '' };
}

/** A key the terminal spells as a sequence; undefined for the many we have no use for. */
function nameOf(parameters: string, final: string): NamedKey | undefined {
  const tail = final === '~' ? `${parameters}~` : final;
  return Object.hasOwn(SEQUENCES, tail) ? SEQUENCES[tail] : undefined;
}

function keyOf(sign: string): Key | undefined {
  const named = Object.hasOwn(SIGNS, sign) ? SIGNS[sign] : undefined;
  if (named) return { named };
  return /\p{C}/u.test(sign) ? undefined : { typed: sign };
}
