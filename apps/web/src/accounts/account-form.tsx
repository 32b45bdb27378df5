import type { AccountView, ChangedAccountView } from '@vega/client';
import { useState } from 'react';
import { deeds } from '../api/auth-api.ts';
import { Choice, DeedForm, Entry, Tick, useDeed } from '../ui/form.tsx';

/** What is written in the form; secrets are never filled in, since they do not come out. */
interface Written {
  label: string;
  environment: AccountView['environment'];
  clientId: string;
  clientSecret: string;
  redirectUri: string;
  egressAddress: string;
  relation: 'own' | 'family';
  consent: boolean;
  analyticsToken: string;
  sandboxToken: string;
  renewNotifier: boolean;
}

interface AccountFormProps {
  /** The account that is edited; a new one is made without it. */
  account?: AccountView;
  onDone: (changed: ChangedAccountView) => Promise<void>;
  onClose: () => void;
}

const ENVIRONMENTS = [
  ['simulator', 'Paper: the simulator'],
  ['live', 'Live: real money at Upstox'],
  ['sandbox', "Upstox's sandbox"],
] as const;

const RELATIONS = [
  ['own', 'Mine'],
  ['family', 'Of my family: spouse, dependent child or parent'],
] as const;

/** Adds a broker account, or edits one. */
export function AccountForm({ account, onDone, onClose }: AccountFormProps): React.JSX.Element {
  const [written, setWritten] = useState<Written>(() => firstWritten(account));
  const deed = useDeed();
  const isNew = account === undefined;
  const set =
    <K extends keyof Written>(name: K) =>
    (value: Written[K]) =>
      setWritten((before) => ({ ...before, [name]: value }));
  const save = async (): Promise<void> => {
    const body = account === undefined ? undefined : changesOf(account, written);
    const changed =
      account === undefined
        ? await deeds.createAccount(newOf(written))
        : await deeds.updateAccount(account.account_id, body ?? {});
    await onDone(changed);
  };
  return (
    <DeedForm deed={deed} onSubmit={save} className="p-4" label={isNew ? 'New account' : `Edit ${account.label}`}>
      <h2 className="font-semibold">{isNew ? 'Add a broker account' : `Edit ${account.label}`}</h2>
      <Entry label="Name" value={written.label} onValue={set('label')} maxLength={60} autoFocus />
      <Choice
        label="Environment"
        value={written.environment}
        options={ENVIRONMENTS}
        onValue={set('environment')}
        disabled={!isNew}
        hint={isNew ? 'Fixed from now on.' : 'Fixed when the account was made.'}
      />
      <Credentials written={written} set={set} isNew={isNew} />
      <Entry
        label="Redirect URL"
        type="url"
        value={written.redirectUri}
        onValue={set('redirectUri')}
        hint="Exactly as it is registered with the app."
      />
      <Entry
        label="Static address that orders leave from"
        required={false}
        value={written.egressAddress}
        onValue={set('egressAddress')}
        hint="The address that is registered with the broker for this account."
      />
      {isNew ? (
        <Choice label="Whose account it is" value={written.relation} options={RELATIONS} onValue={set('relation')} />
      ) : (
        <Tick checked={written.renewNotifier} onChecked={set('renewNotifier')}>
          Make a new notifier URL; the old one is dead then
        </Tick>
      )}
      <Tick checked={written.consent} onChecked={set('consent')} required={isNew}>
        I agree that programs send orders for this account
      </Tick>
      <div className="flex justify-end gap-2">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="button button-main" disabled={deed.busy}>
          {isNew ? 'Add' : 'Save'}
        </button>
      </div>
    </DeedForm>
  );
}

interface CredentialsProps {
  written: Written;
  set: <K extends keyof Written>(name: K) => (value: Written[K]) => void;
  isNew: boolean;
}

/** The app's key, and the secrets: they go in and do not come out. */
function Credentials({ written, set, isNew }: CredentialsProps): React.JSX.Element {
  const kept = isNew ? undefined : 'Kept as it is while this is empty.';
  const secret = { type: 'password', autoComplete: 'off', 'data-1p-ignore': true } as const;
  return (
    <>
      <Entry label="API key of the app" value={written.clientId} onValue={set('clientId')} autoComplete="off" />
      <Entry
        {...secret}
        label="API secret"
        required={isNew}
        value={written.clientSecret}
        onValue={set('clientSecret')}
        hint={kept ?? 'Kept encrypted, and never shown again.'}
      />
      {written.environment === 'sandbox' ? (
        <Entry
          {...secret}
          label="Sandbox token"
          required={false}
          value={written.sandboxToken}
          onValue={set('sandboxToken')}
          hint={kept ?? "From the sandbox app's page; it lives thirty days."}
        />
      ) : (
        <Entry
          {...secret}
          label="Analytics token"
          required={false}
          value={written.analyticsToken}
          onValue={set('analyticsToken')}
          hint={kept ?? 'Reads market data for a year, so that the feed does not stop at 03:30.'}
        />
      )}
    </>
  );
}

function firstWritten(account: AccountView | undefined): Written {
  const nothing = { clientSecret: '', analyticsToken: '', sandboxToken: '', renewNotifier: false };
  if (account === undefined) {
    const redirectUri = `${location.origin}/api/v1/auth/upstox/callback`;
    const blank = { label: '', environment: 'simulator', clientId: '', egressAddress: '', relation: 'own' } as const;
    return { ...nothing, ...blank, redirectUri, consent: false };
  }
  return {
    ...nothing,
    label: account.label,
    environment: account.environment,
    clientId: account.client_id,
    redirectUri: account.redirect_uri,
    egressAddress: account.egress_address ?? '',
    relation: account.relation === 'family' ? 'family' : 'own',
    consent: account.consent_at_ms !== null,
  };
}

function newOf(written: Written): Parameters<typeof deeds.createAccount>[0] {
  return {
    label: written.label,
    environment: written.environment,
    client_id: written.clientId,
    client_secret: written.clientSecret,
    redirect_uri: written.redirectUri,
    egress_address: written.egressAddress,
    relation: written.relation,
    consent: true,
    analytics_token: written.environment === 'sandbox' ? '' : written.analyticsToken,
    sandbox_token: written.environment === 'sandbox' ? written.sandboxToken : '',
  };
}

/** Only what was changed goes out: a secret that was left empty stays. */
function changesOf(account: AccountView, written: Written): Parameters<typeof deeds.updateAccount>[1] {
  const { label, clientId, clientSecret, redirectUri, egressAddress, consent } = written;
  return {
    ...(label === account.label ? {} : { label }),
    ...(clientId === account.client_id ? {} : { client_id: clientId }),
    ...(clientSecret === '' ? {} : { client_secret: clientSecret }),
    ...(redirectUri === account.redirect_uri ? {} : { redirect_uri: redirectUri }),
    ...(egressAddress === (account.egress_address ?? '') ? {} : { egress_address: egressAddress }),
    ...(consent === (account.consent_at_ms !== null) ? {} : { consent }),
    ...(written.analyticsToken === '' ? {} : { analytics_token: written.analyticsToken }),
    ...(written.sandboxToken === '' ? {} : { sandbox_token: written.sandboxToken }),
    ...(written.renewNotifier ? { renew_notifier: true } : {}),
  };
}
