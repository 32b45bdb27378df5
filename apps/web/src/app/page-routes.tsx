import { lazy, Suspense, useEffect, type ComponentType } from 'react';
import { Link, Route, Routes, useLocation } from 'react-router';
import { EmptyNotice, LoadingRows } from '../ui/notices.tsx';
import { PageBoundary } from '../ui/page-boundary.tsx';
import { PAGES, pageAt } from './pages.ts';

const ROUTES: readonly { path: string; title: string; Page: ComponentType }[] = PAGES.map(({ path, title, load }) => ({
  path: path === '/' ? '/' : `${path}/*`,
  title,
  Page: lazy(load),
}));

/** How long the first page has the network for itself before the others' code is fetched. */
const AHEAD_AFTER_MS = 3_000;

/** The page of the present location. */
export function PageRoutes(): React.JSX.Element {
  const { pathname } = useLocation();
  const page = pageAt(pathname);
  useEffect(() => {
    document.title = page === undefined ? 'VEGA' : `${page.title} · VEGA`;
  }, [page]);
  useEffect(() => {
    // A page that is here already opens at once, and also while the platform is away.
    const timer = setTimeout(() => {
      for (const { load } of PAGES) void load().catch(() => undefined);
    }, AHEAD_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <PageBoundary key={page?.path ?? ''} title={page?.title ?? 'The page'}>
      <Suspense fallback={<LoadingRows rows={8} label="Loading the page" />}>
        <Routes>
          {ROUTES.map(({ path, Page }) => (
            <Route key={path} path={path} element={<Page />} />
          ))}
          <Route path="*" element={<NoPage />} />
        </Routes>
      </Suspense>
    </PageBoundary>
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
