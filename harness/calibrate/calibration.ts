/**
 * What `firedrill calibrate` found on this machine, kept for later runs: one
 * entry for each processor, number of cores, Node and firedrill.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export const CALIBRATION_SCHEMA = 'firedrill/calibration/1';

/** What is counted against a ceiling. */
export const WORK = ['joins', 'pushes', 'deliveries'] as const;
export type Work = (typeof WORK)[number];

/** The most of one kind of work the driver can do in a second, when it does nothing else. */
export type Ceiling = {
  /** CPU of the driver for one of them, in microseconds. */
  cpuUs: number;
  /** One worker with a core for itself: a second of CPU divided by `cpuUs`. */
  perWorker: number;
  /** All cores for the driver, the server elsewhere: computed, `perWorker` times the cores. */
  allCores: number;
  /** What one worker did reach in a second, with the server on the same machine. */
  reached: number;
  /** What ended the search: the driver was late, the server was slow, or the plan was over. */
  endedBy: 'driver' | 'server' | 'plan';
};

/** How far two identical runs lie apart in one figure. */
export type NoiseFloor = {
  metric: 'push_duration' | 'broadcast_latency';
  statistic: 'p50' | 'p99';
  /** Median of all runs, in ms. */
  typicalMs: number;
  /** Median of the pairs' shifts, second against first: what is left when chance is taken out. */
  shift: number;
  /** Largest shift of any pair, up or down: a smaller difference is noise. */
  spread: number;
};

export type MachineKey = { cpuModel: string; cores: number; nodeMajor: number; firedrill: string };

export type Calibration = {
  machine: MachineKey;
  /** ISO 8601, UTC. */
  measuredAt: string;
  /** Made in seconds, by `--quick`: an order of magnitude. */
  quick: boolean;
  /** What answered. */
  sink: string;
  ceilings: Record<Work, Ceiling>;
  /** Pairs of identical runs. */
  pairs: number;
  noise: NoiseFloor[];
};

type Stored = { schema: typeof CALIBRATION_SCHEMA; machines: Calibration[] };

/** Where it is kept: under `$XDG_CACHE_HOME`, else `~/.cache`. */
export function calibrationPath(env: NodeJS.ProcessEnv = process.env): string {
  const cache = env['XDG_CACHE_HOME'];
  return join(
    cache === undefined || cache === '' ? join(homedir(), '.cache') : cache,
    'firedrill',
    'calibration.json',
  );
}

export function machineKey(cpuModel: string, cores: number, firedrill: string): MachineKey {
  return { cpuModel, cores, nodeMajor: Number(process.versions.node.split('.')[0]), firedrill };
}

/** The calibration of such a machine; null when there is none, or none that can be read. */
export function readCalibration(key: MachineKey, path = calibrationPath()): Calibration | null {
  return readStored(path).find(({ machine }) => isSame(machine, key)) ?? null;
}

/** Keeps a calibration in the place of an earlier one of the same machine; a quick one never replaces a full one. */
export function storeCalibration(calibration: Calibration, path = calibrationPath()): boolean {
  const stored = readStored(path);
  const known = stored.find(({ machine }) => isSame(machine, calibration.machine));
  if (known && !known.quick && calibration.quick) return false;
  const machines = [...stored.filter((other) => other !== known), calibration];
  mkdirSync(dirname(path), { recursive: true });
  const document: Stored = { schema: CALIBRATION_SCHEMA, machines };
  // Whoever reads at this moment finds the old file or the new one.
  writeFileSync(`${path}.${process.pid}`, `${JSON.stringify(document, null, 2)}\n`);
  renameSync(`${path}.${process.pid}`, path);
  return true;
}

function readStored(path: string): Calibration[] {
  try {
    const stored = JSON.parse(readFileSync(path, 'utf8')) as Partial<Stored> | null;
    if (stored?.schema !== CALIBRATION_SCHEMA || !Array.isArray(stored.machines)) return [];
    return stored.machines.filter(isWhole);
  } catch {
    // A cache that is not there or not whole is none.
    return [];
  }
}

function isWhole(one: Partial<Calibration> | null): boolean {
  const ceilings = one?.ceilings;
  return (
    typeof one?.machine === 'object' &&
    Array.isArray(one.noise) &&
    WORK.every((work) => Number.isFinite(ceilings?.[work]?.cpuUs) && (ceilings?.[work]?.cpuUs ?? 0) > 0)
  );
}

function isSame(a: MachineKey, b: MachineKey): boolean {
  return (
    a.cpuModel === b.cpuModel &&
    a.cores === b.cores &&
    a.nodeMajor === b.nodeMajor &&
    a.firedrill === b.firedrill
  );
}
