/** Holds scenario sources against the types a user's editor has: `tsc` on files that import 'firedrill'. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TSC = fileURLToPath(new URL('../../../node_modules/.bin/tsc', import.meta.url));
const API = fileURLToPath(new URL('../api.ts', import.meta.url));
const TYPES = fileURLToPath(new URL('../../../node_modules/@types', import.meta.url));

/** The errors of sources by name, each as `name:line code`; none means that an editor is content. */
export function typeErrors(sources: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-types-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    for (const [name, source] of Object.entries(sources)) writeFileSync(join(folder, `${name}.ts`), source);
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: OPTIONS, include: ['*.ts'] }),
    );
    const { stdout, stderr, status } = spawnSync(TSC, ['-p', folder, '--pretty', 'false'], {
      encoding: 'utf8',
      cwd: folder,
    });
    const errors = stdout.split('\n').flatMap((line) => {
      const [, name, at, code] = /^(?:.*\/)?([^/]+)\.ts\((\d+),\d+\): error (TS\d+)/.exec(line) ?? [];
      return name === undefined ? [] : [`${name}:${at} ${code}`];
    });
    if (status !== 0 && errors.length === 0) throw new Error(`tsc: ${stdout}${stderr}`);
    return errors;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As strict as a project can be. */
const OPTIONS = {
  target: 'es2024',
  lib: ['es2024'],
  module: 'nodenext',
  types: ['node'],
  typeRoots: [TYPES],
  strict: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  exactOptionalPropertyTypes: true,
  noImplicitOverride: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
  paths: { firedrill: [API] },
};
