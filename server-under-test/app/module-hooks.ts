/**
 * Lets an application file import 'firedrill/server' from wherever it lies: in a clone, in a project that has us as a
 * dependency, below node_modules.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { stripTypes } from './strip-types.ts';

// The compiled package runs the same layout as .js.
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const API_URL = new URL(`./api${EXTENSION}`, import.meta.url).href;
const MODULE_SYNTAX = /^\s*(?:import|export)\b/m;

/** The application and the files it imports by path: those may be ES modules against their package.json. */
const own = new Set<string>();
let registered = false;

/**
 * Prepares this process for importing the application of that file URL.
 * `npm init` writes "type": "commonjs" these days, under which Node would refuse the imports of a .ts file.
 */
export function admitApp(url: string): void {
  own.add(url);
  if (registered) return;
  registered = true;
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'firedrill/server') return { url: API_URL, shortCircuit: true };
      const resolved = next(specifier, context);
      const imported = context.parentURL !== undefined && own.has(context.parentURL);
      if (imported && specifier.startsWith('.')) own.add(resolved.url);
      if (!own.has(resolved.url)) return resolved;
      if (isTypeScript(resolved.url)) return { ...resolved, format: 'module-typescript' };
      return isModuleScript(resolved.url) ? { ...resolved, format: 'module' } : resolved;
    },
    load(url, context, next) {
      // Node strips no types below node_modules.
      if (!own.has(url) || !isTypeScript(url) || !url.includes('/node_modules/')) return next(url, context);
      const source = stripTypes(readFileSync(fileURLToPath(url), 'utf8'), url);
      return { format: 'module', source, shortCircuit: true };
    },
  });
}

function isTypeScript(url: string): boolean {
  return url.startsWith('file:') && /\.m?ts$/.test(url);
}

function isModuleScript(url: string): boolean {
  if (!url.startsWith('file:') || !url.endsWith('.js')) return false;
  try {
    return MODULE_SYNTAX.test(readFileSync(fileURLToPath(url), 'utf8'));
  } catch {
    // Node itself will say what is wrong with it.
    return false;
  }
}
