/**
 * Lets a scenario file import 'firedrill' from wherever it lies: in a clone, in
 * a project that runs us through npx, in our own folder below node_modules.
 */
import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';

// In a clone this is `.ts`, in the published package `.js`; the API lies beside it in the same dress.
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const API_URL = new URL(`./api${EXTENSION}`, import.meta.url).href;

/** Modules that are read as ES modules whatever the package.json near them says. */
const asModules = new Set<string>();
let registered = false;

/**
 * Prepares this process for importing the scenario of that file URL; needed once in each process.
 * `npm init` writes "type": "commonjs" these days, under which Node would refuse the scenario's imports.
 */
export function admitScenario(url: string): void {
  asModules.add(url);
  if (registered) return;
  registered = true;
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'firedrill') return { url: API_URL, shortCircuit: true };
      const resolved = next(specifier, context);
      const imported = context.parentURL !== undefined && asModules.has(context.parentURL);
      if (imported && isTypeScript(resolved.url) && specifier.startsWith('.')) asModules.add(resolved.url);
      if (!asModules.has(resolved.url)) return resolved;
      return { ...resolved, format: isTypeScript(resolved.url) ? 'module-typescript' : 'module' };
    },
    load(url, context, next) {
      // Node strips no types below node_modules, where the scenarios of an installed package lie.
      if (!asModules.has(url) || !isTypeScript(url) || !url.includes('/node_modules/'))
        return next(url, context);
      const source = stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8'), { sourceUrl: url });
      return { format: 'module', source, shortCircuit: true };
    },
  });
}

function isTypeScript(url: string): boolean {
  return url.startsWith('file:') && /\.m?ts$/.test(url);
}
