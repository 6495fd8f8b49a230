/** Whole-number arithmetic on the client's index and the push's number: `client % 100`. */

export type Operator = '+' | '-' | '*' | '/' | '%';

export type Arithmetic =
  | { kind: 'number'; value: number }
  | { kind: 'name'; name: 'client' | 'seq' }
  | { kind: 'operation'; operator: Operator; left: Arithmetic; right: Arithmetic };

const TOKEN = /\s*(?:(\d+)|([A-Za-z_]\w*)|([-+*/%()]))/y;

/** Deep enough for anybody, shallow enough for the stack. */
const MOST_TOKENS = 64;

/** The expression, or what is wrong with it in words. */
export function parseArithmetic(source: string): Arithmetic | string {
  const tokens = tokensOf(source);
  if (typeof tokens === 'string') return tokens;
  const reader = new Reader(tokens);
  const value = reader.sum();
  return reader.problem ?? (reader.isAtEnd ? value : `'${reader.next}' was not expected`);
}

function tokensOf(source: string): string[] | string {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const end = source.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (!match) return `'${source.slice(from).trimStart().slice(0, 1)}' was not expected`;
    tokens.push(match[0].trim());
    if (tokens.length > MOST_TOKENS) return 'too long';
  }
  return tokens;
}

class Reader {
  readonly #tokens: readonly string[];
  #at = 0;
  problem: string | null = null;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  get next(): string | undefined {
    return this.#tokens[this.#at];
  }

  sum(): Arithmetic {
    return this.#operations(['+', '-'], () => this.#operations(['*', '/', '%'], () => this.#factor()));
  }

  #operations(operators: readonly Operator[], operand: () => Arithmetic): Arithmetic {
    let left = operand();
    for (;;) {
      const operator = operators.find((one) => one === this.next);
      if (operator === undefined || this.problem !== null) return left;
      this.#at += 1;
      const right = operand();
      const byZero = right.kind === 'number' && right.value === 0;
      if (byZero && (operator === '/' || operator === '%')) this.#refuse('nothing is divided by 0');
      left = { kind: 'operation', operator, left, right };
    }
  }

  #factor(): Arithmetic {
    const token = this.next;
    this.#at += 1;
    if (token === '(') {
      const inner = this.sum();
      if (this.next === ')') this.#at += 1;
      else this.#refuse('a ) is missing');
      return inner;
    }
    if (token === 'client' || token === 'seq') return { kind: 'name', name: token };
    const value = Number(token);
    if (token !== undefined && /^\d/.test(token)) {
      if (!Number.isSafeInteger(value)) this.#refuse(`${token} is too large`);
      return { kind: 'number', value };
    }
    return this.#refuse(
      token === undefined ? 'something is missing at its end' : `'${token}' was not expected`,
    );
  }

  #refuse(problem: string): Arithmetic {
    this.problem ??= problem;
    return { kind: 'number', value: 0 };
  }
}
