import { ClipboardList } from 'lucide-react';
import type { Page } from '../app/page.ts';
import { ORDERS_KEYS } from './orders-keys.ts';

/** The orders of the day. */
export const ordersPage: Page = {
  path: '/orders',
  title: 'Orders',
  label: 'Orders',
  icon: ClipboardList,
  load: async () => ({ default: (await import('./orders-page.tsx')).OrdersPage }),
  shortcuts: ORDERS_KEYS,
  onPhone: true,
};
