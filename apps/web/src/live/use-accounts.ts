import type { AccountView } from '@vega/client';
import { useEffect, useState } from 'react';
import { useRemembered } from '../app/remembered.ts';
import { useLive } from './live-context.tsx';

/** A broker account as the stream tells it. */
export type LiveAccount = Pick<
  AccountView,
  'account_id' | 'label' | 'environment' | 'enabled' | 'trading_allowed' | 'token_state' | 'broker_user_id'
>;

/** The caller's accounts, as they are now; undefined until they came. */
export function useAccounts(): readonly LiveAccount[] | undefined {
  const { stream } = useLive();
  const [accounts, setAccounts] = useState<readonly LiveAccount[]>();
  useEffect(() => {
    const subscription = stream.subscribeChannel('accounts', {}, (frame) =>
      setAccounts(frame['accounts'] as readonly LiveAccount[]),
    );
    return () => subscription.close();
  }, [stream]);
  return accounts;
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** The account that orders are for: the one chosen last, else the first. */
export function useChosenAccount(
  accounts: readonly LiveAccount[] | undefined,
): [LiveAccount | undefined, (accountId: string) => void] {
  const [id, choose] = useRemembered<string>('orders.account', isText, '');
  return [accounts?.find((one) => one.account_id === id) ?? accounts?.[0], choose];
}
