import type { DashboardPlan } from './grafana.ts';
import { figure, lines, quantile, RATE } from './panels.ts';

/** Decisions, the broker's answers, what is in doubt, and the speed of the order path. */
export const ORDERS: DashboardPlan = {
  uid: 'vega-orders',
  title: 'VEGA / Orders',
  rows: [
    {
      title: 'State',
      panels: [
        figure('Accounts', 'Written by this replica.', 'none', 'vega_orders_accounts_written'),
        figure('Working', 'Orders that may still fill.', 'none', 'vega_orders_working'),
        figure('Unknown', 'Orders of which nobody knows whether the broker has them.', 'none', 'vega_orders_unknown'),
        figure('Halted', 'Accounts halted after defects.', 'none', 'vega_orders_halted_accounts'),
        figure('Switches engaged', 'Kill switches, of whatever scope.', 'none', 'vega_orders_switches_engaged'),
        figure('Reconcile lag', 'Of the account that is worst off.', 's', 'vega_orders_reconcile_lag_seconds'),
      ],
    },
    {
      title: 'Decisions',
      panels: [
        lines('Accepted', 'Intents per second.', 'ops', [
          `sum(rate(vega_orders_decided_total{result="ACCEPTED"}${RATE}))`,
          'accepted',
        ]),
        lines('Denials by code', 'Intents that we refused, within five minutes.', 'none', [
          'sum by (result) (increase(vega_orders_decided_total{result!="ACCEPTED"}[5m]))',
          '{{result}}',
        ]),
      ],
    },
    {
      title: 'The broker',
      panels: [
        lines('Outcomes', 'Order calls per second by how they ended.', 'ops', [
          `sum by (call, outcome) (rate(vega_orders_broker_outcomes_total${RATE}))`,
          '{{call}} {{outcome}}',
        ]),
        lines('Unknown', 'Open ones, by replica.', 'none', ['vega_orders_unknown', '{{instance}}']),
        lines('Reconcile lag', 'Since the last complete reading of the books.', 's', [
          'vega_orders_reconcile_lag_seconds',
          '{{instance}}',
        ]),
        lines('Readings of the books', 'Per second by result.', 'ops', [
          `sum by (result) (rate(vega_orders_reconciliations_total${RATE}))`,
          '{{result}}',
        ]),
        lines(
          'Streams',
          'Streams of order updates that are open, beside the accounts that are written.',
          'none',
          ['sum(vega_orders_streams_open)', 'open'],
          ['sum(vega_orders_accounts_written)', 'accounts'],
        ),
        lines(
          'Oddities',
          'What the broker said that does not follow, and positions that do not add up, within five minutes.',
          'none',
          ['sum by (code) (increase(vega_orders_oddities_total[5m]))', '{{code}}'],
          ['sum(increase(vega_orders_position_mismatches_total[5m]))', 'positions'],
        ),
      ],
    },
    {
      title: 'Speed',
      panels: [
        lines(
          'Intent to broker',
          "From an intent's arrival to its order being handed to the network.",
          's',
          [quantile(0.5, 'vega_orders_intent_to_broker_seconds', 'instance'), '{{instance}} p50'],
          [quantile(0.99, 'vega_orders_intent_to_broker_seconds', 'instance'), '{{instance}} p99'],
        ),
        lines(
          'Commit',
          'Duration of the one statement of a step.',
          's',
          [quantile(0.5, 'vega_orders_commit_seconds', 'instance'), '{{instance}} p50'],
          [quantile(0.99, 'vega_orders_commit_seconds', 'instance'), '{{instance}} p99'],
        ),
        lines('Published', 'Messages of the outbox per second; the sweeper finds what a dead writer left.', 'ops', [
          `sum by (by) (rate(vega_orders_published_total${RATE}))`,
          '{{by}}',
        ]),
        lines('Take-overs', 'Accounts taken over within an hour.', 'none', [
          'sum by (instance) (increase(vega_orders_takeovers_total[1h]))',
          '{{instance}}',
        ]),
      ],
    },
  ],
};
