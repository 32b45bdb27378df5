import { lazy, Suspense, useCallback, useLayoutEffect, useState } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { useFeedStatusQuery } from '../api/market-api.ts';
import { useAccounts, useChosenAccount } from '../live/use-accounts.ts';
import { CommandPalette } from '../shell/command-palette.tsx';
import { modeOf } from '../shell/mode.ts';
import { BottomNavigation, SideNavigation } from '../shell/navigation.tsx';
import { ShortcutSheet } from '../shell/shortcut-sheet.tsx';
import { TopBar } from '../shell/top-bar.tsx';
import { TroubleBanner } from '../shell/trouble-banner.tsx';
import { EVERYWHERE_KEYS } from './everywhere-keys.ts';
import { digitOf } from './key-combination.ts';
import { densityChanged, DENSITIES, themeToggled } from './layout-slice.ts';
import { PageRoutes } from './page-routes.tsx';
import { pageAt, PAGES } from './pages.ts';
import { useShortcuts } from './shortcuts.ts';
import { useAppDispatch, useAppSelector } from './store.ts';

const STATUS_POLL_MS = 15_000;

/** The ticket and the news of orders: nothing of it is needed to see the first page. */
const OrderDesk = lazy(async () => ({ default: (await import('../ticket/order-desk.tsx')).OrderDesk }));

type Overlay = 'palette' | 'shortcuts';

/** The shell around the pages. */
export function App(): React.JSX.Element {
  const [open, setOpen] = useState<Overlay>();
  const { data } = useFeedStatusQuery(undefined, { pollingInterval: STATUS_POLL_MS });
  const [account] = useChosenAccount(useAccounts());
  const mode = modeOf(data?.view.market_source, account?.environment);
  const { theme, density } = useAppSelector((state) => state.layout);
  const dispatch = useAppDispatch();
  const nextDensity = DENSITIES[(DENSITIES.indexOf(density) + 1) % DENSITIES.length] ?? 'normal';
  const onDensity = useCallback(() => dispatch(densityChanged(nextDensity)), [dispatch, nextDensity]);
  const onPalette = useCallback(() => setOpen('palette'), []);
  const onShortcuts = useCallback(() => setOpen('shortcuts'), []);
  const close = useCallback(() => setOpen(undefined), []);

  // Before the effects of the pages: the chart reads the colours in one.
  useLayoutEffect(() => {
    Object.assign(document.documentElement.dataset, { theme, density, mode });
  }, [theme, density, mode]);
  useGlobalKeys({ onPalette, onShortcuts, onDensity });

  return (
    <div className="flex h-full flex-col">
      <a className="skip-link" href="#page">
        Skip to the page
      </a>
      <TopBar mode={mode} onPalette={onPalette} onShortcuts={onShortcuts} onDensity={onDensity} />
      <TroubleBanner />
      <div className="flex min-h-0 flex-1">
        <SideNavigation />
        <main id="page" tabIndex={-1} className="relative min-w-0 flex-1 overflow-hidden outline-none">
          <PageRoutes />
        </main>
      </div>
      <BottomNavigation onPalette={onPalette} />
      <Suspense fallback={null}>
        <OrderDesk />
      </Suspense>
      {open === 'palette' ? <CommandPalette onClose={close} onShortcuts={onShortcuts} /> : null}
      {open === 'shortcuts' ? <ShortcutSheet onClose={close} /> : null}
    </div>
  );
}

interface GlobalActions {
  onPalette: () => void;
  onShortcuts: () => void;
  onDensity: () => void;
}

/** Keys that work on every page. */
function useGlobalKeys({ onPalette, onShortcuts, onDensity }: GlobalActions): void {
  const dispatch = useAppDispatch();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  useShortcuts(EVERYWHERE_KEYS, {
    palette: () => {
      if (document.querySelector('dialog[open]') === null) onPalette();
    },
    search: () => {
      const field = document.getElementById(pageAt(pathname)?.searchField ?? '');
      if (field === null) onPalette();
      else field.focus();
    },
    page: (event) => {
      const page = PAGES[(digitOf(event) ?? 0) - 1];
      if (page !== undefined) void navigate(page.path);
    },
    theme: () => dispatch(themeToggled()),
    density: onDensity,
    sheet: onShortcuts,
  });
}
