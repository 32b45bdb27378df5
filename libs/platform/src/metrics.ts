import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds; from a hop on the bus to a slow history request. */
const LATENCY_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The metrics of one process. Names start with `vega_`; labels must have few values. */
export interface Metrics {
  readonly registry: Registry;
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  gauge(
    name: string,
    help: string,
    labels?: readonly string[],
    collect?: (gauge: Gauge) => void | Promise<void>,
  ): Gauge;
  /** A counter of something that is counted elsewhere: `read` is called when somebody scrapes and never goes back. */
  total(name: string, help: string, read: () => number): void;
  /** Messages that a consumer gave up on. */
  readonly deadLetters: Counter;
  histogram(name: string, help: string, labels?: readonly string[], buckets?: readonly number[]): Histogram;
  /** Rate, errors and duration of one kind of work: times `work` and counts it by outcome. */
  observe<T>(kind: 'rpc_server' | 'rpc_client' | 'consumer', name: string, work: () => Promise<T>): Promise<T>;
}

/** A registry with Node's own process metrics in it. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const red = new Histogram({
    name: 'vega_operation_duration_seconds',
    help: 'Duration of requests answered, requests made and messages consumed.',
    labelNames: ['kind', 'name', 'outcome'],
    buckets: LATENCY_BUCKETS,
    registers: [registry],
  });
  return {
    registry,
    counter: (name, help, labels = []) => new Counter({ name, help, labelNames: [...labels], registers: [registry] }),
    gauge: (name, help, labels = [], collect) =>
      new Gauge({
        name,
        help,
        labelNames: [...labels],
        registers: [registry],
        ...(collect === undefined
          ? {}
          : {
              collect(this: Gauge) {
                return collect(this);
              },
            }),
      }),
    total(name, help, read) {
      let counted = 0;
      new Counter({
        name,
        help,
        registers: [registry],
        collect() {
          const now = read();
          this.inc(Math.max(0, now - counted));
          counted = now;
        },
      });
    },
    deadLetters: new Counter({
      name: 'vega_dead_letters_total',
      help: 'Messages that a consumer could not handle and set aside, with their history.',
      labelNames: ['consumer'],
      registers: [registry],
    }),
    histogram: (name, help, labels = [], buckets = LATENCY_BUCKETS) =>
      new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers: [registry] }),
    async observe(kind, name, work) {
      const end = red.startTimer({ kind, name });
      try {
        const result = await work();
        end({ outcome: 'ok' });
        return result;
      } catch (error) {
        end({ outcome: outcomeLabel(error) });
        throw error;
      }
    },
  };
}

function outcomeLabel(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'INTERNAL';
}
