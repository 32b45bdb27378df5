import { shortcutSection } from '../app/shortcuts.ts';

/** The keys of the option chain. */
export const CHAIN_KEYS = shortcutSection(
  'Option chain',
  {
    atm: { on: ['a'], does: 'Bring the strike at the money to the middle' },
    columns: { on: ['g'], does: 'Next set of columns' },
    nearer: { on: ['['], does: 'Earlier expiry' },
    later: { on: [']'], does: 'Later expiry' },
    analytics: { on: ['o'], does: 'Open interest, smile, straddle' },
  },
  {
    described: [
      { keys: '↑ ↓ ← →', does: 'Move in the chain' },
      { keys: 'Enter', does: 'The contract in detail, with its depth' },
      { keys: 'C', does: 'Chart of the contract' },
      { keys: 'B / S', does: 'Order ticket: buy or sell the contract' },
      { keys: 'Shift B / Shift S', does: 'Buy or sell the contract in the payoff builder' },
    ],
  },
);
