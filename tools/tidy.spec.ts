/** The house rules that no compiler or linter says: sizes, names, and what must not stand in the tree. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '@vega/testkit';
import { findFaults } from './tidy/tidy-rules.ts';

const root = projectRoot();

function trackedFiles(): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
    .split('\0')
    .filter((file) => file !== '' && existsSync(join(root, file)));
}

describe('the tree', () => {
  it('keeps the house rules', () => {
    const files = trackedFiles();
    expect(files).toContain('package.json');
    const faults = files.flatMap((file) => findFaults(file, readFileSync(join(root, file), 'utf8')));
    expect(faults).toEqual([]);
  });
});

describe('the rules', () => {
  const line = (count: number): string => 'const a = 1;\n'.repeat(count);

  it.each([
    ['a file past 400 lines', 'libs/a/src/long.ts', line(401)],
    ['a banned name', 'libs/a/src/order-utils.ts', ''],
    ['a banned folder', 'libs/a/src/common/order.ts', ''],
    ['a mark of unfinished work', 'libs/a/src/order.ts', `// ${'TO'}${'DO'} later`],
    ['a silenced linter', 'libs/a/src/order.ts', `// eslint-${'disable'}-next-line`],
    ['a silenced compiler', 'libs/a/src/order.ts', `// @ts-${'ignore'}`],
    ['an any', 'libs/a/src/order.ts', `const a = b as ${'any'};`],
    ['a test that runs alone', 'libs/a/src/order.spec.ts', `it.${'only'}('x', () => {});`],
    ['a registry host', 'package-lock.json', `"https://registry.${'npmjs'}.org/a"`],
    ['a mirror host', 'tools/a.ts', `'http://deb.${'debian'}.org/debian'`],
    ['a path of one machine', 'tools/a.ts', `'/${'root'}/project'`],
    ['a test that sleeps', 'libs/a/src/a.spec.ts', `await new Promise((r) => setTimeout(${'r'}, 100));`],
  ])('find %s', (_what, file, text) => {
    expect(findFaults(file, text)).toHaveLength(1);
  });

  it.each([
    ['a file of 400 lines', 'libs/a/src/long.ts', line(400)],
    ['generated code of any length', 'libs/a/src/gen/long.ts', line(900)],
    ['tables of any length', 'libs/a/src/holiday-table.ts', line(900)],
    ['documents', 'docs/guide.md', line(900)],
    ['ordinary code', 'libs/a/src/order.ts', 'export const anyOrder = 1; // shared by all\n'],
  ])('let %s pass', (_what, file, text) => {
    expect(findFaults(file, text)).toEqual([]);
  });
});
