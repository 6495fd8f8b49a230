/** The scenarios there are, for a terminal, and as lines for a pipe. */
import { outside, piece, wrapPieces, writeLine, type Piece } from '../../reports/render/terminal.ts';
import type { Problem } from '../base/errors.ts';
import { formatCount } from '../base/units.ts';

/** A scenario file as `list` tells it; with a problem only its name, its place and its claim are known. */
export type Listed = {
  name: string;
  /** Seen from the working directory where it lies below it. */
  file: string;
  /** Whether it came with firedrill. */
  library: boolean;
  claim: string | null;
  claims: readonly string[];
  about: string | null;
  variants: readonly { name: string; about: string | null }[];
  /** Of its largest run. */
  clients: number | null;
  small: boolean;
  /** The first of its problems; null when it can be run. */
  problem: Problem | null;
};

/** Each scenario in a few lines of at most `columns` characters. */
export function renderList(
  listed: readonly Listed[],
  { columns, colour }: { columns: number; colour: boolean },
): string {
  if (listed.length === 0) return 'no scenarios';
  const blocks = listed.map((one) =>
    linesOf(one)
      .flatMap((pieces, nth) => wrapPieces(pieces, columns, nth === 0 ? 2 : 4))
      .map((line) => writeLine(line, colour, columns))
      .join('\n'),
  );
  return blocks.join('\n\n');
}

function linesOf({ name, file, claim, claims, about, variants, clients, problem }: Listed): Piece[][] {
  const facts = [
    ...claims,
    ...(clients === null ? [] : [clients === 1 ? '1 client' : `${formatCount(clients)} clients`]),
    outside(file, 200),
  ];
  const head = [piece(outside(name, 60), 'bold'), piece(`  ${facts.join(' · ')}`, 'soft')];
  const told = claim ?? about;
  return [
    head,
    ...(told === null ? [] : [[piece(`  ${outside(told, 400)}`)]]),
    ...variants.map((variant) => [
      piece(`  ${variant.name}`, 'bold'),
      piece(variant.about === null ? '' : `: ${outside(variant.about, 200)}`),
    ]),
    ...(problem === null ? [] : [[piece(`  ${problemLine(problem)}`, 'fail')]]),
  ];
}

const NOTHING = '-';

/** A line each with tabs between: ok or --, name, file, clients, variants, claims, then the claim or the problem. */
export function renderListLines(listed: readonly Listed[]): string {
  return listed
    .map(({ name, file, claim, claims, about, variants, clients, problem }) => {
      const fields = [
        problem === null ? 'ok' : '--',
        outside(name, 100),
        outside(file, 1_000),
        clients === null ? NOTHING : String(clients),
        variants.map((variant) => variant.name).join(',') || NOTHING,
        claims.join(',') || NOTHING,
        problem === null ? outside(claim ?? about ?? NOTHING, 1_000) : problemLine(problem),
      ];
      return `${fields.join('\t')}\n`;
    })
    .join('');
}

function problemLine({ code, path, got }: Problem): string {
  return outside([code, path, ...(got === undefined ? [] : [got])].join(' '), 400);
}
