/** The driver's own part in a run: how late it was, what it ran amid, how near its ceiling it came. */
import { machineKey, readCalibration } from '../calibrate/calibration.ts';
import { ceilingShare } from '../calibrate/ceiling-share.ts';
import type { FaultSpan } from '../faults/schedule.ts';
import { decisiveSigns, findSigns, SATURATION_LIMITS } from '../judge/saturation.ts';
import type { CeilingShare, GeneratorSummary } from '../record/run-record.ts';
import { isLoopback } from '../target/url.ts';
import { kernelStrain } from './kernel-strain.ts';
import type { MeasuredRun } from './measurements.ts';
import type { OpenTarget } from './open-target.ts';
import type { RunJournal } from './run-journal.ts';
import { symptomsOf, type Surroundings } from './symptoms.ts';

/** Was it us? The driver's own state over the run. */
export function generatorOf(run: MeasuredRun, journal: RunJournal, around: Surroundings): GeneratorSummary {
  const symptoms = symptomsOf(run.totals, run.windows, around);
  const signs = findSigns(symptoms);
  const cpu = run.windows.reduce((sum, line) => sum + line.driver.cpu, 0);
  return {
    sendLatenessP99Ms: symptoms.latenessP99Ms,
    loopLagP99Ms: symptoms.loopLagP99Ms,
    cpu: run.windows.length === 0 ? 0 : cpu / run.windows.length,
    saturated: decisiveSigns(signs).length > 0,
    latenessLimitMs: SATURATION_LIMITS.latenessMs,
    lateSeconds: symptoms.lateSeconds,
    workers: around.workers,
    rssBytes: journal.mostWorkerRssBytes,
    busiestWorkerCpu: symptoms.busiestWorkerCpu,
    gc: symptoms.gc,
    signs,
  };
}

/** How near the run came to what `firedrill calibrate` found here; null when it never looked. */
export function ceilingOf(
  { machine, fit }: OpenTarget,
  version: string,
  run: MeasuredRun,
): CeilingShare | null {
  const calibration = readCalibration(machineKey(machine.cpuModel, machine.cores, version));
  if (!calibration) return null;
  return ceilingShare(run.windows, { workers: fit.workers, cores: machine.cores }, calibration);
}

/** What the driver ran amid. */
export function surroundingsOf(
  target: OpenTarget,
  journal: RunJournal,
  spans: readonly FaultSpan[],
): Surroundings {
  return {
    workers: target.fit.workers,
    cores: target.machine.cores,
    kernel: kernelStrain(journal.kernel.total(), journal.windows, spans),
    conntrack: conntrackOf(target, journal),
    // A network of the run's own leads to this machine and nowhere else.
    isLocal: isLoopback(target.address.host) || target.ground.lab !== null,
  };
}

/** The firewall's connection table at its fullest; null where there is none. */
export function conntrackOf({ machine }: OpenTarget, { kernel }: RunJournal): Surroundings['conntrack'] {
  if (machine.conntrack === null || kernel.mostConntrack === null) return null;
  return { most: kernel.mostConntrack, max: machine.conntrack.max };
}
