/**
 * The Grafana dashboards as data: rows of panels, each with its PromQL. `npm run generate`
 * writes them to deploy/observability/dashboards; a spec compares what is committed.
 */

import { AUTH } from './auth-dashboard.ts';
import { ORDERS } from './orders-dashboard.ts';
import type { DashboardPlan } from './grafana.ts';
import { figure, GREEN, lines, quantile, RATE, RED, YES_NO } from './panels.ts';

const MARKET_FEED: DashboardPlan = {
  uid: 'vega-market-feed',
  title: 'VEGA / Market feed',
  rows: [
    {
      title: 'State',
      panels: [
        figure('Feed', 'Red: quotes must not be trusted.', 'none', 'vega_feed_state', {
          0: { text: 'unknown', color: RED },
          1: { text: 'green', color: GREEN },
          2: { text: 'amber', color: 'orange' },
          3: { text: 'red', color: RED },
        }),
        figure('Market open', 'Whether any segment trades continuously.', 'none', 'vega_feed_market_open', {
          0: { text: 'closed', color: 'blue' },
          1: { text: 'open', color: GREEN },
        }),
        figure(
          'Token dies in',
          'Time left to the broker token.',
          's',
          'vega_feed_token_expires_timestamp_seconds - time()',
        ),
        figure('Connections open', 'To the broker feed.', 'none', 'vega_feed_connections_open'),
        figure('Connections mute', 'Open, and silent in an open segment.', 'none', 'vega_feed_connections_mute'),
        figure('Instruments', 'In the master in use.', 'none', 'vega_instruments'),
      ],
    },
    {
      title: 'Ticks',
      panels: [
        lines(
          'Ticks',
          'What becomes of the entries of frames, per second.',
          'ops',
          [`rate(vega_feed_entries_total${RATE})`, 'entries'],
          [`rate(vega_feed_ticks_published_total${RATE})`, 'published'],
          [`rate(vega_feed_duplicates_total${RATE})`, 'duplicates dropped'],
          [`rate(vega_feed_ticks_lost_total${RATE})`, 'lost'],
          [`rate(vega_feed_garbage_total${RATE})`, 'not the protocol'],
        ),
        lines(
          'Ages',
          'Since the last frame and the last published tick.',
          's',
          ['vega_feed_age_seconds', 'frame'],
          ['vega_feed_tick_age_seconds', 'tick'],
        ),
        lines('Lag', 'How much later than usual frames arrive.', 's', ['vega_feed_lag_seconds', '{{instance}}']),
        lines(
          'Time per frame',
          'From the bytes of a frame to its ticks on the bus.',
          's',
          [quantile(0.5, 'vega_feed_frame_seconds', 'instance'), 'p50'],
          [quantile(0.99, 'vega_feed_frame_seconds', 'instance'), 'p99'],
        ),
        lines(
          'Gaps and reconnects',
          'Connections lost with instruments on them, and opened again, within five minutes.',
          'none',
          ['increase(vega_feed_gaps_total[5m])', 'gaps'],
          ['increase(vega_feed_reconnects_total[5m])', 'reconnects'],
        ),
        lines(
          'Subscriptions against limits',
          'Instruments by mode and what the connections may carry.',
          'none',
          ['vega_feed_subscriptions', '{{mode}}'],
          ['vega_feed_subscription_limit', '{{mode}} limit'],
          ['vega_feed_refused', 'refused'],
          ['vega_feed_lightened', 'in a lighter mode'],
          ['vega_feed_holders', 'holders of interest'],
        ),
      ],
    },
    {
      title: 'What is kept',
      panels: [
        lines(
          'Last values to Redis',
          'Duration of the last batch and the wait of the oldest value.',
          's',
          ['vega_feed_last_value_write_seconds', 'write'],
          ['vega_feed_last_value_wait_seconds', 'wait'],
          ['vega_feed_last_value_failing', 'failing (1)'],
        ),
        lines(
          'Bars',
          'Bars written and published per second, and failures.',
          'ops',
          [`sum by (state) (rate(vega_bars_saved_total${RATE}))`, 'saved {{state}}'],
          [`rate(vega_bars_published_total${RATE})`, 'published'],
          [`sum by (step) (rate(vega_bar_failures_total${RATE}))`, 'failed {{step}}'],
        ),
        lines(
          'Bars lag',
          'Age of the oldest bar that waits for PostgreSQL, and how many are open or wait.',
          'none',
          ['vega_bars_lag_seconds', 'lag, s'],
          ['vega_bars_waiting', 'waiting'],
          ['vega_bars_open', 'open'],
        ),
        lines(
          'Archive',
          'Ticks not read yet, age of the last commit, and what is missing.',
          'none',
          ['vega_archive_pending', 'pending'],
          ['vega_archive_commit_age_seconds', 'commit age, s'],
          ['vega_archive_missing', 'missing'],
          ['vega_archive_failures', 'failures'],
        ),
        lines(
          'Archive filed',
          'Rows and bytes per second.',
          'none',
          [`deriv(vega_archive_rows${RATE})`, 'rows'],
          [`deriv(vega_archive_written_bytes${RATE})`, 'bytes'],
        ),
        lines(
          'History',
          'Past periods by where they came from, and calls to the broker.',
          'ops',
          [`sum by (from) (rate(vega_candle_periods_total${RATE}))`, 'from {{from}}'],
          [`sum by (outcome) (rate(vega_candle_calls_total${RATE}))`, 'calls {{outcome}}'],
        ),
        lines('Instrument master', 'Since it was last read.', 's', ['vega_instrument_master_age_seconds', 'age']),
        lines('Instrument master, refreshes', 'By outcome, per hour.', 'none', [
          'sum by (outcome) (increase(vega_instrument_master_refreshes_total[1h]))',
          '{{outcome}}',
        ]),
      ],
    },
  ],
};

const GATEWAY: DashboardPlan = {
  uid: 'vega-gateway',
  title: 'VEGA / Gateway',
  rows: [
    {
      title: 'Requests',
      panels: [
        lines('Requests', 'Answers per second by status.', 'reqps', [
          `sum by (status) (rate(vega_http_request_duration_seconds_count${RATE}))`,
          '{{status}}',
        ]),
        lines('Errors by route', 'HTTP 5xx per second.', 'reqps', [
          `sum by (route) (rate(vega_http_request_duration_seconds_count{status=~"5.."}${RATE}))`,
          '{{route}}',
        ]),
        lines('Duration by route', 'p99.', 's', [
          quantile(0.99, 'vega_http_request_duration_seconds', 'route'),
          '{{route}}',
        ]),
        lines(
          'gRPC calls',
          'Per second by method and code; p99 by method.',
          'none',
          [`sum by (method, code) (rate(vega_grpc_request_duration_seconds_count${RATE}))`, '{{method}} {{code}}'],
          [quantile(0.99, 'vega_grpc_request_duration_seconds', 'method'), '{{method}} p99, s'],
        ),
        lines('Refused by rate', 'Requests refused because there were too many, per second.', 'reqps', [
          `rate(vega_http_rate_limited_total${RATE})`,
          '{{instance}}',
        ]),
        lines('Calls to services', 'p99 of requests on the bus.', 's', [
          `histogram_quantile(0.99, sum by (name, le) (rate(vega_operation_duration_seconds_bucket{service="gateway",kind="rpc_client"}${RATE})))`,
          '{{name}}',
        ]),
      ],
    },
    {
      title: 'Stream',
      panels: [
        lines(
          'Stream clients',
          'Clients, instruments on the bus, subscriptions and their items by channel.',
          'none',
          ['vega_stream_clients', 'clients {{instance}}'],
          ['vega_stream_instruments', 'instruments {{instance}}'],
          ['sum by (channel) (vega_stream_subscriptions)', 'subscriptions {{channel}}'],
          ['sum by (channel) (vega_stream_items)', 'items {{channel}}'],
        ),
        lines(
          'Tick lag',
          'From the arrival of a frame at market-feed to the first write that carries it.',
          's',
          [quantile(0.5, 'vega_stream_tick_lag_seconds', 'instance'), 'p50 {{instance}}'],
          [quantile(0.99, 'vega_stream_tick_lag_seconds', 'instance'), 'p99 {{instance}}'],
        ),
        lines('Bytes out', 'Written to stream clients.', 'Bps', [
          `rate(vega_stream_bytes_out_total${RATE})`,
          '{{instance}}',
        ]),
        lines(
          'Frames',
          'Written and read per second.',
          'ops',
          [`sum(rate(vega_stream_frames_out_total${RATE}))`, 'out'],
          [`sum by (outcome) (rate(vega_stream_frames_in_total${RATE}))`, 'in {{outcome}}'],
        ),
        lines(
          'Conflation',
          'Ticks replaced before they were sent, and ticks not taken.',
          'ops',
          [`sum(rate(vega_stream_ticks_conflated_total${RATE}))`, 'conflated'],
          [`sum by (reason) (rate(vega_stream_ticks_dropped_total${RATE}))`, 'dropped {{reason}}'],
        ),
        lines(
          'Gaps',
          'Gaps in the sequence of instruments, and the ticks in them.',
          'ops',
          [`sum(rate(vega_stream_seq_gaps_total${RATE}))`, 'gaps'],
          [`sum(rate(vega_stream_ticks_missed_total${RATE}))`, 'ticks missed'],
        ),
        lines('Skipped flushes', 'Flushes not sent to a client that is behind.', 'ops', [
          `rate(vega_stream_flushes_skipped_total${RATE})`,
          '{{instance}}',
        ]),
        lines('Slow clients', 'Closed within five minutes because they stayed behind.', 'none', [
          'increase(vega_stream_slow_clients_closed_total[5m])',
          '{{instance}}',
        ]),
      ],
    },
  ],
};

const PLATFORM: DashboardPlan = {
  uid: 'vega-platform',
  title: 'VEGA / Bus and platform',
  rows: [
    {
      title: 'Processes',
      panels: [
        figure('Ready', 'Able to do its work.', 'none', 'vega_ready', YES_NO),
        figure('Connected to NATS', 'Nothing reaches a process that is not.', 'none', 'vega_bus_connected', YES_NO),
        lines('Failing checks', 'Checks of readiness that do not pass.', 'none', [
          '1 - vega_health_check',
          '{{service}} {{check}}',
        ]),
        lines('Starts', 'Within 15 minutes.', 'none', ['changes(process_start_time_seconds[15m])', '{{service}}']),
        lines('CPU', 'Cores in use.', 'none', [`rate(process_cpu_seconds_total${RATE})`, '{{service}} {{instance}}']),
        lines('Memory', 'Resident.', 'bytes', ['process_resident_memory_bytes', '{{service}} {{instance}}']),
        lines('Event loop', 'p99 of its delay.', 's', ['nodejs_eventloop_lag_p99_seconds', '{{service}} {{instance}}']),
      ],
    },
    {
      title: 'Bus',
      panels: [
        lines(
          'Messages',
          'Per second.',
          'ops',
          [`rate(vega_bus_messages_in_total${RATE})`, '{{service}} in'],
          [`rate(vega_bus_messages_out_total${RATE})`, '{{service}} out'],
        ),
        lines(
          'Bytes',
          'Per second.',
          'Bps',
          [`rate(vega_bus_bytes_in_total${RATE})`, '{{service}} in'],
          [`rate(vega_bus_bytes_out_total${RATE})`, '{{service}} out'],
        ),
        lines(
          'Slow consumers',
          'Within five minutes; also reconnects and errors of the connection.',
          'none',
          ['increase(vega_bus_slow_consumers_total[5m])', '{{service}} slow'],
          ['increase(vega_bus_reconnects_total[5m])', '{{service}} reconnects'],
          ['increase(vega_bus_errors_total[5m])', '{{service}} errors'],
          ['vega_bus_permission_refusals_total', '{{service}} permissions denied'],
        ),
        lines('Streams, share of their size', 'At 1 the oldest messages go.', 'percentunit', [
          'vega_jetstream_bytes / vega_jetstream_max_bytes',
          '{{stream}}',
        ]),
        lines('Streams, messages', 'Kept.', 'none', ['vega_jetstream_messages', '{{stream}}']),
        lines(
          'Consumers behind',
          'Messages not sent to a consumer yet, in its hands, and sent again.',
          'none',
          ['vega_consumer_pending', '{{stream}} {{consumer}} behind'],
          ['vega_consumer_unacknowledged', '{{stream}} {{consumer}} in hand'],
          ['vega_consumer_redelivered', '{{stream}} {{consumer}} again'],
        ),
        lines('Dead letters', 'Set aside within an hour.', 'none', [
          'sum by (consumer) (increase(vega_dead_letters_total[1h]))',
          '{{consumer}}',
        ]),
      ],
    },
    {
      title: 'Rate, errors, duration of every call and consumer',
      panels: [
        lines('Calls by name and outcome', 'Per second, as the caller sees them.', 'ops', [
          `sum by (name, outcome) (rate(vega_operation_duration_seconds_count{kind="rpc_client"}${RATE}))`,
          '{{name}} {{outcome}}',
        ]),
        lines('Answers by name and outcome', 'Per second, as the service sees them.', 'ops', [
          `sum by (name, outcome) (rate(vega_operation_duration_seconds_count{kind="rpc_server"}${RATE}))`,
          '{{name}} {{outcome}}',
        ]),
        lines('Duration of answers', 'p99.', 's', [
          `histogram_quantile(0.99, sum by (name, le) (rate(vega_operation_duration_seconds_bucket{kind="rpc_server"}${RATE})))`,
          '{{name}}',
        ]),
        lines('Consumers by outcome', 'Messages per second.', 'ops', [
          `sum by (name, outcome) (rate(vega_operation_duration_seconds_count{kind="consumer"}${RATE}))`,
          '{{name}} {{outcome}}',
        ]),
      ],
    },
  ],
};

const OPTIONS: DashboardPlan = {
  uid: 'vega-options',
  title: 'VEGA / Options',
  rows: [
    {
      title: 'State',
      panels: [
        figure('Chains', 'Kept live by this replica.', 'none', 'vega_options_chains'),
        figure('Replicas', 'Living ones, as each sees them.', 'none', 'vega_options_replicas'),
        figure('Instruments', 'Followed on the bus.', 'none', 'vega_options_instruments'),
        figure('Refused', 'Without a place on the feed: read by REST.', 'none', 'vega_options_refused_instruments'),
        figure('Silence', 'Longest of any chain.', 's', 'vega_options_chain_silence_seconds'),
      ],
    },
    {
      title: 'Speed',
      panels: [
        lines(
          'Time to recompute an expiry',
          'Forward, volatilities, Greeks, figures of the chain.',
          's',
          [quantile(0.5, 'vega_options_recompute_seconds', 'instance'), '{{instance}} p50'],
          [quantile(0.99, 'vega_options_recompute_seconds', 'instance'), '{{instance}} p99'],
        ),
        lines(
          'From tick to chain',
          "From the newest tick's arrival at market-feed to the publication of the chain that holds it.",
          's',
          [quantile(0.5, 'vega_options_publish_lag_seconds', 'instance'), '{{instance}} p50'],
          [quantile(0.99, 'vega_options_publish_lag_seconds', 'instance'), '{{instance}} p99'],
        ),
        lines(
          'Updates',
          'Published per second, and the strikes in them.',
          'ops',
          [`sum by (kind) (rate(vega_options_updates_total${RATE}))`, '{{kind}}'],
          [`sum by (kind) (rate(vega_options_rows_total${RATE}))`, 'strikes, {{kind}}'],
        ),
        lines('Bytes', 'Of updates, per second.', 'Bps', [`rate(vega_options_bytes_total${RATE})`, '{{instance}}']),
      ],
    },
    {
      title: 'Quality',
      panels: [
        lines('Contracts by status', 'Of all kept chains.', 'none', [
          'sum by (status) (vega_options_contracts)',
          '{{status}}',
        ]),
        lines('Silence', 'Since the last tick of the most silent chain.', 's', [
          'vega_options_chain_silence_seconds',
          '{{instance}}',
        ]),
        lines('Ticks', 'Taken by chains per second.', 'ops', [
          `sum by (outcome) (rate(vega_options_ticks_total${RATE}))`,
          '{{outcome}}',
        ]),
        lines('Failures', 'Work that failed and is tried again, within five minutes.', 'none', [
          'sum by (what) (increase(vega_options_failures_total[5m]))',
          '{{what}}',
        ]),
      ],
    },
  ],
};

/** Every dashboard by the name of its file. */
export const DASHBOARDS: Readonly<Record<string, DashboardPlan>> = {
  'auth.json': AUTH,
  'market-feed.json': MARKET_FEED,
  'options.json': OPTIONS,
  'orders.json': ORDERS,
  'gateway.json': GATEWAY,
  'platform.json': PLATFORM,
};
