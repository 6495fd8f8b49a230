import { stripTypeScriptTypes } from 'node:module';

/** The JavaScript of a TypeScript file, lines and columns as they were; without Node's warning that it could do this. */
export function stripTypes(source: string, url: string): string {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source, { sourceUrl: url });
  } finally {
    process.emitWarning = emitWarning;
  }
}
