// `npm run soak [-- --minutes 60 --speed 60]`: prints the slope of every process and fails when one is not flat.
import { parseArgs } from 'node:util';
import { runSoak } from '../e2e/soak.ts';
import { describeTrend } from './process-watch.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '60' }, speed: { type: 'string', default: '60' } },
});
const minutes = Number(values.minutes);
const speed = Number(values.speed);
if (!(minutes > 0) || !(speed >= 1)) {
  process.stderr.write('--minutes must be more than 0 and --speed at least 1.\n');
  process.exit(1);
}
/** Over the first roll of the date at the default speed, after which every kind of work was done once. */
const WARM_UP_MINUTES = 7;
const report = await runSoak({
  minutes,
  warmUpMinutes: Math.min(WARM_UP_MINUTES, minutes / 3),
  speed,
  streamClients: 20,
  onProgress: (line) => process.stdout.write(`${line}\n`),
});
for (const trend of report.trends) process.stdout.write(`${describeTrend(trend)}\n`);
process.stdout.write(`${JSON.stringify(report.volume)}\n`);
for (const problem of report.problems) process.stdout.write(`not flat: ${problem}\n`);
process.exit(report.problems.length === 0 ? 0 : 1);
