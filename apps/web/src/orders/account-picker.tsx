import { ENVIRONMENT_WORDS } from '../accounts/account-words.ts';
import type { LiveAccount } from '../live/use-accounts.ts';

interface AccountPickerProps {
  accounts: readonly LiveAccount[];
  chosen: LiveAccount;
  onChoose: (accountId: string) => void;
  disabled?: boolean;
}

/** The account that orders are for, with what its orders reach. */
export function AccountPicker({ accounts, chosen, onChoose, disabled }: AccountPickerProps): React.JSX.Element {
  return (
    <span className="inline-flex items-center gap-2">
      <select
        className="field"
        aria-label="Account"
        value={chosen.account_id}
        disabled={disabled}
        onChange={(event) => onChoose(event.target.value)}
      >
        {accounts.map(({ account_id: id, label }) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
      </select>
      <span className="environment" data-environment={chosen.environment} title="What orders of this account reach">
        {ENVIRONMENT_WORDS[chosen.environment]}
      </span>
    </span>
  );
}

/** Why an account cannot trade now; undefined where it can. */
export function accountFault(account: LiveAccount): string | undefined {
  if (!account.enabled) return 'This account is switched off.';
  if (!account.trading_allowed) return 'This account may not trade.';
  return account.token_state === 'valid' ? undefined : `The broker login of this account is ${account.token_state}.`;
}
