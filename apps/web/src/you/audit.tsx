import type { AuditEntryView } from '@vega/client';
import { useState } from 'react';
import type { ApiFailure } from '../api/failure.ts';
import { useAuditQuery } from '../api/auth-api.ts';
import { formatIstDay, formatIstTime } from '../format/ist.ts';
import { MISSING } from '../format/numbers.ts';
import { EmptyNotice, FailureNotice, LoadingRows } from '../ui/notices.tsx';
import { Entry } from '../ui/form.tsx';

const PAGE = 50;

/** What is asked for. */
interface Filter {
  event: string;
  user_id: string;
  account_id: string;
}

/** Everything. */
const ALL: Filter = { event: '', user_id: '', account_id: '' };

/** Everything that was recorded of security, newest first; for admins. */
export function Audit(): React.JSX.Element {
  const [filter, setFilter] = useState(ALL);
  /** Where each page that was turned began; the last is the present one. */
  const [turned, setTurned] = useState<readonly number[]>([]);
  const before = turned.at(-1);
  const asked = { ...filter, limit: PAGE, ...(before === undefined ? {} : { before }) };
  const { data, error, isFetching, refetch } = useAuditQuery(asked, { refetchOnMountOrArgChange: true });
  const failure = error as ApiFailure | undefined;
  const next = data?.next_before ?? null;
  return (
    <div className="flex flex-col gap-3 p-3">
      <FilterForm
        filter={filter}
        onFilter={(wanted) => {
          setTurned([]);
          setFilter(wanted);
        }}
      />
      {failure !== undefined ? (
        <FailureNotice failure={failure} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <LoadingRows rows={8} label="Loading the audit trail" />
      ) : data.entries.length === 0 ? (
        <EmptyNotice title="Nothing was recorded that fits">Widen what is asked for.</EmptyNotice>
      ) : (
        <AuditTable entries={data.entries} busy={isFetching} />
      )}
      <div className="flex gap-2">
        <button
          type="button"
          className="button"
          disabled={turned.length === 0}
          onClick={() => setTurned(turned.slice(0, -1))}
        >
          Newer
        </button>
        <button
          type="button"
          className="button"
          disabled={next === null}
          onClick={() => next !== null && setTurned([...turned, next])}
        >
          Older
        </button>
        <button type="button" className="button" onClick={() => void refetch()}>
          Look again
        </button>
      </div>
    </div>
  );
}

function FilterForm({ filter, onFilter }: { filter: Filter; onFilter: (filter: Filter) => void }): React.JSX.Element {
  const [written, setWritten] = useState(filter);
  const set = (name: keyof Filter) => (value: string) => setWritten({ ...written, [name]: value.trim() });
  return (
    <form
      className="flex flex-wrap items-end gap-3"
      aria-label="What is shown"
      onSubmit={(event) => {
        event.preventDefault();
        onFilter(written);
      }}
    >
      <Entry label="Event" required={false} value={written.event} onValue={set('event')} placeholder="login" />
      <Entry label="Person" required={false} value={written.user_id} onValue={set('user_id')} placeholder="usr_…" />
      <Entry
        label="Account"
        required={false}
        value={written.account_id}
        onValue={set('account_id')}
        placeholder="acc_…"
      />
      <button type="submit" className="button button-main">
        Show
      </button>
    </form>
  );
}

function AuditTable({ entries, busy }: { entries: readonly AuditEntryView[]; busy: boolean }): React.JSX.Element {
  return (
    <div className="wide-table" tabIndex={0} role="region" aria-label="Entries" aria-busy={busy}>
      <table className="figures people-table">
        <thead>
          <tr>
            <th scope="col">When (IST)</th>
            <th scope="col">Event</th>
            <th scope="col">Outcome</th>
            <th scope="col">Who</th>
            <th scope="col">About</th>
            <th scope="col">From</th>
            <th scope="col">Facts</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.seq}>
              <td>{entry.at_ms === null ? MISSING : `${formatIstDay(entry.at_ms)} ${formatIstTime(entry.at_ms)}`}</td>
              <th scope="row">{entry.event}</th>
              <td className={entry.outcome === 'ok' ? '' : 'text-loss'}>{entry.outcome}</td>
              <td>{entry.actor_user_id ?? MISSING}</td>
              <td>{entry.account_id ?? entry.subject_user_id ?? MISSING}</td>
              <td title={entry.user_agent ?? ''}>{entry.address ?? MISSING}</td>
              <td className="facts">
                {entry.facts.map(({ name, value }) => `${name}: ${value}`).join(', ') || MISSING}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
