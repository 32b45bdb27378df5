import type { SessionSummaryView, UserView } from '@vega/client';
import { useState } from 'react';
import type { ApiFailure } from '../api/failure.ts';
import { deeds, useSessionsQuery } from '../api/auth-api.ts';
import { formatIstDay, formatIstTime } from '../format/ist.ts';
import { session } from '../session/session.ts';
import { DeedForm, Entry, FailureLine, useDeed } from '../ui/form.tsx';
import { FailureNotice, LoadingRows } from '../ui/notices.tsx';
import { Panel } from '../ui/panel.tsx';
import { SecondFactor } from './second-factor.tsx';

interface SecurityProps {
  user: UserView;
  /** Whether this session gave its second factor. */
  given: boolean;
  onChanged: () => Promise<void>;
}

/** How somebody signs in: second factor, password, sessions. */
export function Security({ user, given, onChanged }: SecurityProps): React.JSX.Element {
  return (
    <div className="grid gap-3 p-3 lg:grid-cols-2">
      <Panel title="Second factor">
        <SecondFactor user={user} given={given} onChanged={onChanged} />
      </Panel>
      <Panel title="Password">
        <PasswordForm email={user.email} />
      </Panel>
      <Panel title="Where you are signed in" className="lg:col-span-2">
        <Sessions />
      </Panel>
    </div>
  );
}

function PasswordForm({ email }: { email: string }): React.JSX.Element {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [done, setDone] = useState(false);
  const deed = useDeed();
  const change = async (): Promise<void> => {
    setDone(false);
    await deeds.changePassword(current, next);
    setCurrent('');
    setNext('');
    setDone(true);
  };
  return (
    <DeedForm deed={deed} onSubmit={change} className="max-w-xs" label="Change the password">
      <input type="hidden" name="username" autoComplete="username" value={email} />
      <Entry
        label="Present password"
        type="password"
        autoComplete="current-password"
        value={current}
        onValue={setCurrent}
      />
      <Entry
        label="New password"
        type="password"
        autoComplete="new-password"
        minLength={12}
        value={next}
        onValue={setNext}
        hint="At least 12 characters. Every other session ends."
      />
      <button type="submit" className="button self-start" disabled={deed.busy}>
        Change
      </button>
      <p role="status">{done ? 'The password is changed; the other sessions have ended.' : ''}</p>
    </DeedForm>
  );
}

function Sessions(): React.JSX.Element {
  const { data, error, refetch } = useSessionsQuery(undefined, { refetchOnMountOrArgChange: true });
  const deed = useDeed();
  if (data === undefined) {
    const failure = error as ApiFailure | undefined;
    if (failure === undefined) return <LoadingRows rows={3} label="Loading the sessions" />;
    return <FailureNotice failure={failure} onRetry={() => void refetch()} />;
  }
  const end = (one: SessionSummaryView): void =>
    deed.run(async () => {
      await deeds.revokeSession(one.session_id);
      await refetch();
    });
  return (
    <>
      <FailureLine failure={deed.failure} />
      <ul className="divide-y divide-line">
        {data.sessions.map((one) => (
          <li key={one.session_id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2">
            <div className="min-w-0 flex-1">
              <p className="truncate">
                {one.current ? <strong>This browser · </strong> : null}
                {one.user_agent === '' ? 'unknown program' : one.user_agent}
              </p>
              <p className="text-dim text-xs">
                {one.address} · since {at(one.created_at_ms)} · last used {at(one.last_used_at_ms)}
              </p>
            </div>
            {one.current ? null : (
              <button type="button" className="button" disabled={deed.busy} onClick={() => end(one)}>
                End
              </button>
            )}
          </li>
        ))}
      </ul>
      <button
        type="button"
        className="button mt-2"
        disabled={deed.busy}
        onClick={() => deed.run(() => session.logout(true))}
      >
        Sign out everywhere
      </button>
    </>
  );
}

function at(epochMs: number | null): string {
  return epochMs === null ? 'never' : `${formatIstDay(epochMs)} ${formatIstTime(epochMs).slice(0, 5)}`;
}
