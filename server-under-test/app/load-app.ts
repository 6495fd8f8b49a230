import { Console } from 'node:console';
import { realpathSync, statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { App } from './definition.ts';
import { explainFailure } from './import-failure.ts';
import { admitApp } from './module-hooks.ts';
import { AppError, type AppProblem } from './problem.ts';
import { surviveStrays } from './stray-errors.ts';

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'];

/** What is wrong with an application file, as typed; nothing when a node can run it. Imports it into this process. */
export async function checkApp(path: string): Promise<readonly AppProblem[]> {
  try {
    await importApp(path);
    return [];
  } catch (error) {
    if (error instanceof AppError) return error.problems;
    throw error;
  }
}

/** The application a file exports, for a node that will run it; rejects with an AppError. */
export async function loadApp(path: string): Promise<App> {
  const app = await importApp(path);
  surviveStrays();
  return app;
}

async function importApp(path: string): Promise<App> {
  const file = findFile(path);
  const url = pathToFileURL(file).href;
  admitApp(url);
  // stdout is for the one line that says the server is ready.
  globalThis.console = new Console(process.stderr);
  let loaded: Readonly<Record<string, unknown>>;
  try {
    loaded = (await import(url)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new AppError(explainFailure(error, path, file), { cause: error });
  }
  const exported = loaded['default'];
  if (exported instanceof App) return exported;
  const names = Object.keys(loaded);
  const others = names.length === 0 ? 'no export' : `exports ${names.slice(0, 5).join(', ')}`;
  throw refuse({
    code: 'app_no_default_export',
    path,
    got: names.includes('default') ? 'a default export that application(…) did not make' : others,
    wanted: 'a default export of application(…)',
    hint: "import { application } from 'firedrill/server'; export default application({ channels: […] })",
  });
}

/** Node imports by real path, so everything here knows the file by that name. */
function findFile(path: string): string {
  const file = resolve(path);
  const stats = statSync(file, { throwIfNoEntry: false });
  const wanted = `a module: ${EXTENSIONS.join(', ')}`;
  if (stats === undefined) {
    throw refuse({ code: 'app_not_found', path, got: 'nothing there', wanted, hint: `it would be ${file}` });
  }
  if (!stats.isFile() || !EXTENSIONS.includes(extname(file))) {
    const kind = stats.isDirectory() ? 'a folder' : extname(file) === '' ? 'no extension' : extname(file);
    const hint = stats.isDirectory() ? `--app ${path.replace(/\/$/, '')}/app.ts` : 'rename it to end in .ts';
    throw refuse({ code: 'app_not_a_module', path, got: kind, wanted, hint });
  }
  return realpathSync(file);
}

function refuse(problem: AppProblem): AppError {
  return new AppError([problem]);
}
