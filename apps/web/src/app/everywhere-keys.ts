import { shortcutSection } from './shortcuts.ts';

/** The keys of the shell. */
export const EVERYWHERE_KEYS = shortcutSection(
  'Everywhere',
  {
    palette: { on: ['Mod+k'], does: 'Command palette (⌘ K on a Mac)', always: true },
    search: { on: ['/'], does: 'Search instruments' },
    page: { on: ['Digit', 'Shift+Digit'], does: 'Go to a page; with Shift where a page uses the numbers itself' },
    theme: { on: ['t'], does: 'Dark or light' },
    density: { on: ['d'], does: 'Row density' },
    sheet: { on: ['?'], does: 'This sheet' },
  },
  { scope: 'everywhere', described: [{ keys: 'Esc', does: 'Close what is open' }] },
);
