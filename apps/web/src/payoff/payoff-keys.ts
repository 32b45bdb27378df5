import { shortcutSection } from '../app/shortcuts.ts';

/** The keys of the payoff builder. */
export const PAYOFF_KEYS = shortcutSection('Payoff builder', {
  up: { on: ['ArrowUp'], does: 'Move every strike up by one' },
  down: { on: ['ArrowDown'], does: 'Move every strike down by one' },
  buysFirst: { on: ['b'], does: 'Bought legs first' },
  asItIs: { on: ['0'], does: 'Sliders back to the present' },
  chain: { on: ['c'], does: 'To the option chain' },
});
