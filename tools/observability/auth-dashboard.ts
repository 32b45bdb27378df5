/** What Grafana shows of people, their sessions, and the tokens of their broker accounts. */
import type { DashboardPlan } from './grafana.ts';
import { figure, lines, RATE } from './panels.ts';

export const AUTH: DashboardPlan = {
  uid: 'vega-auth',
  title: 'VEGA / Auth',
  rows: [
    {
      title: 'Broker accounts',
      panels: [
        figure('Logged in', 'Enabled accounts with a valid token.', 'none', 'sum(vega_auth_accounts{token="valid"})'),
        figure('Not logged in', 'Enabled accounts without one.', 'none', 'sum(vega_auth_accounts{token!="valid"})'),
        figure(
          'Shortest token',
          'Life left, live accounts.',
          's',
          'min(vega_auth_token_life_seconds{environment="live"})',
        ),
        figure('Signing key', 'Age of the one that signs.', 's', 'max(vega_auth_signing_key_age_seconds)'),
        lines('Accounts by token', 'Enabled ones, by environment.', 'none', [
          'sum by (environment, token) (vega_auth_accounts)',
          '{{environment}} {{token}}',
        ]),
        lines('Life of tokens', 'The shortest of each environment.', 's', [
          'min by (environment) (vega_auth_token_life_seconds)',
          '{{environment}}',
        ]),
        lines('Broker tokens that came', 'Within an hour, by route and outcome.', 'none', [
          'sum by (route, outcome) (increase(vega_auth_broker_tokens_total[1h]))',
          '{{route}} {{outcome}}',
        ]),
      ],
    },
    {
      title: 'People and programs',
      panels: [
        lines('Attempts to sign in', 'Per second, by outcome.', 'ops', [
          `sum by (outcome) (rate(vega_auth_sign_ins_total${RATE}))`,
          '{{outcome}}',
        ]),
        lines('Refresh tokens used twice', 'Within an hour: sessions that somebody else had as well.', 'none', [
          'sum(increase(vega_auth_refresh_reused_total[1h]))',
          'sessions ended',
        ]),
        lines('Callers refused', 'Access tokens per second that a service did not take, by reason.', 'ops', [
          `sum by (service, reason) (rate(vega_principal_refused_total${RATE}))`,
          '{{service}} {{reason}}',
        ]),
        lines('Answers of auth', 'p99, by name.', 's', [
          `histogram_quantile(0.99, sum by (name, le) (rate(vega_operation_duration_seconds_bucket{kind="rpc_server",service="auth"}${RATE})))`,
          '{{name}}',
        ]),
      ],
    },
  ],
};
