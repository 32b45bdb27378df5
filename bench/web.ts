// `npm run bench:web`
import { join } from 'node:path';
import { findOrInstallChromium, projectRoot } from '@vega/testkit';
import { FIRST_ROUTE_BYTES, firstRouteBytes } from '../apps/web/test/first-route.ts';
import { finish, type BenchResult } from './measure.ts';
import { benchTables } from './web/tables.ts';

/** Size of the built application's first route. */
function firstRoute(): BenchResult {
  const gzipBytes = firstRouteBytes(join(projectRoot(), 'apps/web/dist'));
  const ratio = Number((gzipBytes / FIRST_ROUTE_BYTES).toFixed(3));
  return {
    name: 'web-first-route',
    figures: { gzipBytes, mostBytes: FIRST_ROUTE_BYTES },
    ratio,
    aim: '<= 1',
    holds: ratio <= 1,
  };
}

const program = findOrInstallChromium((line) => process.stderr.write(`${line}\n`));
const size = firstRoute();
const tables = program === undefined ? [] : await benchTables(program);
finish([...tables, size]);
