import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isApp, type App } from './api.ts';

// The compiled package runs the same layout as .js.
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const API_URL = new URL(`./api${EXTENSION}`, import.meta.url).href;

/** The application file cannot be run: what is wrong with it, in one line. */
export class AppError extends Error {}

let registered = false;

/** Lets an application import 'firedrill/server' wherever it lies, and be TypeScript also below node_modules. */
function admitApps(): void {
  if (registered) return;
  registered = true;
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'firedrill/server') return { url: API_URL, shortCircuit: true };
      return next(specifier, context);
    },
    load(url, context, next) {
      if (!isForeignTypeScript(url)) return next(url, context);
      const source = stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8'), { sourceUrl: url });
      return { format: 'module', source, shortCircuit: true };
    },
  });
}

function isForeignTypeScript(url: string): boolean {
  // Node strips no types below node_modules, and takes the module format from a package.json that may say commonjs.
  return url.startsWith('file:') && /\.m?ts$/.test(url) && !url.startsWith(new URL('..', import.meta.url).href);
}

/** The application a file exports; rejects with an AppError. */
export async function loadApp(path: string): Promise<App> {
  admitApps();
  let loaded: { default?: unknown };
  try {
    loaded = (await import(pathToFileURL(resolve(path)).href)) as { default?: unknown };
  } catch (error) {
    throw new AppError(error instanceof Error ? error.message : String(error), { cause: error });
  }
  if (!isApp(loaded.default)) throw new AppError('wanted: export default application({ channels: […] })');
  return loaded.default;
}
