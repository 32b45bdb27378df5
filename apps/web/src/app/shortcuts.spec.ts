import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { clashesOf, findPressed, shortcutSection, type ShortcutSection } from './shortcuts.ts';

const sources = join(import.meta.dirname, '..');

/** Every section that any room of the app declares, found by the name of its file. */
async function sections(): Promise<ShortcutSection[]> {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) => /-keys\.ts$/.test(file));
  const modules = await Promise.all(
    files.map((file) => import(join(sources, file)) as Promise<Record<string, unknown>>),
  );
  return modules.flatMap((one) => Object.values(one)).filter(isSection);
}

const isSection = (value: unknown): value is ShortcutSection =>
  typeof value === 'object' && value !== null && 'keys' in value && 'scope' in value;

const key = (name: string, code = ''): Parameters<typeof findPressed>[1] => ({
  key: name,
  code,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
});

describe('shortcuts', () => {
  it('no section answers one key twice, and every combination can be read', async () => {
    const all = await sections();
    expect(all.length).toBeGreaterThanOrEqual(3);
    expect(all.map((section) => [section.title, clashesOf(section)])).toEqual(all.map(({ title }) => [title, []]));
  });

  it('a page takes no key of the shell but the numbers', async () => {
    const all = await sections();
    const combinations = ({ keys }: ShortcutSection): string[] =>
      Object.values(keys).flatMap(({ on }) => on.map((one) => one.toLowerCase()));
    const shell = all.filter(({ scope }) => scope === 'everywhere').flatMap(combinations);
    expect(shell.length).toBeGreaterThan(0);
    for (const page of all.filter(({ scope }) => scope === 'page')) {
      const taken = combinations(page).filter((one) => one !== 'digit' && shell.includes(one));
      expect([page.title, taken]).toEqual([page.title, []]);
    }
  });

  it('finds a clash', () => {
    const clashing = shortcutSection('Planted', {
      one: { on: ['a', 'b'], does: '' },
      two: { on: ['A'], does: '' },
    });
    expect(clashesOf(clashing)).toEqual(['a']);
  });

  it('leaves keys to fields and dialogs unless they are for always', () => {
    const section = shortcutSection('Planted', {
      plain: { on: ['a'], does: '' },
      always: { on: ['b'], does: '', always: true },
    });
    expect(findPressed(section, key('a'), false)).toBe('plain');
    expect(findPressed(section, key('a'), true)).toBeUndefined();
    expect(findPressed(section, key('b'), true)).toBe('always');
    expect(findPressed(section, key('c'), false)).toBeUndefined();
  });
});
