import type { AccountView, ChangedAccountView } from '@vega/client';
import { loginUrl } from '@vega/client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { deeds } from '../api/auth-api.ts';
import { access } from '../api/gateway-api.ts';
import { formatIstDay, formatIstTime } from '../format/ist.ts';
import { MISSING } from '../format/numbers.ts';
import { onPulse } from '../live/pulse.ts';
import { Confirm } from '../ui/confirm.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { FailureLine, useDeed } from '../ui/form.tsx';
import { AccountForm } from './account-form.tsx';
import { ENVIRONMENT_WORDS, loginWords, tradingWords } from './account-words.ts';

interface AccountCardProps {
  account: AccountView;
  hasSecondFactor: boolean;
  onChanged: (notifierPath?: string | null) => Promise<void>;
}

type Overlay = 'edit' | 'remove';

/** One broker account: its login with a countdown, what it may do, and what its owner can do about both. */
export function AccountCard({ account, hasSecondFactor, onChanged }: AccountCardProps): React.JSX.Element {
  const [open, setOpen] = useState<Overlay>();
  const deed = useDeed();
  const { account_id: id, label, environment } = account;
  const isSandbox = environment === 'sandbox';
  const close = (): void => setOpen(undefined);
  const onLogin = (): void =>
    deed.run(async () => {
      const { url } = await loginUrl(access, { account: id });
      location.assign(url);
    });
  const onApproval = (): void =>
    deed.run(async () => {
      await deeds.requestApproval(id);
      await onChanged();
    });
  const onSwitch = (): void =>
    deed.run(async () => {
      await deeds.updateAccount(id, { enabled: !account.enabled });
      await onChanged();
    });
  const onDone = async ({ notifier_path }: ChangedAccountView): Promise<void> => {
    close();
    await onChanged(notifier_path);
  };
  return (
    <article aria-label={label} className="flex h-full flex-col gap-3 rounded border border-line bg-panel p-3">
      <header className="flex flex-wrap items-center gap-2">
        <h2 className="min-w-0 truncate font-semibold">{label}</h2>
        <span className="environment" data-environment={environment}>
          {ENVIRONMENT_WORDS[environment]}
        </span>
        {account.enabled ? null : <span className="text-dim">off</span>}
        <LoginState account={account} />
      </header>
      <AccountFacts account={account} hasSecondFactor={hasSecondFactor} />
      <FailureLine failure={deed.failure} />
      <footer className="mt-auto flex flex-wrap gap-2">
        {isSandbox ? null : (
          <>
            <button type="button" className="button button-main" disabled={deed.busy} onClick={onLogin}>
              Log in at Upstox
            </button>
            <button type="button" className="button" disabled={deed.busy} onClick={onApproval}>
              Approve on the phone
            </button>
          </>
        )}
        <button type="button" className="button" onClick={() => setOpen('edit')}>
          Edit
        </button>
        <button type="button" className="button" disabled={deed.busy} onClick={onSwitch}>
          {account.enabled ? 'Switch off' : 'Switch on'}
        </button>
        <button type="button" className="button" onClick={() => setOpen('remove')}>
          Remove
        </button>
      </footer>
      {open === 'edit' ? (
        <Dialog label={`Edit ${label}`} onClose={close} className="w-[min(34rem,94vw)]">
          <AccountForm account={account} onDone={onDone} onClose={close} />
        </Dialog>
      ) : null}
      {open === 'remove' ? (
        <Confirm
          title={`Remove ${label}?`}
          verb="Remove"
          onClose={close}
          onConfirm={async () => {
            await deeds.removeAccount(id);
            await onChanged();
          }}
        >
          Its secret and its tokens are forgotten, and nothing is traded or read with it any more. Orders and positions
          at the broker stay as they are.
        </Confirm>
      ) : null}
    </article>
  );
}

/** The state of the login, redrawn as time goes on; React renders it only when the account changes. */
function LoginState({ account }: { account: AccountView }): React.JSX.Element {
  const node = useRef<HTMLSpanElement>(null);
  const draw = useCallback(() => {
    const span = node.current;
    if (span === null) return;
    const { level, text } = loginWords(account, Date.now());
    if (span.textContent !== text) span.textContent = text;
    if (span.dataset['level'] !== level) span.dataset['level'] = level;
  }, [account]);
  useEffect(() => {
    draw();
    return onPulse(draw);
  }, [draw]);
  return <span ref={node} className="account-state ml-auto" data-testid="login-state" />;
}

function AccountFacts({ account, hasSecondFactor }: { account: AccountView; hasSecondFactor: boolean }) {
  const blocked = tradingWords(account, hasSecondFactor);
  const facts: [string, string][] = [
    ['Customer', account.broker_user_id ?? 'known after the first login'],
    ['Login ends', instant(account.token_expires_at_ms)],
    ['Checked with the broker', instant(account.token_checked_at_ms)],
    ['Orders', blocked === undefined ? 'may be sent' : `not sent: ${blocked}`],
    ['Orders leave from', account.egress_address ?? "the platform's own address"],
    ['Owner', account.relation === 'family' ? 'family' : 'own'],
    ['Analytics token', account.has_analytics_token ? 'given' : 'none'],
  ];
  if (account.token_reason !== null) facts.splice(2, 0, ['Note', account.token_reason]);
  if (account.approval_expires_at_ms !== null) {
    facts.splice(2, 0, ['Waiting for', `your approval on the phone, until ${instant(account.approval_expires_at_ms)}`]);
  }
  return (
    <dl className="space-y-1">
      {facts.map(([name, value]) => (
        <div key={name} className="flex justify-between gap-4">
          <dt className="shrink-0 text-dim">{name}</dt>
          <dd className="min-w-0 break-words text-right">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function instant(epochMs: number | null): string {
  return epochMs === null ? MISSING : `${formatIstDay(epochMs)} ${formatIstTime(epochMs).slice(0, 5)}`;
}
