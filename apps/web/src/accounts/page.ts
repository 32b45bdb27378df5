import { Landmark } from 'lucide-react';
import type { Page } from '../app/page.ts';
import { ACCOUNT_KEYS } from './account-keys.ts';

/** The broker accounts of whoever is signed in: their logins, and what they may do. */
export const accountsPage: Page = {
  path: '/accounts',
  title: 'Broker accounts',
  label: 'Accounts',
  icon: Landmark,
  load: async () => ({ default: (await import('./accounts-page.tsx')).AccountsPage }),
  shortcuts: ACCOUNT_KEYS,
  onPhone: false,
};
