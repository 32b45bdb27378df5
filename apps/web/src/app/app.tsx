import { lazy, Suspense, useCallback, useEffect, useLayoutEffect, useState } from 'react';
import { Link, Route, Routes, useLocation, useNavigate } from 'react-router';
import { useFeedStatusQuery } from '../api/market-api.ts';
import { CommandPalette } from '../shell/command-palette.tsx';
import { modeOf } from '../shell/mode.ts';
import { BottomNavigation, SideNavigation } from '../shell/navigation.tsx';
import { ShortcutSheet } from '../shell/shortcut-sheet.tsx';
import { TopBar } from '../shell/top-bar.tsx';
import { TroubleBanner } from '../shell/trouble-banner.tsx';
import { EmptyNotice, LoadingRows } from '../ui/notices.tsx';
import { StatusPage } from '../status/status-page.tsx';
import { SEARCH_FIELD } from '../watch/search-box.tsx';
import { WatchPage } from '../watch/watch-page.tsx';
import { densityChanged, DENSITIES, themeToggled } from './layout-slice.ts';
import { PAGES } from './pages.ts';
import { digitOf, isTyping, useKeys } from './shortcuts.ts';
import { useAppDispatch, useAppSelector } from './store.ts';

const ChartPage = lazy(async () => ({ default: (await import('../chart/chart-page.tsx')).ChartPage }));

const STATUS_POLL_MS = 15_000;

/** The shell around the pages. */
export function App(): React.JSX.Element {
  const [open, setOpen] = useState<'palette' | 'shortcuts'>();
  const { data } = useFeedStatusQuery(undefined, { pollingInterval: STATUS_POLL_MS });
  const mode = modeOf(data?.view.market_source);
  const { theme, density } = useAppSelector((state) => state.layout);
  const dispatch = useAppDispatch();
  const nextDensity = DENSITIES[(DENSITIES.indexOf(density) + 1) % DENSITIES.length] ?? 'normal';
  const onDensity = useCallback(() => dispatch(densityChanged(nextDensity)), [dispatch, nextDensity]);
  const onPalette = useCallback(() => setOpen('palette'), []);
  const onShortcuts = useCallback(() => setOpen('shortcuts'), []);
  const { pathname } = useLocation();

  // Before the effects of the pages: the chart reads the colours in one.
  useLayoutEffect(() => {
    Object.assign(document.documentElement.dataset, { theme, density, mode });
  }, [theme, density, mode]);
  useEffect(() => {
    const page = PAGES.find((one) => one.path === pathname);
    document.title = page === undefined ? 'VEGA' : `${page.title} · VEGA`;
  }, [pathname]);
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
          <Suspense fallback={<LoadingRows rows={8} label="Loading the page" />}>
            <Routes>
              <Route path="/" element={<WatchPage />} />
              <Route path="/chart" element={<ChartPage />} />
              <Route path="/status" element={<StatusPage />} />
              <Route path="*" element={<NoPage />} />
            </Routes>
          </Suspense>
        </main>
      </div>
      <BottomNavigation onPalette={onPalette} />
      {open === 'palette' ? (
        <CommandPalette onClose={() => setOpen(undefined)} onShortcuts={onShortcuts} />
      ) : open === 'shortcuts' ? (
        <ShortcutSheet onClose={() => setOpen(undefined)} />
      ) : null}
    </div>
  );
}

function NoPage(): React.JSX.Element {
  return (
    <EmptyNotice title="There is no such page">
      <Link to="/" className="text-accent underline">
        Go to the market watch
      </Link>
    </EmptyNotice>
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
  const handle = useCallback(
    (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        if (document.querySelector('dialog[open]') === null) onPalette();
        return;
      }
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      const digit = digitOf(event);
      const page = digit === undefined ? undefined : PAGES[digit - 1];
      // On the chart plain numbers choose the interval.
      if (page !== undefined && (pathname !== '/chart' || event.shiftKey)) void navigate(page.path);
      else if (event.key === '?') onShortcuts();
      else if (event.key === '/') {
        event.preventDefault();
        if (pathname === '/') document.getElementById(SEARCH_FIELD)?.focus();
        else onPalette();
      } else if (event.key === 't') dispatch(themeToggled());
      else if (event.key === 'd') onDensity();
    },
    [dispatch, navigate, pathname, onPalette, onShortcuts, onDensity],
  );
  useKeys(handle);
}
