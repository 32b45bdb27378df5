import { Activity } from 'lucide-react';
import type { Page } from '../app/page.ts';

/** Whether the market can be followed, and what of the platform is not well. */
export const statusPage: Page = {
  path: '/status',
  title: 'Status',
  label: 'Status',
  icon: Activity,
  load: async () => ({ default: (await import('./status-page.tsx')).StatusPage }),
  onPhone: true,
};
