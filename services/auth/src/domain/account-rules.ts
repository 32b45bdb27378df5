import { BrokerEnvironment, TokenState } from '@vega/contracts';
import { DAY_MS, IST_OFFSET_MS, istDateOf, istInstant, nextTokenDeath } from '@vega/kernel';

/** Accounts a user may have: own and family (retail algo framework). */
export const MAX_ACCOUNTS = 10;

/** Life of an analytics token from when it is given to us, at most (PROTOCOL 1.3: one year). */
export const ANALYTICS_LIFE_MS = 365 * DAY_MS;

/** Life of a sandbox token, at most (PROTOCOL 1.3: thirty days). */
export const SANDBOX_LIFE_MS = 30 * DAY_MS;

/** Milliseconds that a broker login, once begun, may take. */
export const LOGIN_STATE_LIFE_MS = 10 * 60_000;

/** When an access token given at an instant dies: its own claim where it tells one, never later than the next 03:30 IST. */
export function accessTokenEnd(claimedMs: number | undefined, issuedAtMs: number): number {
  const death = nextTokenDeath(issuedAtMs);
  return claimedMs === undefined ? death : Math.min(claimedMs, death);
}

/** Whether orders may be sent for an account, and if not, why. */
export function tradingProblem(account: {
  readonly environment: BrokerEnvironment;
  readonly enabled: boolean;
  readonly removed: boolean;
  readonly consentAtMs: number;
  readonly ownerHasSecondFactor: boolean;
  readonly ownerDisabled: boolean;
}): string | undefined {
  if (account.removed) return 'the account was removed';
  if (account.ownerDisabled) return 'the owner is not admitted';
  if (!account.enabled) return 'the account is switched off';
  if (account.consentAtMs === 0) return 'the owner has not agreed to orders by program';
  if (account.environment !== BrokerEnvironment.LIVE) return undefined;
  return account.ownerHasSecondFactor ? undefined : 'the owner has no second factor';
}

/** The state of a token at an instant, given what was last recorded of it. */
export function tokenStateAt(recorded: TokenState, expiresAtMs: number, nowMs: number): TokenState {
  if (recorded !== TokenState.VALID) return recorded;
  return expiresAtMs <= nowMs ? TokenState.EXPIRED : TokenState.VALID;
}

/** The next 08:30 IST strictly after an instant: when people are reminded to log in. */
export function nextReminder(epochMs: number): number {
  const today = istInstant(istDateOf(epochMs), 8, 30);
  return today > epochMs ? today : today + DAY_MS;
}

/** The day that a reminder belongs to, so that it is given once. */
export function reminderDay(epochMs: number): number {
  return Math.floor((epochMs + IST_OFFSET_MS) / DAY_MS);
}
