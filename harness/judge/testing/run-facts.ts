/** A run with nothing to complain of, for tests that take one thing away. */
import type { ThresholdResult } from '../../record/run-record.ts';
import type { RunFacts } from '../verdict.ts';

export const held: ThresholdResult = {
  metric: 'push_duration',
  expression: 'p(99)<250',
  actual: 120,
  limit: 250,
  unit: 'ms',
  status: 'pass',
  during: 'all',
  level: 'error',
  worstAtMs: null,
  worstDuring: null,
};

export const clean: RunFacts = {
  thresholds: [held],
  books: [],
  generator: {
    sendLatenessP99Ms: 2,
    loopLagP99Ms: 1,
    cpu: 0.5,
    saturated: false,
    latenessLimitMs: 10,
    lateSeconds: 0,
    workers: 2,
    rssBytes: 1,
  },
  clients: { planned: 100, joined: 100 },
  rate: null,
  pushes: { sent: 500, answered: 480 },
  lostWorkers: 0,
  deadNodes: [],
  faultsNotLifted: [],
  faultsNotInjected: [],
  faultsCutShort: [],
  serverGone: null,
  scenarioThrew: null,
  interrupted: false,
  aborted: null,
};
