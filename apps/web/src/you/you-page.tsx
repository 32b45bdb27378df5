import { LogOut } from 'lucide-react';
import { NavLink, Navigate, Route, Routes } from 'react-router';
import type { ApiFailure } from '../api/failure.ts';
import { useMeQuery } from '../api/auth-api.ts';
import { session } from '../session/session.ts';
import { FailureLine, useDeed } from '../ui/form.tsx';
import { FailureNotice, LoadingRows } from '../ui/notices.tsx';
import { ApiKeys } from './api-keys.tsx';
import { Audit } from './audit.tsx';
import { People } from './people.tsx';
import { Security } from './security.tsx';

/** The parts of the page; the last two are for admins. */
const PARTS = [
  { path: 'security', title: 'Sign-in', forAdmins: false },
  { path: 'keys', title: 'API keys', forAdmins: false },
  { path: 'audit', title: 'Audit trail', forAdmins: true },
  { path: 'people', title: 'People', forAdmins: true },
] as const;

/** What belongs to whoever is signed in. */
export function YouPage(): React.JSX.Element {
  const { data, error, refetch } = useMeQuery(undefined, { refetchOnMountOrArgChange: true });
  const leaving = useDeed();
  if (data === undefined) {
    const failure = error as ApiFailure | undefined;
    if (failure === undefined) return <LoadingRows rows={6} label="Loading who you are" />;
    return <FailureNotice failure={failure} onRetry={() => void refetch()} />;
  }
  const { user } = data;
  const isAdmin = user.role === 'admin';
  const again = async (): Promise<void> => void (await refetch());
  return (
    <div tabIndex={0} role="region" aria-label="You" className="h-full overflow-y-auto">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2 px-3 pt-3">
        <h1 className="min-w-0 truncate text-base font-semibold">{user.email}</h1>
        <span className="text-dim">{user.role}</span>
        <button
          type="button"
          className="button ml-auto"
          disabled={leaving.busy}
          onClick={() => leaving.run(() => session.logout())}
        >
          <LogOut aria-hidden className="size-3.5" /> Sign out
        </button>
      </header>
      <div className="px-3">
        <FailureLine failure={leaving.failure} />
      </div>
      <nav aria-label="Parts" className="flex flex-wrap gap-1 px-3 pt-2">
        {PARTS.filter(({ forAdmins }) => isAdmin || !forAdmins).map(({ path, title }) => (
          <NavLink key={path} to={`/you/${path}`} className="part-link">
            {title}
          </NavLink>
        ))}
      </nav>
      <Routes>
        <Route path="security" element={<Security user={user} given={data.second_factor_given} onChanged={again} />} />
        <Route path="keys" element={<ApiKeys canTrade={data.scopes.includes('trade')} />} />
        {isAdmin ? <Route path="audit" element={<Audit />} /> : null}
        {isAdmin ? <Route path="people" element={<People ownId={user.user_id} />} /> : null}
        <Route path="*" element={<Navigate to="/you/security" replace />} />
      </Routes>
    </div>
  );
}
