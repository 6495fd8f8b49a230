/** What the conductor knows of one worker process. */
import type { ChildProcess } from 'node:child_process';
import type { WorkerWindow } from './delta-codec.ts';
import type { Gauges } from './gauges.ts';
import type { Refusal } from '../base/refusal.ts';
import type { Pipe } from './pipe.ts';

export type Seat = {
  worker: number;
  child: ChildProcess;
  pipe: Pipe | null;
  gauges: Gauges | null;
  /** Windows that wait for those of the others. */
  windows: Map<number, WorkerWindow>;
  lastWindow: number;
  ready: boolean;
  done: boolean;
  hasExited: boolean;
  lost: boolean;
  refusals: Refusal[];
};

/** The seat of a worker that has just been started. */
export function takeSeat(worker: number, child: ChildProcess): Seat {
  return {
    worker,
    child,
    pipe: null,
    gauges: null,
    windows: new Map(),
    lastWindow: -1,
    ready: false,
    done: false,
    hasExited: false,
    lost: false,
    refusals: [],
  };
}
