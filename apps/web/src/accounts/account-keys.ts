import { shortcutSection } from '../app/shortcuts.ts';

/** The keys of the page of broker accounts. */
export const ACCOUNT_KEYS = shortcutSection('Broker accounts', {
  add: { on: ['n'], does: 'Add an account' },
  check: { on: ['r'], does: 'Ask the broker about every login now' },
});
