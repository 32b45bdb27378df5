import type { Metrics } from '@vega/platform';
import type { StreamMetrics } from '../../app/stream/ports.ts';

/** Sizes of the hub that are read when the metrics are. */
export interface StreamSizes {
  readonly clientCount: number;
  held(): ReadonlyMap<string, { readonly subscriptions: number; readonly items: number }>;
}

/** Seconds; what a trader would notice starts at a tenth. */
const LAG_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10];

/** The stream's counters in the process's registry. */
export function prometheusStreamMetrics(metrics: Metrics): StreamMetrics {
  // Tens of thousands a second: added up here, and handed over when somebody scrapes.
  let [frames, bytes] = [0, 0];
  metrics.total('vega_stream_frames_out_total', 'Frames written to stream clients.', () => frames);
  metrics.total('vega_stream_bytes_out_total', 'Bytes of frames written to stream clients.', () => bytes);
  const inbound = metrics.counter('vega_stream_frames_in_total', 'Frames read from stream clients.', ['outcome']);
  const skipped = metrics.counter('vega_stream_flushes_skipped_total', 'Flushes not sent to a client that is behind.');
  const conflated = metrics.counter('vega_stream_ticks_conflated_total', 'Ticks replaced before they were sent.');
  const dropped = metrics.counter('vega_stream_ticks_dropped_total', 'Ticks that were not taken.', ['reason']);
  const gaps = metrics.counter('vega_stream_seq_gaps_total', 'Gaps in the sequence of an instrument.');
  const missed = metrics.counter('vega_stream_ticks_missed_total', 'Ticks that were published and not seen.');
  const slow = metrics.counter('vega_stream_slow_clients_closed_total', 'Clients closed because they stayed behind.');
  const lag = metrics.histogram(
    'vega_stream_tick_lag_seconds',
    'From the arrival of a frame at market-feed to the first write that carries it.',
    [],
    LAG_BUCKETS,
  );
  return {
    framesOut: (count, size) => {
      frames += count;
      bytes += size;
    },
    frameIn: (outcome) => inbound.inc({ outcome }),
    flushSkipped: () => skipped.inc(),
    conflated: (count) => conflated.inc(count),
    tickDropped: (reason) => dropped.inc({ reason }),
    gap: (count) => {
      gaps.inc();
      missed.inc(count);
    },
    slowClientClosed: () => slow.inc(),
    tickLag: (seconds) => lag.observe(seconds),
  };
}

/** Gauges of the hub's sizes and of what its quotes take from the bus. */
export function registerStreamSizes(
  metrics: Metrics,
  hub: StreamSizes,
  quotes: { readonly instrumentCount: number },
): void {
  metrics.gauge('vega_stream_clients', 'Stream clients connected.', [], (gauge) => gauge.set(hub.clientCount));
  metrics.gauge('vega_stream_instruments', 'Instruments subscribed on the bus.', [], (gauge) =>
    gauge.set(quotes.instrumentCount),
  );
  metrics.gauge('vega_stream_subscriptions', 'Subscriptions of clients.', ['channel'], (gauge) => {
    for (const [channel, { subscriptions }] of hub.held()) gauge.set({ channel }, subscriptions);
  });
  metrics.gauge('vega_stream_items', 'Items, such as instruments, over all subscriptions.', ['channel'], (gauge) => {
    for (const [channel, { items }] of hub.held()) gauge.set({ channel }, items);
  });
}
