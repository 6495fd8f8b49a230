/** The sample as a run of millions of samples: longer axes, and one fault that makes a few broadcasts very slow. */

import type { Distribution, RunRecord } from '../../../harness/record/run-record.ts';
import { plainMetric } from './plain-record.ts';
import { sampleRecord } from './sample-record.ts';

const SAMPLES = 15_000_000;
const SLOWEST_MS = 15_113;
const FASTEST_MS = 0.02;

/** Samples from 20 µs to 15.1 s, ten buckets a decade and ten percentiles a nine. */
function vastDistribution(): Distribution {
  const percentiles: [number, number][] = [];
  const decades = Math.log10(SAMPLES);
  const reach = Math.log10(SLOWEST_MS / FASTEST_MS);
  for (let step = 0; step <= decades * 10; step++) {
    const nines = step / 10;
    percentiles.push([1 - 10 ** -nines, FASTEST_MS * 10 ** ((nines / decades) * reach)]);
  }
  percentiles.push([1, SLOWEST_MS]);
  const buckets: Distribution['buckets'] = [];
  for (let step = 0; step < reach * 10; step++) {
    const fromMs = FASTEST_MS * 10 ** (step / 10);
    buckets.push([fromMs, fromMs * 10 ** 0.1, Math.round(SAMPLES / (step + 5))]);
  }
  return { percentiles, buckets };
}

/** 15 million samples of each latency; broadcasts of 0.9 s, 2 s in the first fault, up to 15 s in the last. */
export function vastRecord(): RunRecord {
  const sample = sampleRecord();
  const [first] = sample.summary.faults;
  const last = sample.summary.faults.at(-1);
  const distribution = vastDistribution();
  const trend = { ...plainMetric(500, SAMPLES), min: FASTEST_MS, max: SLOWEST_MS };
  const broadcasts = sample.broadcasts.map((one) => {
    const sinceDropMs = one.atMs - (last?.appliedAtMs ?? Infinity);
    const isInFirst = one.atMs >= (first?.appliedAtMs ?? Infinity) && one.atMs < (first?.liftedAtMs ?? 0);
    const isInLast = sinceDropMs >= 0 && sinceDropMs < 12_000;
    const heldMs = Math.min(SLOWEST_MS, SLOWEST_MS + 1_000 - sinceDropMs);
    const lastMs = isInLast ? heldMs : isInFirst ? 2_000 : 900;
    return { ...one, firstMs: 20, lastMs, missing: isInLast ? 5 : 0 };
  });
  return {
    ...sample,
    broadcasts,
    summary: {
      ...sample.summary,
      metrics: {
        ...sample.summary.metrics,
        push_duration: trend,
        join_duration: trend,
        broadcast_latency: trend,
      },
      distributions: {
        push_duration: distribution,
        join_duration: distribution,
        broadcast_latency: distribution,
      },
    },
  };
}
