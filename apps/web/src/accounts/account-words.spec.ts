import type { AccountView } from '@vega/client';
import { leftText, loginWords, resultWords, tradingWords } from './account-words.ts';

const NOW = Date.UTC(2026, 10, 23, 4);

const account = (more: Partial<AccountView> = {}): AccountView => ({
  account_id: 'acc_1',
  label: 'Mine',
  environment: 'live',
  broker_user_id: 'AB1234',
  client_id: 'app',
  redirect_uri: 'https://vega.invalid/back',
  egress_address: null,
  relation: 'own',
  enabled: true,
  trading_allowed: true,
  token_state: 'valid',
  token_issued_at_ms: NOW,
  token_expires_at_ms: NOW + 3 * 3_600_000,
  token_expires_at: null,
  token_checked_at_ms: NOW,
  token_reason: null,
  approval_expires_at_ms: null,
  has_analytics_token: false,
  consent_at_ms: NOW,
  created_at_ms: NOW,
  revision: 1,
  ...more,
});

describe('the words of an account', () => {
  it.each([
    [{}, 'good', 'Logged in, 3 h 00 m left'],
    [{ token_expires_at_ms: NOW + 12 * 60_000 + 7_000 }, 'soon', 'Logged in, 12:07 left'],
    [{ token_expires_at_ms: NOW }, 'over', 'Login over'],
    [{ token_state: 'expired' }, 'over', 'Login over'],
    [{ token_state: 'rejected' }, 'over', 'Refused by the broker'],
    [{ token_state: 'absent', token_expires_at_ms: null }, 'over', 'Not logged in'],
  ] as [Partial<AccountView>, string, string][])('of the login: %j', (more, level, text) => {
    expect(loginWords(account(more), NOW)).toEqual({ level, text });
  });

  it('count down in hours, then in seconds', () => {
    expect([leftText(59_999), leftText(3_599_999), leftText(3_600_000)]).toEqual(['0:59', '59:59', '1 h 00 m']);
  });

  it('say why orders may not be sent', () => {
    expect(tradingWords(account(), false)).toBeUndefined();
    expect(tradingWords(account({ trading_allowed: false }), false)).toContain('second factor');
    expect(tradingWords(account({ trading_allowed: false, enabled: false }), true)).toBe('switched off');
    expect(tradingWords(account({ trading_allowed: false, consent_at_ms: null }), true)).toContain('agreed');
  });

  it('tell every result of a login, known or not, without repeating what an address says at length', () => {
    expect(resultWords('ok').good).toBe(true);
    expect(resultWords('LOGIN_STATE_INVALID')).toMatchObject({ good: false, title: 'This login cannot be finished' });
    expect(resultWords('x'.repeat(500)).text.length).toBeLessThan(140);
  });
});
