import { Plus, RefreshCw } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import type { ApiFailure } from '../api/failure.ts';
import { deeds, useAccountsQuery, useMeQuery } from '../api/auth-api.ts';
import { useCommands } from '../app/commands.ts';
import { useShortcuts } from '../app/shortcuts.ts';
import { useAccounts } from '../live/use-accounts.ts';
import { Dialog } from '../ui/dialog.tsx';
import { FailureLine, useDeed } from '../ui/form.tsx';
import { EmptyNotice, FailureNotice, LoadingRows } from '../ui/notices.tsx';
import { AccountCard } from './account-card.tsx';
import { AccountForm } from './account-form.tsx';
import { ACCOUNT_KEYS } from './account-keys.ts';
import { resultWords } from './account-words.ts';
import { NotifierNotice } from './notifier-notice.tsx';

/** After a failure the accounts are asked for again. */
const RETRY_MS = 3_000;

/** The broker accounts of whoever is signed in. */
export function AccountsPage(): React.JSX.Element {
  const { data, error, refetch } = useAccountsQuery(undefined, { refetchOnMountOrArgChange: true });
  const live = useAccounts();
  // A login made elsewhere, such as on the phone, is told by the stream.
  useEffect(() => {
    if (live !== undefined) void refetch();
  }, [live, refetch]);
  useEffect(() => {
    if (error === undefined) return;
    const retry = setTimeout(() => void refetch(), RETRY_MS);
    return () => clearTimeout(retry);
  }, [error, refetch]);
  const me = useMeQuery(undefined);
  const [adding, setAdding] = useState(false);
  const [notifier, setNotifier] = useState<string>();
  const check = useDeed();
  const { run: runCheck } = check;
  const onCheck = useCallback(
    () =>
      runCheck(async () => {
        await deeds.checkTokens();
        await refetch();
      }),
    [runCheck, refetch],
  );
  const onAdd = useCallback(() => setAdding(true), []);
  useShortcuts(ACCOUNT_KEYS, { add: onAdd, check: onCheck });
  const commands = useMemo(
    () => [
      { id: 'account-add', title: 'Add a broker account', note: 'N', run: onAdd },
      { id: 'account-check', title: 'Ask the broker about every login', note: 'R', run: onCheck },
    ],
    [onAdd, onCheck],
  );
  useCommands(commands);
  const failure = error as ApiFailure | undefined;
  const changed = async (notifierPath: string | null = null): Promise<void> => {
    if (notifierPath !== null) setNotifier(notifierPath);
    await refetch();
  };
  return (
    <div tabIndex={0} role="region" aria-label="Broker accounts" className="h-full overflow-y-auto">
      <div className="flex flex-wrap items-center gap-2 px-3 pt-3">
        <h1 className="mr-auto text-base font-semibold">Broker accounts</h1>
        <button type="button" className="button" onClick={onCheck} disabled={check.busy} title="Ask the broker (R)">
          <RefreshCw aria-hidden className="size-3.5" /> Check logins
        </button>
        <button type="button" className="button button-main" onClick={onAdd} title="Add an account (N)">
          <Plus aria-hidden className="size-3.5" /> Add
        </button>
      </div>
      <div className="px-3">
        <FailureLine failure={check.failure} />
      </div>
      <LoginResult accounts={data?.accounts ?? []} />
      {notifier === undefined ? null : <NotifierNotice path={notifier} onClose={() => setNotifier(undefined)} />}
      {data === undefined ? (
        failure === undefined ? (
          <LoadingRows rows={6} label="Loading the accounts" />
        ) : (
          <FailureNotice failure={failure} onRetry={() => void refetch()} />
        )
      ) : data.accounts.length === 0 ? (
        <EmptyNotice title="There is no broker account yet">
          <p>Each account has an app of its own at Upstox, with its API key and secret.</p>
          <button type="button" className="button mt-2" onClick={onAdd}>
            Add the first one
          </button>
        </EmptyNotice>
      ) : (
        <ul className="grid gap-3 p-3 lg:grid-cols-2">
          {data.accounts.map((account) => (
            <li key={account.account_id} className="min-w-0">
              <AccountCard
                account={account}
                hasSecondFactor={me.data?.user.second_factor ?? false}
                onChanged={changed}
              />
            </li>
          ))}
        </ul>
      )}
      {adding ? (
        <Dialog label="Add a broker account" onClose={() => setAdding(false)} className="w-[min(34rem,94vw)]">
          <AccountForm
            onDone={async ({ notifier_path }) => {
              setAdding(false);
              await changed(notifier_path);
            }}
            onClose={() => setAdding(false)}
          />
        </Dialog>
      ) : null}
    </div>
  );
}

/** What came of a login at the broker, when the browser has just come back from it. */
function LoginResult({ accounts }: { accounts: readonly { account_id: string; label: string }[] }) {
  const [query] = useSearchParams();
  const navigate = useNavigate();
  const result = query.get('login');
  if (result === null) return null;
  const { good, title, text } = resultWords(result);
  const label = accounts.find(({ account_id }) => account_id === query.get('account'))?.label;
  return (
    <div
      role={good ? 'status' : 'alert'}
      data-testid="login-result"
      className="m-3 flex flex-wrap items-start gap-3 rounded border border-line bg-panel p-3"
    >
      <div className="min-w-0 flex-1">
        <p className={`font-semibold ${good ? 'text-gain' : 'text-loss'}`}>
          {title}
          {label === undefined ? '' : `: ${label}`}
        </p>
        <p className="text-dim">{text}</p>
      </div>
      <button type="button" className="button" onClick={() => void navigate('/accounts', { replace: true })}>
        Close
      </button>
    </div>
  );
}
