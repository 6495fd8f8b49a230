/** The colours of a report, light and dark, as CSS custom properties. */

type Tokens = Readonly<Record<string, string>>;

const LIGHT: Tokens = {
  page: '#f7f7f5',
  card: '#ffffff',
  line: '#e3e5e8',
  grid: '#eef0f2',
  ink: '#1b1e23',
  soft: '#5d6673',
  faint: '#66707d',
  pass: '#12714a',
  fail: '#b3261e',
  inconclusive: '#8a5a00',
  p50: '#0a6fb0',
  p99: '#bd4b05',
  p999: '#a0417c',
  clients: '#33739f',
  mailboxes: '#0a7a5c',
  machine: '#5f6d7e',
  'fault-0': '#8f6100',
  'fault-1': '#7a4fbf',
  'fault-2': '#0a7a7a',
  'fault-3': '#b93a35',
  'fault-fill': '0.1',
  'fault-hatch': '0.3',
  tint: '7%',
};

const DARK: Tokens = {
  page: '#14161a',
  card: '#1b1e23',
  line: '#2d3239',
  grid: '#24282e',
  ink: '#e8eaed',
  soft: '#a3acb8',
  faint: '#8a94a1',
  pass: '#4cc38a',
  fail: '#ff7b72',
  inconclusive: '#e3b341',
  p50: '#5db2f0',
  p99: '#ff9b57',
  p999: '#e08bc0',
  clients: '#6db3e8',
  mailboxes: '#45c9a0',
  machine: '#93a1b3',
  'fault-0': '#e3b341',
  'fault-1': '#b392f0',
  'fault-2': '#39c5cf',
  'fault-3': '#ff7b72',
  'fault-fill': '0.16',
  'fault-hatch': '0.34',
  tint: '11%',
};

const HEAT_LIGHT = ['#f0f3f6', '#c4d8e8', '#80aac8', '#466ea0', '#233269'] as const;
const HEAT_DARK = ['#22262e', '#26466e', '#3c7896', '#96b478', '#fae178'] as const;

/** Steps of the heat-map: the five colours and one between each two. */
export const HEAT_STEPS = 9;

function channel(colour: string, at: number): number {
  return Number.parseInt(colour.slice(1 + at * 2, 3 + at * 2), 16);
}

/** The colour half way between two. */
export function between(a: string, b: string): string {
  const mixed = [0, 1, 2].map((at) => Math.round((channel(a, at) + channel(b, at)) / 2));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

function heatTokens(colours: readonly string[]): Tokens {
  const tokens: Record<string, string> = {};
  for (let step = 0; step < HEAT_STEPS; step++) {
    const low = colours[step >> 1] ?? '#000000';
    tokens[`heat-${step}`] = step % 2 === 0 ? low : between(low, colours[(step >> 1) + 1] ?? low);
  }
  return tokens;
}

function declare(tokens: Tokens): string {
  return Object.entries(tokens)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');
}

/** The custom properties: light by default and on paper, dark where the reader's screen asks for it. */
export function tokenRules(): string {
  const light = declare({ ...LIGHT, ...heatTokens(HEAT_LIGHT) });
  const dark = declare({ ...DARK, ...heatTokens(HEAT_DARK) });
  return (
    `:root{color-scheme:light dark;${light}}\n` +
    `@media screen and (prefers-color-scheme:dark){:root{${dark}}}\n`
  );
}
