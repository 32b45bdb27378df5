import { List } from 'lucide-react';
import type { Page } from '../app/page.ts';
import { SEARCH_FIELD } from './search-box.tsx';
import { WATCH_KEYS } from './watch-keys.ts';
import { WatchPage } from './watch-page.tsx';

/** The first page: it comes with the shell's own code. */
export const watchPage: Page = {
  path: '/',
  title: 'Market watch',
  label: 'Watch',
  icon: List,
  load: () => Promise.resolve({ default: WatchPage }),
  shortcuts: WATCH_KEYS,
  onPhone: true,
  searchField: SEARCH_FIELD,
};
