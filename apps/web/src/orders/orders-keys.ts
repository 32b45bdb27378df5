import { shortcutSection } from '../app/shortcuts.ts';

/** The keys of the orders page. */
export const ORDERS_KEYS = shortcutSection(
  'Orders',
  {
    filter: { on: ['f'], does: 'Next filter' },
    trades: { on: ['r'], does: 'Orders or trades' },
    cancelAll: { on: ['Shift+X'], does: 'Cancel all open orders, after a question' },
  },
  {
    described: [
      { keys: '↑ ↓ ← →', does: 'Move in the list' },
      { keys: 'Space or Enter', does: 'The order in detail' },
      { keys: 'M', does: 'Change the order' },
      { keys: 'X', does: 'Cancel the order' },
    ],
  },
);
