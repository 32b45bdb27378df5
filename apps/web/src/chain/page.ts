import { Rows3 } from 'lucide-react';
import type { Page } from '../app/page.ts';
import { CHAIN_KEYS } from './chain-keys.ts';
import { UNDERLYING_FIELD } from './underlying-picker.tsx';

/** The option chain. */
export const chainPage: Page = {
  path: '/chain',
  title: 'Option chain',
  label: 'Chain',
  icon: Rows3,
  load: async () => ({ default: (await import('./chain-page.tsx')).ChainPage }),
  shortcuts: CHAIN_KEYS,
  onPhone: true,
  searchField: UNDERLYING_FIELD,
};
