/**
 * The results as `key=value` lines for a pipe: stable names, plain numbers (ms,
 * shares 0..1, bytes), one line each. A figure that was not measured has no
 * line, so that nothing reads an absence as a zero.
 */

import type { RunRecord } from '../../harness/record/run-record.ts';
import { explainRefusal, worthTelling } from '../../harness/explain/explain-refusal.ts';
import { causesOf } from './timeout-causes.ts';
import { gaugeUnit, isCount, isShareRate, isTrend } from './metrics.ts';
import { visibleLine } from './visible-text.ts';

type Value = string | number | boolean | null | undefined;

/** The lines of a record: first the verdict, then counts, metrics by name, thresholds, faults. */
export function renderKeyValues(record: RunRecord): string {
  const { summary } = record;
  const lines: string[] = [];
  const put = (key: string, value: Value): void => {
    const text = valueOf(value);
    if (text !== null) lines.push(`${keyOf(key)}=${text}`);
  };
  put('verdict', summary.verdict.status);
  put('exit_code', summary.exitCode);
  put('scenario', summary.scenario);
  put('variant', summary.variant);
  put('finding', summary.finding);
  put('seed', summary.seed);
  put('duration_ms', summary.durationMs);
  put('interrupted', summary.interrupted);
  putRefusals(record, put);
  put('clients_planned', summary.clients.planned);
  put('clients_connected', summary.clients.connected);
  put('clients_joined', summary.clients.joined);
  put('clients_failed', summary.clients.failed);
  put('clients_joined_after_ms', summary.clients.joinedAfterMs);
  for (const [kind, one] of Object.entries(summary.operations)) {
    for (const [outcome, count] of Object.entries(one)) put(`${kind}_${snake(outcome)}`, count);
    for (const [cause, count] of causesOf(summary, kind)) put(`${kind}_timeout_${cause}`, count);
  }
  for (const [name, count] of Object.entries(summary.deliveries)) put(`deliveries_${name}`, count);
  putMetrics(record, put);
  put('books_balanced', summary.books.balanced);
  put('driver_saturated', summary.generator.saturated);
  put('driver_lateness_p99_ms', summary.generator.sendLatenessP99Ms);
  put('driver_loop_lag_p99_ms', summary.generator.loopLagP99Ms);
  put('driver_busiest_worker_cpu', summary.generator.busiestWorkerCpu);
  put('driver_gc_share', summary.generator.gc?.share);
  put('driver_ceiling_share', summary.generator.ceiling?.share);
  put('incidents', summary.incidents.length);
  put('machine_limits', summary.limits.length);
  for (const status of ['pass', 'fail', 'inconclusive'] as const) {
    put(`thresholds_${status}`, summary.thresholds.filter((one) => one.status === status).length);
  }
  summary.thresholds.forEach((one, index) => {
    const during = one.during === 'all' ? '' : ` during ${one.during}`;
    put(`threshold_${index + 1}`, `${one.status} ${one.metric}: ${one.expression}${during}`);
    put(`threshold_${index + 1}_actual`, one.actual);
  });
  for (const fault of summary.faults) {
    put(`fault_${fault.id}_applied_at_ms`, fault.appliedAtMs);
    put(`fault_${fault.id}_lifted_at_ms`, fault.liftedAtMs);
    put(`fault_${fault.id}_recovered_after_ms`, fault.recoveredAfterMs);
    put(`fault_${fault.id}_hit`, fault.hit?.count);
    put(`fault_${fault.id}_hit_of`, fault.hit?.of);
    put(`fault_${fault.id}_hit_what`, fault.hit?.what);
    put(`fault_${fault.id}_steps`, fault.ramp?.steps.length);
  }
  put('faults_left_out', summary.faultsLeftOut?.length);
  summary.faultsLeftOut?.forEach(({ id }, index) => put(`fault_left_out_${index + 1}`, id));
  putDrill(record, put);
  summary.verdict.reasons.forEach((reason, index) => put(`reason_${index + 1}`, reason));
  return lines.join('\n');
}

/** `deviated` has a line only of a drill: no other run has a steady state to lose. */
function putDrill({ summary: { drill } }: RunRecord, put: (key: string, value: Value) => void): void {
  if (drill === undefined) return;
  put('deviated', drill.status === 'deviated');
  put('deviated_at_ms', drill.deviatedAtMs);
  put('steady_state', drill.status);
  put('rollback', drill.rollback);
  for (const look of drill.looks) put(`steady_state_${look.when}`, look.status);
  put('steady_state_looks', drill.during?.looks);
  put('faults_left_on', drill.left.length);
}

/** The first few are explained: they say why there is little else to read. */
function putRefusals({ summary }: RunRecord, put: (key: string, value: Value) => void): void {
  if (summary.refusals === undefined) return;
  const refusals = worthTelling(summary.refusals);
  put('refusals', refusals.length);
  refusals.slice(0, 3).forEach((refusal, index) => {
    const { what, why, tryThis } = explainRefusal(refusal);
    const key = `refusal_${index + 1}`;
    put(key, what);
    put(`${key}_count`, refusal.count);
    put(`${key}_why`, why === '' ? null : why);
    put(`${key}_try`, tryThis[0]);
  });
}

function putMetrics({ summary }: RunRecord, put: (key: string, value: Value) => void): void {
  for (const [name, metric] of Object.entries(summary.metrics).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    // Metrics under a tag come and go with causes and topics: their keys would not be stable.
    if (name.includes('{')) continue;
    if (isTrend(metric)) {
      put(`${name}_count`, metric.count);
      if (metric.count === 0) continue;
      put(`${name}_p50_ms`, metric.med);
      put(`${name}_p95_ms`, metric.p95);
      put(`${name}_p99_ms`, metric.p99);
      put(`${name}_p999_ms`, metric.p999);
      put(`${name}_max_ms`, metric.max);
    } else if (isCount(metric)) {
      put(`${name}_count`, metric.count);
      put(`${name}_${isShareRate(name) ? 'share' : 'per_second'}`, metric.rate);
    } else {
      const unit = gaugeUnit(name);
      put(`${name}_max${unit === 'ms' || unit === 'bytes' ? `_${unit}` : ''}`, metric.max);
    }
  }
}

function valueOf(value: Value): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null;
  return typeof value === 'string' ? visibleLine(value, 500) : String(value);
}

/** A key holds no sign that could be taken for its end. */
function keyOf(key: string): string {
  return key.replace(/[^A-Za-z0-9_]+/g, '_').slice(0, 120);
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
