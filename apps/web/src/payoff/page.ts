import { ChartSpline } from 'lucide-react';
import type { Page } from '../app/page.ts';
import { PAYOFF_KEYS } from './payoff-keys.ts';

/** The payoff builder. */
export const payoffPage: Page = {
  path: '/payoff',
  title: 'Payoff builder',
  label: 'Payoff',
  icon: ChartSpline,
  load: async () => ({ default: (await import('./payoff-page.tsx')).PayoffPage }),
  shortcuts: PAYOFF_KEYS,
  onPhone: true,
};
