/**
 * CSV as RFC 4180 has it: quoted fields with doubled quotes and line breaks in
 * them, CRLF or LF. Lines that are blank are passed over.
 */

/** A record, and where the next one would begin. */
export type CsvRecord = { fields: string[]; endAt: number; endLine: number };

/** What is wrong, and on which line. */
export type CsvFlaw = { line: number; flaw: 'text-after-quote' | 'stray-quote' | 'open-quote' };

const QUOTE = 34;
const COMMA = 44;
const LF = 10;
const CR = 13;

/** True for the fields of a line that holds nothing at all. */
export function isBlank({ fields }: CsvRecord): boolean {
  return fields.length === 1 && fields[0] === '';
}

/** The record that begins at `from`, which is on that line (from 1); its flaws are added to `flaws`. */
export function readRecord(text: string, from: number, fromLine = 1, flaws: CsvFlaw[] = []): CsvRecord {
  const fields: string[] = [];
  let at = from;
  let line = fromLine;
  for (;;) {
    if (text.charCodeAt(at) === QUOTE) {
      const end = closingQuote(text, at + 1);
      const raw = text.slice(at + 1, end);
      if (end >= text.length) flaws.push({ line, flaw: 'open-quote' });
      line += countLines(raw);
      fields.push(raw.includes('"') ? raw.replaceAll('""', '"') : raw);
      at = end + 1;
      if (end < text.length && !endsField(text, at)) {
        flaws.push({ line, flaw: 'text-after-quote' });
        at = fieldEnd(text, at);
      }
    } else {
      const end = fieldEnd(text, at);
      const field = text.slice(at, end);
      if (field.includes('"')) flaws.push({ line, flaw: 'stray-quote' });
      fields.push(field);
      at = end;
    }
    if (text.charCodeAt(at) !== COMMA) break;
    at += 1;
  }
  return { fields, endAt: at + (text.charCodeAt(at) === CR ? 2 : 1), endLine: line + 1 };
}

/** Where the quote stands that ends a field, or the end of the text. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at >= 0 && text.charCodeAt(at + 1) === QUOTE) at = text.indexOf('"', at + 2);
  return at < 0 ? text.length : at;
}

function endsField(text: string, at: number): boolean {
  if (at >= text.length) return true;
  const code = text.charCodeAt(at);
  return code === COMMA || code === LF || (code === CR && isLineEnd(text, at + 1));
}

/** A CR ends a line only before an LF or the end of the text. */
function isLineEnd(text: string, at: number): boolean {
  return at === text.length || text.charCodeAt(at) === LF;
}

function fieldEnd(text: string, from: number): number {
  let at = from;
  while (!endsField(text, at)) at += 1;
  return at;
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
