import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BuiltTree } from './built-tree.ts';

let root: string;

function write(path: string, text: string): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'vega-built-tree-'));
  for (const room of ['libs/kernel', 'services/orders', 'apps/web']) write(`${room}/src/index.ts`, 'one');
  write('package.json', '{}');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const built = (): Promise<boolean> =>
  new BuiltTree(root).remember(
    () => {
      write('libs/kernel/dist/index.js', 'built');
      return Promise.resolve(true);
    },
    (result) => result,
  );

it('is current after a build, also for another process, and not before one', async () => {
  expect(new BuiltTree(root).isCurrent()).toBe(false);
  await built();
  expect(new BuiltTree(root).isCurrent()).toBe(true);
});

it.each<[string, () => void]>([
  ['a source is changed', () => write('services/orders/src/index.ts', 'other')],
  [
    'a source is written at another time',
    () => utimesSync(join(root, 'services/orders/src/index.ts'), new Date(1_000), new Date(1_000)),
  ],
  ['a source is added', () => write('apps/web/src/page.tsx', 'new')],
  ['a source is gone', () => rmSync(join(root, 'apps/web/src/index.ts'))],
  ['the dependencies change', () => write('package-lock.json', '{}')],
  ['an output is gone', () => rmSync(join(root, 'libs/kernel/dist'), { recursive: true })],
  ['an output is changed', () => write('libs/kernel/dist/index.js', 'cut')],
])('is not current when %s', async (_what, change) => {
  await built();
  change();
  expect(new BuiltTree(root).isCurrent()).toBe(false);
});

it('does not look at what is installed', async () => {
  await built();
  write('services/orders/node_modules/left/index.js', 'x');
  expect(new BuiltTree(root).isCurrent()).toBe(true);
});

it('remembers no build that failed, and takes for built no source that was written during the build', async () => {
  const tree = new BuiltTree(root);
  const failed = await tree.remember(
    () => Promise.resolve(false),
    (result) => result,
  );
  expect([failed, tree.isCurrent()]).toEqual([false, false]);
  await tree.remember(
    () => {
      write('libs/kernel/src/index.ts', 'written meanwhile');
      return Promise.resolve(true);
    },
    (result) => result,
  );
  expect(tree.isCurrent()).toBe(false);
});
