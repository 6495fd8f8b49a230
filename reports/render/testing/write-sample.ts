/** Writes the sample run and its page anew: `node reports/render/testing/write-sample.ts`. */

import { writeFileSync } from 'node:fs';
import { renderReport } from '../report.ts';
import { readSample, SAMPLES, summaryFile, timelineFile } from './sample-files.ts';
import { sampleRecord } from './sample-record.ts';

const record = sampleRecord();
writeFileSync(new URL('summary.json', SAMPLES), summaryFile(record));
writeFileSync(new URL('timeline.ndjson', SAMPLES), timelineFile(record));
writeFileSync(new URL('sample.html', SAMPLES), renderReport(readSample()));
