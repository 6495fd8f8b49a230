/**
 * What servers say, made fit for artefacts: short, alike for alike cases, and
 * without what may be somebody's: long opaque texts are tokens, unknown fields
 * may hold a payload of ours that was sent back.
 */

const LONGEST = 120;
const UUID = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/gi;
const OPAQUE = /[\w.+/=-]{24,}/g;
const LONG_NUMBER = /\d{5,}/g;
/** The fields in which servers say why. */
const TELLING = new Set(['reason', 'error', 'errors', 'message', 'code', 'status', 'type', 'detail']);

/** A topic with its numbers as `#`: the topics of one kind are one. */
export function topicWords(topic: string): string {
  const pattern = topic.replace(UUID, '#').replace(OPAQUE, '…').replace(/\d+/g, '#');
  return pattern.length <= LONGEST ? pattern : `${pattern.slice(0, LONGEST - 1)}…`;
}

// Ten thousand clients are refused in the same words: they are looked at once.
let lastText = '';
let lastWords = '';

/** The response of an error as short JSON; fields that say nothing of why are shown by name only. */
export function responseWords(text: string): string {
  if (text !== lastText) {
    lastText = text;
    lastWords = wordsOf(text);
  }
  return lastWords;
}

/** The payload of a crash, likewise. */
export function reasonWords(payload: unknown): string {
  return responseWords(JSON.stringify(payload) ?? '');
}

function wordsOf(text: string): string {
  let response: unknown;
  try {
    response = JSON.parse(text);
  } catch {
    return '';
  }
  const words = JSON.stringify(isMap(response) ? shownMap(response) : shown(response, true)) ?? '';
  return words.length <= LONGEST ? words : `${words.slice(0, LONGEST - 1)}…`;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a telling field holds is shown, all of it; of any other only that it is there. */
function shownMap(map: Record<string, unknown>): unknown {
  const fields = Object.entries(map).slice(0, 8);
  return Object.fromEntries(fields.map(([key, value]) => [scrubbed(key), shown(value, TELLING.has(key))]));
}

function shown(value: unknown, tells: boolean): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (!tells) return '…';
  if (typeof value === 'string') return scrubbed(value);
  if (typeof value === 'number') return Math.abs(value) < 100_000 ? value : '#';
  if (Array.isArray(value)) return value.slice(0, 3).map((one: unknown) => shown(one, tells));
  if (!isMap(value)) return '…';
  const fields = Object.entries(value).slice(0, 8);
  return Object.fromEntries(fields.map(([key, one]) => [scrubbed(key), shown(one, tells)]));
}

function scrubbed(text: string): string {
  return text.slice(0, LONGEST).replace(UUID, '#').replace(OPAQUE, '…').replace(LONG_NUMBER, '#');
}
