import { TokenState } from '@vega/contracts';
import type { Clock } from '@vega/kernel';
import type { Metrics } from '@vega/platform';
import { tokenStateAt } from './domain/account-rules.ts';
import { ENVIRONMENT_NAMES } from './app/account-desk.ts';
import type { Store } from './app/ports.ts';
import type { SigningKeys } from './app/signing-keys.ts';

/** Counters of what people and brokers do. */
export function authCounters(metrics: Metrics) {
  const attempts = metrics.counter('vega_auth_sign_ins_total', 'Attempts to sign in, by outcome.', ['outcome']);
  const tokens = metrics.counter('vega_auth_broker_tokens_total', 'Broker tokens that came, by route and outcome.', [
    'route',
    'outcome',
  ]);
  const reused = metrics.counter('vega_auth_refresh_reused_total', 'Sessions ended since a refresh token came twice.');
  return {
    onRefreshReused: (): void => reused.inc(),
    onAttempt: (outcome: string): void => attempts.inc({ outcome }),
    onToken: (route: string, outcome: string): void => tokens.inc({ route, outcome }),
  };
}

const STATES = [TokenState.ABSENT, TokenState.VALID, TokenState.EXPIRED, TokenState.REJECTED] as const;
const STATE_NAMES = { 0: 'unknown', 1: 'absent', 2: 'valid', 3: 'expired', 4: 'rejected' } as const;

/** The age of the key that signs, read when somebody scrapes. */
export function registerKeyGauge(metrics: Metrics, keys: SigningKeys, clock: Clock): void {
  metrics.gauge(
    'vega_auth_signing_key_age_seconds',
    'How long the key that signs access tokens has been signing.',
    [],
    (gauge) => gauge.set((clock.wallNow() - keys.current().activeFromMs) / 1000),
  );
}

/** Gauges over the accounts, read when somebody scrapes. */
export function registerAccountGauges(metrics: Metrics, store: Store, clock: Clock): void {
  metrics.gauge(
    'vega_auth_accounts',
    'Enabled broker accounts by environment and state of their token.',
    ['environment', 'token'],
    async (gauge) => {
      const records = (await store.now.accounts.all()).filter((record) => !record.removed && record.enabled);
      const nowMs = clock.wallNow();
      gauge.reset();
      for (const [environment, name] of Object.entries(ENVIRONMENT_NAMES)) {
        const own = records.filter((record) => record.environment === Number(environment));
        if (own.length === 0) continue;
        for (const state of STATES) {
          const count = own.filter((one) => tokenStateAt(one.tokenState, one.tokenExpiresAtMs, nowMs) === state).length;
          gauge.set({ environment: name, token: STATE_NAMES[state] }, count);
        }
      }
    },
  );
  metrics.gauge(
    'vega_auth_token_life_seconds',
    'Shortest life left of a valid broker token, by environment.',
    ['environment'],
    async (gauge) => {
      const nowMs = clock.wallNow();
      const shortest = new Map<string, number>();
      for (const record of await store.now.accounts.all()) {
        const life = (record.tokenExpiresAtMs - nowMs) / 1000;
        if (record.removed || !record.enabled || record.tokenState !== TokenState.VALID || life <= 0) continue;
        const environment = ENVIRONMENT_NAMES[record.environment];
        shortest.set(environment, Math.min(shortest.get(environment) ?? Infinity, life));
      }
      gauge.reset();
      for (const [environment, life] of shortest) gauge.set({ environment }, life);
    },
  );
}
