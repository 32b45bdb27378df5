// `npm run bench:<name>`: builds, then runs bench/<name>.ts against what was built.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot, stateFolder } from '@vega/testkit';
import { buildRooms } from './stack/build.ts';

const root = projectRoot();
const [name = '', ...rest] = process.argv.slice(2);
const script = join(root, 'bench', `${name}.ts`);
if (!/^[a-z-]+$/.test(name) || !existsSync(script)) {
  process.stderr.write(`There is no bench "${name}".\n`);
  process.exit(1);
}
const log = join(stateFolder(), 'logs/bench-build.log');
const build = await buildRooms(root, log);
if (build.code !== 0) {
  process.stderr.write(`The build failed; its log is ${log}\n`);
  process.exit(1);
}
const bench = spawnSync(process.execPath, ['--no-warnings', '--experimental-transform-types', script, ...rest], {
  cwd: root,
  stdio: 'inherit',
  // A bench stands in for several processes at once, so its stacks have no users on the bus.
  env: { ...process.env, VEGA_BUS_OPEN: '1' },
});
process.exit(bench.status ?? 1);
