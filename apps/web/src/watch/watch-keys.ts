import { shortcutSection } from '../app/shortcuts.ts';

/** The keys of the market watch. */
export const WATCH_KEYS = shortcutSection(
  'Market watch',
  { columns: { on: ['g'], does: 'Next set of columns' } },
  {
    described: [
      { keys: '↑ ↓ ← →', does: 'Move in the list' },
      { keys: 'Home / End', does: 'First or last column; with Ctrl, row' },
      { keys: 'Enter or C', does: 'Open the chart' },
      { keys: 'B / S', does: 'Order ticket: buy or sell the instrument' },
      { keys: 'Alt ↑ / Alt ↓', does: 'Move the instrument up or down' },
      { keys: 'Delete', does: 'Remove the instrument' },
    ],
  },
);
