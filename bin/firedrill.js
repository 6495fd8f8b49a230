#!/usr/bin/env node
// Finds a Node that is new enough and the program to run: the sources in a clone, dist in a package.
// Plain JavaScript of an old kind, so that an old Node can at least say what is missing.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const NEEDED = [22, 22];
const BAD_SETUP = 104;

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const newerNode = here('../node_modules/node/bin/node');
const sources = new URL('../harness/cli/main.ts', import.meta.url);
const built = new URL('../dist/harness/cli/main.js', import.meta.url);

const [major, minor] = process.versions.node.split('.').map(Number);
if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) {
  hideExperimentalWarnings();
  // Half of the time to the first arrival went into compiling the same files as the last time.
  module.enableCompileCache?.();
  await import((existsSync(sources) ? sources : built).href);
} else if (existsSync(newerNode)) {
  handOver();
} else {
  console.error(
    `firedrill needs Node ${NEEDED.join('.')} or newer, this is ${process.version} (${process.execPath}).\n` +
      'Install it from https://nodejs.org, or in a clone run npm ci, which brings one along.',
  );
  process.exitCode = BAD_SETUP;
}

// Node 22 warns of every TypeScript file it strips, which is nothing a user can act on.
function hideExperimentalWarnings() {
  const listeners = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning')
      listeners.forEach((listener) => listener.call(process, warning));
  });
}

function handOver() {
  // In a group of its own: a Ctrl-C at the terminal reaches both of us otherwise, and the second one means "at once".
  const child = spawn(newerNode, process.argv.slice(1), { stdio: 'inherit', detached: true });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGWINCH'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`${newerNode} cannot be started: ${error.message}`);
    process.exitCode = BAD_SETUP;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code === null ? 128 + constants.signals[signal] : code;
    for (const name of signals) process.removeAllListeners(name);
  });
}
