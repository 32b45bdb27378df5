import { ChartCandlestick } from 'lucide-react';
import type { Page } from '../app/page.ts';
import { CHART_KEYS } from './chart-keys.ts';

/** The chart of the chosen instrument; its library is fetched apart from the shell. */
export const chartPage: Page = {
  path: '/chart',
  title: 'Chart',
  label: 'Chart',
  icon: ChartCandlestick,
  load: async () => ({ default: (await import('./chart-page.tsx')).ChartPage }),
  shortcuts: CHART_KEYS,
  onPhone: true,
  forInstrument: { verb: 'Chart', fits: () => true },
};
