// The programs in docs/quants.md are the files in clients/, which the end-to-end tests run.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '@vega/testkit';

const root = projectRoot();
const page = readFileSync(join(root, 'docs/quants.md'), 'utf8');
const programs = [...page.matchAll(/<!-- (clients\/\S+) -->\n```\w+\n([^]*?)```/g)];

describe('docs/quants.md', () => {
  it('shows the programs of both languages', () => {
    expect(programs.map(([, file]) => file)).toEqual([
      'clients/python/follow_ticks.py',
      'clients/typescript/follow-ticks.ts',
    ]);
  });

  it.each(programs.map(([, file = '', text = '']) => [file, text]))('shows %s as it is', (file, text) => {
    expect(text).toBe(readFileSync(join(root, file), 'utf8'));
  });
});
