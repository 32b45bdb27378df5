import type { ApiKeyView, NewApiKeyView } from '@vega/client';
import { useState } from 'react';
import type { ApiFailure } from '../api/failure.ts';
import { deeds, useApiKeysQuery } from '../api/auth-api.ts';
import { formatIstDay } from '../format/ist.ts';
import { Confirm } from '../ui/confirm.tsx';
import { Choice, DeedForm, Entry, useDeed } from '../ui/form.tsx';
import { EmptyNotice, FailureNotice, LoadingRows } from '../ui/notices.tsx';
import { Panel } from '../ui/panel.tsx';
import { SecretText } from '../ui/secret-text.tsx';
import { addressesIn, keyState } from './key-words.ts';

/** Keys by which programs act for whoever made them. */
export function ApiKeys({ canTrade }: { canTrade: boolean }): React.JSX.Element {
  const { data, error, refetch } = useApiKeysQuery(undefined, { refetchOnMountOrArgChange: true });
  const [fresh, setFresh] = useState<NewApiKeyView>();
  const [ending, setEnding] = useState<ApiKeyView>();
  const failure = error as ApiFailure | undefined;
  const onMade = async (made: NewApiKeyView): Promise<void> => {
    setFresh(made);
    await refetch();
  };
  return (
    <div className="grid gap-3 p-3 lg:grid-cols-3">
      <Panel title="Keys" className="lg:col-span-2">
        {fresh === undefined ? null : <FreshKey made={fresh} onKept={() => setFresh(undefined)} />}
        {data === undefined ? (
          failure === undefined ? (
            <LoadingRows rows={3} label="Loading the keys" />
          ) : (
            <FailureNotice failure={failure} onRetry={() => void refetch()} />
          )
        ) : data.keys.length === 0 ? (
          <EmptyNotice title="There is no key yet">A program signs in with a key instead of a password.</EmptyNotice>
        ) : (
          <KeyTable keys={data.keys} onEnd={setEnding} />
        )}
      </Panel>
      <Panel title="Make a key">
        <KeyForm canTrade={canTrade} onMade={onMade} />
      </Panel>
      {ending === undefined ? null : (
        <Confirm
          title={`End the key ${ending.name}?`}
          verb="End it"
          onClose={() => setEnding(undefined)}
          onConfirm={async () => {
            await deeds.revokeApiKey(ending.key_id);
            await refetch();
          }}
        >
          Programs that use it are shut out within a second. It cannot be brought back.
        </Confirm>
      )}
    </div>
  );
}

function FreshKey({ made, onKept }: { made: NewApiKeyView; onKept: () => void }): React.JSX.Element {
  return (
    <div className="mb-3 flex flex-col gap-2 rounded border border-line bg-raised p-3">
      <p role="status" className="font-semibold">
        The key {made.key.name}, shown this once
      </p>
      <SecretText label="API key" text={made.api_key} />
      <button type="button" className="button self-start" onClick={onKept}>
        I have kept it
      </button>
    </div>
  );
}

function KeyTable({ keys, onEnd }: { keys: readonly ApiKeyView[]; onEnd: (key: ApiKeyView) => void }) {
  return (
    <div className="wide-table" tabIndex={0} role="region" aria-label="Keys">
      <table className="figures people-table">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Begins with</th>
            <th scope="col">May</th>
            <th scope="col">From</th>
            <th scope="col">State</th>
            <th scope="col">Last used</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => {
            const state = keyState(key, Date.now());
            return (
              <tr key={key.key_id}>
                <th scope="row">{key.name}</th>
                <td>
                  <code>{key.prefix}…</code>
                </td>
                <td>{key.scope === 'read' ? 'look' : 'look and trade'}</td>
                <td>{key.allowed_addresses.length === 0 ? 'anywhere' : key.allowed_addresses.join(', ')}</td>
                <td>{state.text}</td>
                <td>{key.last_used_at_ms === null ? 'never' : formatIstDay(key.last_used_at_ms)}</td>
                <td>
                  {state.inForce ? (
                    <button type="button" className="button" onClick={() => onEnd(key)}>
                      End<span className="sr-only"> the key {key.name}</span>
                    </button>
                  ) : null}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

const SCOPES = [
  ['read', 'Look only'],
  ['read trade', 'Look and trade'],
] as const;

const LIVES = [
  ['7', 'A week'],
  ['30', 'A month'],
  ['90', 'Three months'],
  ['365', 'A year'],
] as const;

interface KeyFormProps {
  canTrade: boolean;
  onMade: (made: NewApiKeyView) => Promise<void>;
}

function KeyForm({ canTrade, onMade }: KeyFormProps): React.JSX.Element {
  const [name, setName] = useState('');
  const [scope, setScope] = useState<(typeof SCOPES)[number][0]>('read');
  const [days, setDays] = useState<(typeof LIVES)[number][0]>('90');
  const [addresses, setAddresses] = useState('');
  const deed = useDeed();
  const make = async (): Promise<void> => {
    const allowed_addresses = addressesIn(addresses);
    const made = await deeds.createApiKey({ name, scope, days: Number(days), allowed_addresses });
    setName('');
    setAddresses('');
    await onMade(made);
  };
  return (
    <DeedForm deed={deed} onSubmit={make} label="Make a key">
      <Entry label="Name" value={name} onValue={setName} maxLength={60} hint="What it is for." />
      <Choice label="It may" value={scope} options={canTrade ? SCOPES : SCOPES.slice(0, 1)} onValue={setScope} />
      <Choice label="It lives" value={days} options={LIVES} onValue={setDays} />
      <Entry
        label="Addresses it is used from"
        required={false}
        value={addresses}
        onValue={setAddresses}
        hint="Addresses or networks, separated by commas: 203.0.113.7, 198.51.100.0/24. Empty lets it in from anywhere."
      />
      <button type="submit" className="button button-main self-start" disabled={deed.busy}>
        Make it
      </button>
    </DeedForm>
  );
}
