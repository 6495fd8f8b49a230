/**
 * A writer for HTML and SVG that escapes by construction: text and attribute
 * values are always escaped, names are checked, and only what this writer has
 * made is ever written unescaped. Numbers are no children on purpose: every
 * figure on the page passes through `figures.ts` first.
 */

import { visibleText } from '../visible-text.ts';

/** A piece of finished markup. */
export type Markup = { readonly markup: string };

/** What may stand inside an element. */
export type Child = Markup | string | null | false | readonly Child[];

/** Attributes; `undefined` and `false` are left out, `true` stands alone. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

const NAME = /^[a-zA-Z][-a-zA-Z0-9:]*$/;
const VOID = new Set(['meta', 'br', 'hr', 'link', 'input']);
const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Text made safe as content and as a quoted attribute. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"'`]/g, (sign) => ENTITIES[sign] ?? sign);
}

/** A coordinate with two decimals at most; one that is no number is 0, so that it cannot cost the page. */
export function coordinate(value: number): string {
  if (!Number.isFinite(value)) return '0';
  const text = value.toFixed(2).replace(/\.?0+$/, '');
  return text === '-0' ? '0' : text;
}

function writeChild(child: Child): string {
  if (child === null || child === false) return '';
  if (typeof child === 'string') return escapeText(visibleText(child, 4_000));
  if ('markup' in child) return child.markup;
  return child.map(writeChild).join('');
}

function writeAttributes(attributes: Attributes): string {
  let text = '';
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (!NAME.test(name)) throw new TypeError(`no attribute name: ${JSON.stringify(name)}`);
    if (value === true) text += ` ${name}`;
    else
      text += ` ${name}="${typeof value === 'number' ? coordinate(value) : escapeText(visibleText(value, Infinity))}"`;
  }
  return text;
}

/** An element with its attributes and children. */
export function el(name: string, attributes: Attributes = {}, ...children: Child[]): Markup {
  if (!NAME.test(name)) throw new TypeError(`no element name: ${JSON.stringify(name)}`);
  const open = `<${name}${writeAttributes(attributes)}`;
  const inner = children.map(writeChild).join('');
  if (inner === '' && VOID.has(name)) return { markup: `${open}>` };
  return { markup: `${open}>${inner}</${name}>` };
}

/** Several pieces as one. */
export function all(...children: Child[]): Markup {
  return { markup: children.map(writeChild).join('') };
}

/** A style or script of our own, written as it is: refused when it could end its element. */
export function inline(name: 'style' | 'script', source: string): Markup {
  if (/<\/|<!--/.test(source)) throw new TypeError(`a ${name} that would end its own element`);
  return { markup: `<${name}>${source}</${name}>` };
}

/** Data for the page's script: JSON in which no text can end the element. */
export function embeddedJson(id: string, data: unknown): Markup {
  const json = JSON.stringify(data)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
  return { markup: `<script type="application/json" id="${escapeText(id)}">${json}</script>` };
}
