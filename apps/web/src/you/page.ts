import { UserRound } from 'lucide-react';
import type { Page } from '../app/page.ts';

/** Whoever is signed in: password, second factor, sessions, keys for programs; for admins the audit trail and people. */
export const youPage: Page = {
  path: '/you',
  title: 'You',
  label: 'You',
  icon: UserRound,
  load: async () => ({ default: (await import('./you-page.tsx')).YouPage }),
  onPhone: false,
};
