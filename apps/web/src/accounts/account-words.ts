import type { AccountView } from '@vega/client';
import { tokenLevel, type TokenLevel } from '../shell/token-words.ts';

const MINUTE_MS = 60_000;

/** What an environment is called. */
export const ENVIRONMENT_WORDS: Readonly<Record<AccountView['environment'], string>> = {
  live: 'LIVE',
  sandbox: 'SANDBOX',
  simulator: 'PAPER',
};

/** The state of an account's broker login in words, and how pressing it is. */
export function loginWords(account: AccountView, nowMs: number): { level: TokenLevel; text: string } {
  const leftMs = (account.token_expires_at_ms ?? 0) - nowMs;
  switch (account.token_state) {
    case 'valid':
      return leftMs <= 0
        ? { level: 'over', text: 'Login over' }
        : { level: tokenLevel(leftMs), text: `Logged in, ${leftText(leftMs)} left` };
    case 'expired':
      return { level: 'over', text: 'Login over' };
    case 'rejected':
      return { level: 'over', text: 'Refused by the broker' };
    default:
      return { level: 'over', text: 'Not logged in' };
  }
}

/** What is left of a login: `13 h 05 m`, within the hour `12:07`. */
export function leftText(leftMs: number): string {
  const minutes = Math.floor(leftMs / MINUTE_MS);
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} m`;
  return `${minutes}:${String(Math.floor(leftMs / 1_000) % 60).padStart(2, '0')}`;
}

/** Why orders may not be sent for an account, for its owner; undefined where they may. */
export function tradingWords(account: AccountView, hasSecondFactor: boolean): string | undefined {
  if (account.trading_allowed) return undefined;
  if (!account.enabled) return 'switched off';
  if (account.consent_at_ms === null) return 'orders by program are not agreed to';
  if (account.environment === 'live' && !hasSecondFactor)
    return 'real money needs your second factor: turn it on under You';
  return 'not allowed';
}

/** What came of a login at the broker, as the address that the browser comes back to tells it. */
export function resultWords(result: string): { good: boolean; title: string; text: string } {
  const words = RESULTS[result];
  if (words !== undefined) return { good: result === 'ok', ...words };
  return {
    good: false,
    title: 'The broker login did not work',
    text: `Something went wrong on the way back (${result.slice(0, 40)}). Begin it again.`,
  };
}

const RESULTS: Readonly<Record<string, { title: string; text: string }>> = {
  ok: {
    title: 'You are logged in at the broker',
    text: 'The login holds until 03:30 at night. Market data and orders go on with it at once.',
  },
  LOGIN_STATE_INVALID: {
    title: 'This login cannot be finished',
    text: 'It was not begun in this browser, took longer than ten minutes, or was used before. Nothing was changed; begin it again.',
  },
  BROKER_LOGIN_REFUSED: {
    title: 'The broker login was not taken',
    text: 'It was declined, belongs to another customer than before, or the customer is not active. The login that was there is kept.',
  },
  ACCOUNT_INVALID: {
    title: 'This account has no login',
    text: 'Accounts of the sandbox are given a token by hand: edit the account.',
  },
  UPSTREAM_UNAVAILABLE: {
    title: 'The broker does not answer',
    text: 'The code could not be exchanged. Nothing was changed; try again in a minute.',
  },
  SERVICE_UNAVAILABLE: {
    title: 'The platform could not finish the login',
    text: 'A part of it is restarting. Begin the login again in a minute.',
  },
};
