// What bench/web.ts drives: mounts one table, plays changes into it, and tells the times between frames and whether every
// cell ended as it had to.
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import '../src/theme.css';
import { ChangeSource, firstRows, formatOf, type Change } from './bench-market.ts';
import type { BenchedTable } from './benched-table.ts';
import { naiveRedux } from './naive-redux.tsx';
import { naiveState } from './naive-state.tsx';
import { ourGrid } from './our-grid.tsx';
import type { RunFigures, RunOrder, TableName } from './run-figures.ts';

const TABLES = { ours: ourGrid, redux: naiveRedux, state: naiveState } satisfies Record<TableName, () => BenchedTable>;

let mounted: { table: BenchedTable; unmount: () => void } | undefined;

function mount(name: TableName): void {
  mounted?.unmount();
  const container = document.getElementById('root');
  if (container === null) throw new Error('the page has no root element');
  const table = TABLES[name]();
  const root = createRoot(container);
  flushSync(() => root.render(table.view));
  mounted = { table, unmount: () => root.unmount() };
}

const nextFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

async function run({ seed, perSecond, seconds }: RunOrder): Promise<RunFigures> {
  if (mounted === undefined) throw new Error('no table is mounted');
  const { apply } = mounted.table;
  const count = perSecond * seconds;
  const worker = new Worker(new URL('./change-worker.ts', import.meta.url), { type: 'module' });
  let applied = 0;
  let isDone = false;
  worker.onmessage = ({ data }: MessageEvent<Change[] | 'done'>) => {
    if (data === 'done') {
      isDone = true;
      return;
    }
    for (const change of data) apply(change);
    applied += data.length;
  };
  worker.postMessage({ seed, perSecond, count });
  const frames: number[] = [];
  let before = await nextFrame();
  while (!isDone) {
    const at = await nextFrame();
    frames.push(at - before);
    before = at;
  }
  worker.terminate();
  await nextFrame();
  await nextFrame();
  return { frames, applied, ...check(new ChangeSource(seed).take(count)) };
}

function check(changes: readonly Change[]): { cells: number; wrong: number } {
  const expected = firstRows().map((row) => [...row]);
  for (const [row, column, value] of changes) (expected[row] as number[])[column] = value;
  const shown = [...document.querySelectorAll('[data-row]')].map((row) =>
    [...row.querySelectorAll('[data-cell]')].map((cell) => cell.textContent),
  );
  const wrong = expected.flatMap((row, n) => row.filter((value, m) => shown[n]?.[m] !== formatOf(m)(value)));
  return { cells: shown.flat().length, wrong: wrong.length };
}

declare global {
  interface Window {
    bench: { mount: typeof mount; run: typeof run };
  }
}
window.bench = { mount, run };
