/** A parameter that is a number; `min` and `max` are part of the range. */
interface NumberRule {
  readonly type: 'ms' | 'count' | 'bytes' | 'share';
  readonly required: boolean;
  /** 0 unless given. */
  readonly min?: number;
  /** What the type allows at most unless given. */
  readonly max?: number;
}

/** What a parameter must be. `count` and `bytes` are whole. */
export type ParamRule =
  | NumberRule
  | { readonly type: 'choice'; readonly required: boolean; readonly of: readonly string[] }
  | { readonly type: 'text'; readonly required: boolean };

const MOST = { ms: 600_000, count: 1_000_000, bytes: 1_000_000_000, share: 1 } as const;
const UNIT = {
  ms: 'a number of milliseconds',
  count: 'a whole number',
  bytes: 'a whole number of bytes',
  share: 'a share',
} as const;

function rangeOf({ type, min = 0, max = MOST[type] }: NumberRule): readonly [min: number, max: number] {
  return [min, max];
}

/** Whether a value obeys a rule. */
export function fits(rule: ParamRule, value: unknown): boolean {
  switch (rule.type) {
    case 'text':
      return typeof value === 'string' && value !== '';
    case 'choice':
      return typeof value === 'string' && rule.of.includes(value);
    case 'count':
    case 'bytes':
      return Number.isInteger(value) && isWithin(rule, value);
    case 'ms':
    case 'share':
      return isWithin(rule, value);
  }
}

function isWithin(rule: NumberRule, value: unknown): boolean {
  const [min, max] = rangeOf(rule);
  return typeof value === 'number' && value >= min && value <= max;
}

/** What a rule wants, for people. */
export function describeRule(rule: ParamRule): string {
  if (rule.type === 'text') return 'a text';
  if (rule.type === 'choice') return `one of ${rule.of.join(', ')}`;
  const [min, max] = rangeOf(rule);
  return `${UNIT[rule.type]} from ${min} to ${max}`;
}
