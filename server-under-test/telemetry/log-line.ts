/** What a log entry says beside its message; null and undefined are left out. */
export type LogMetadata = Readonly<Record<string, string | number | null | undefined>>;

const LONGEST_MESSAGE = 4_000;
const LONGEST_VALUE = 200;

// Controls, what is invisible or turns the reading direction, line and paragraph separators, halves of a surrogate pair.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const PLAIN_VALUE = /^[^\s"=\\]+$/;

function escapeCharacter(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  const hex = (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0');
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex}`;
}

/** The text with everything escaped that could break a line, move a cursor or hide what stands there. */
export function printable(text: string, longest = LONGEST_MESSAGE): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}… (${text.length} characters)` : text;
  return cut.replace(UNPRINTABLE, escapeCharacter);
}

function formatValue(value: string | number): string {
  const text = printable(String(value), LONGEST_VALUE);
  return PLAIN_VALUE.test(text) ? text : `"${text.replaceAll('"', '\\"')}"`;
}

function formatMetadata(metadata: LogMetadata): string {
  let text = '';
  for (const [key, value] of Object.entries(metadata)) {
    if (value !== null && value !== undefined)
      text += `${printable(key, LONGEST_VALUE)}=${formatValue(value)} `;
  }
  return text;
}

/** One entry as one line: `2026-01-31T12:00:00.000Z [info] topic=room:1 JOINED …`. */
export function formatLogLine(
  wallMs: number,
  level: string,
  metadata: LogMetadata[],
  message: string,
): string {
  const time = new Date(wallMs).toISOString();
  return `${time} [${level}] ${metadata.map(formatMetadata).join('')}${printable(message)}\n`;
}
