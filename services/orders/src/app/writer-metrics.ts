import type { Metrics } from '@vega/platform';

/** What writers count and time. Labels are closed lists. */
export function createWriterMetrics(metrics: Metrics) {
  return {
    decided: metrics.counter('vega_orders_decided_total', 'Intents decided, by denial code or ACCEPTED.', ['result']),
    outcomes: metrics.counter('vega_orders_broker_outcomes_total', 'Order calls to the broker by their outcome.', [
      'call',
      'outcome',
    ]),
    oddities: metrics.counter('vega_orders_oddities_total', 'What the broker said that does not follow.', ['code']),
    commit: metrics.histogram('vega_orders_commit_seconds', 'Duration of the one statement of a step.'),
    intentToBroker: metrics.histogram(
      'vega_orders_intent_to_broker_seconds',
      'From the arrival of an intent to its order being handed to the operating system.',
    ),
    reconciled: metrics.counter(
      'vega_orders_reconciliations_total',
      "Readings of the broker's books by their result.",
      ['result'],
    ),
    mismatches: metrics.counter(
      'vega_orders_position_mismatches_total',
      'Positions that the broker told otherwise than its orders add up to.',
    ),
    takeovers: metrics.counter('vega_orders_takeovers_total', 'Accounts taken over by this process.'),
  };
}

export type WriterMetrics = ReturnType<typeof createWriterMetrics>;
