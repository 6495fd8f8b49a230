/**
 * Text that came from outside (topics, error texts, names) made safe to look at:
 * no control characters (a terminal would obey them), no direction overrides
 * (they make a page lie), no lone surrogates, and no longer than its place.
 */

/** Control and format characters but tab, line end and the joiner inside emoji. */
const UNSEEN = /(?![\t\n\u200d])[\p{Cc}\p{Cf}]/gu;

/** The text with everything unseen replaced by `\ufffd`, cut to `longest` characters with an ellipsis. */
export function visibleText(text: string, longest = 400): string {
  const clean = text.toWellFormed().replace(UNSEEN, '\ufffd');
  return clean.length <= longest ? clean : `${cutAt(clean, longest - 1)}…`;
}

/** The same on one line: tabs and line ends become spaces. */
export function visibleLine(text: string, longest = 400): string {
  return visibleText(text.replace(/\s+/g, ' ').trim(), longest);
}

/** Cuts before a surrogate pair rather than through it. */
function cutAt(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
