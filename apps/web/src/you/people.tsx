import type { UserView } from '@vega/client';
import { useState } from 'react';
import type { ApiFailure } from '../api/failure.ts';
import { deeds, useUsersQuery } from '../api/auth-api.ts';
import { formatIstDay } from '../format/ist.ts';
import { MISSING } from '../format/numbers.ts';
import { FailureLine, useDeed } from '../ui/form.tsx';
import { FailureNotice, LoadingRows } from '../ui/notices.tsx';

const PAGE = 50;
const ROLES = ['viewer', 'trader', 'admin'] as const;

/** Who is here, and what they may; for admins. */
export function People({ ownId }: { ownId: string }): React.JSX.Element {
  const [turned, setTurned] = useState<readonly string[]>([]);
  const { data, error, refetch } = useUsersQuery(
    { after: turned.at(-1) ?? '', limit: PAGE },
    { refetchOnMountOrArgChange: true },
  );
  const deed = useDeed();
  if (data === undefined) {
    const failure = error as ApiFailure | undefined;
    if (failure === undefined) return <LoadingRows rows={6} label="Loading the people" />;
    return <FailureNotice failure={failure} onRetry={() => void refetch()} />;
  }
  const change = (user: UserView, body: Parameters<typeof deeds.updateUser>[1]): void =>
    deed.run(async () => {
      await deeds.updateUser(user.user_id, body);
      await refetch();
    });
  const next = data.next_after;
  return (
    <div className="flex flex-col gap-3 p-3">
      <FailureLine failure={deed.failure} />
      <div className="wide-table" tabIndex={0} role="region" aria-label="People">
        <table className="figures people-table">
          <thead>
            <tr>
              <th scope="col">E-mail</th>
              <th scope="col">Identity</th>
              <th scope="col">Second factor</th>
              <th scope="col">Since</th>
              <th scope="col">Role</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {data.users.map((user) => (
              <tr key={user.user_id}>
                <th scope="row">{user.email}</th>
                <td>
                  <code>{user.user_id}</code>
                </td>
                <td>{user.second_factor ? 'on' : 'off'}</td>
                <td>{user.created_at_ms === null ? MISSING : formatIstDay(user.created_at_ms)}</td>
                <td>
                  <select
                    className="field"
                    aria-label={`Role of ${user.email}`}
                    value={user.role}
                    disabled={deed.busy || user.user_id === ownId}
                    onChange={(event) => change(user, { role: event.target.value as (typeof ROLES)[number] })}
                  >
                    {ROLES.map((role) => (
                      <option key={role}>{role}</option>
                    ))}
                  </select>
                </td>
                <td>
                  {user.user_id === ownId ? (
                    <span className="text-dim">you</span>
                  ) : (
                    <button
                      type="button"
                      className="button"
                      disabled={deed.busy}
                      onClick={() => change(user, { disabled: !user.disabled })}
                    >
                      {user.disabled ? 'Let in again' : 'Shut out'}
                      <span className="sr-only"> {user.email}</span>
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="flex gap-2">
        <button
          type="button"
          className="button"
          disabled={turned.length === 0}
          onClick={() => setTurned(turned.slice(0, -1))}
        >
          Back
        </button>
        <button
          type="button"
          className="button"
          disabled={next === null}
          onClick={() => next !== null && setTurned([...turned, next])}
        >
          More
        </button>
      </div>
    </div>
  );
}
