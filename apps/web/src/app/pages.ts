import { accountsPage } from '../accounts/page.ts';
import { chainPage } from '../chain/page.ts';
import { chartPage } from '../chart/page.ts';
import { ordersPage } from '../orders/page.ts';
import { payoffPage } from '../payoff/page.ts';
import { statusPage } from '../status/page.ts';
import { watchPage } from '../watch/page.ts';
import { youPage } from '../you/page.ts';
import type { Page } from './page.ts';

/** The pages in the order of the navigation and of their number keys. A new page is a line here, before the status page. */
export const PAGES: readonly Page[] = [
  watchPage,
  chainPage,
  chartPage,
  payoffPage,
  ordersPage,
  accountsPage,
  youPage,
  statusPage,
];

/** The page of a location; undefined where there is none. */
export function pageAt(pathname: string): Page | undefined {
  return PAGES.find(({ path }) => path === pathname || (path !== '/' && pathname.startsWith(`${path}/`)));
}
