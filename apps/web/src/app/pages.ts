import { Activity, ChartCandlestick, List, type LucideIcon } from 'lucide-react';

/** A page of the application, in the order of its number key. */
export interface Page {
  path: string;
  title: string;
  /** One word for the navigation. */
  label: string;
  icon: LucideIcon;
}

export const PAGES: readonly Page[] = [
  { path: '/', title: 'Market watch', label: 'Watch', icon: List },
  { path: '/chart', title: 'Chart', label: 'Chart', icon: ChartCandlestick },
  { path: '/status', title: 'Status', label: 'Status', icon: Activity },
];
