/**
 * What the driver costs, beside its peers in the same run: `driver.ts [section …]`, all of them without a name.
 * A peer that is not installed is named and left out; every limit that is missed makes the exit code 1.
 */
import { connectRows } from './driver/connect.ts';
import { deliveryRows } from './driver/delivery.ts';
import { firstArrivalRows } from './driver/first-arrival.ts';
import { holdRows, moonRows, twiceRows, wideRows } from './driver/whole-program.ts';
import { pushRows } from './driver/push.ts';
import { rivalRows } from './driver/rival-rows.ts';
import { printRows, type Row } from './table.ts';

const SECTIONS: Readonly<Record<string, () => Promise<Row[]>>> = {
  start: firstArrivalRows,
  connect: connectRows,
  deliver: deliveryRows,
  push: pushRows,
  rivals: rivalRows,
  wide: wideRows,
  twice: twiceRows,
  moon: moonRows,
  hold: holdRows,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(SECTIONS, name));
if (unknown.length > 0) {
  process.stderr.write(`no section ${unknown.join(', ')}; there are ${Object.keys(SECTIONS).join(', ')}\n`);
  process.exit(104);
}
const rows: Row[] = [];
for (const [name, measure] of Object.entries(SECTIONS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  process.stderr.write(`\n${name}\n`);
  rows.push(...(await measure()));
}
process.exitCode = printRows('the driver, both ends on this machine', rows) > 0 ? 1 : 0;
