import type { Metrics } from '@vega/platform';
import { PricingStatus } from '@vega/contracts';
import type { ChainKeeper } from '../app/chain-keeper.ts';
import type { FeedInterest } from '../app/feed-interest.ts';
import type { OptionsMetrics } from '../app/ports.ts';
import type { ShardRing } from '../app/shard-ring.ts';
import type { TickRouter } from '../app/tick-router.ts';

/** Seconds; one expiry takes tenths of a millisecond. */
const RECOMPUTE_BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1];
const LAG_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5];

/** The service's counters in its Prometheus registry. */
export function prometheusMetrics(metrics: Metrics): OptionsMetrics {
  const recompute = metrics.histogram(
    'vega_options_recompute_seconds',
    'Time one expiry took to be computed, figures of the whole chain included.',
    [],
    RECOMPUTE_BUCKETS,
  );
  const lag = metrics.histogram(
    'vega_options_publish_lag_seconds',
    "From the newest tick's arrival at market-feed to the publication of the chain that holds it.",
    [],
    LAG_BUCKETS,
  );
  const updates = metrics.counter('vega_options_updates_total', 'Chain updates published.', ['kind']);
  const rows = metrics.counter('vega_options_rows_total', 'Strikes within published updates.', ['kind']);
  const bytes = metrics.counter('vega_options_bytes_total', 'Bytes of published updates.');
  const ticks = metrics.counter('vega_options_ticks_total', 'Ticks taken by chains.', ['outcome']);
  const failures = metrics.counter('vega_options_failures_total', 'Work that failed and is tried again.', ['what']);
  return {
    recomputed: (seconds) => recompute.observe(seconds),
    published(count, size, full) {
      const kind = full ? 'whole' : 'delta';
      updates.inc({ kind });
      rows.inc({ kind }, count);
      bytes.inc(size);
    },
    lag: (seconds) => lag.observe(seconds),
    tick: (outcome) => ticks.inc({ outcome }),
    failed: (what) => failures.inc({ what }),
  };
}

const STATUS_NAMES = new Map(Object.entries(PricingStatus).map(([name, value]) => [value as number, name] as const));

/** Sizes and states that are read when somebody scrapes. */
export function registerStates(
  metrics: Metrics,
  parts: {
    readonly keeper: ChainKeeper;
    readonly ring: ShardRing;
    readonly router: TickRouter;
    readonly interest: FeedInterest;
  },
): void {
  const { keeper, ring, router, interest } = parts;
  metrics.gauge('vega_options_chains', 'Chains kept live here.', [], (gauge) => gauge.set(keeper.open.length));
  metrics.gauge('vega_options_instruments', 'Instruments followed on the bus.', [], (gauge) => gauge.set(router.size));
  metrics.gauge('vega_options_refused_instruments', 'Instruments without a place on the feed.', [], (gauge) =>
    gauge.set(interest.refused.size),
  );
  metrics.gauge('vega_options_replicas', 'Living replicas as this one sees them.', [], (gauge) =>
    gauge.set(ring.replicas.length),
  );
  metrics.gauge('vega_options_chain_silence_seconds', 'Longest time since a tick of any kept chain.', [], (gauge) =>
    gauge.set(Math.max(0, ...keeper.open.map(({ silentMs }) => silentMs)) / 1000),
  );
  metrics.gauge('vega_options_contracts', 'Contracts of the kept chains by status.', ['status'], (gauge) => {
    gauge.reset();
    for (const [name, count] of countStatuses(keeper)) gauge.set({ status: name }, count);
  });
}

function countStatuses(keeper: ChainKeeper): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { snapshot } of keeper.open) {
    for (const { call, put } of snapshot?.rows ?? []) {
      for (const side of [call, put]) {
        const name = side === undefined ? undefined : STATUS_NAMES.get(side.status);
        if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
  }
  return counts;
}
