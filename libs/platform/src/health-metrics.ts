import type { Health, Readiness } from './health.ts';
import type { Metrics } from './metrics.ts';

/** Makes readiness visible to whoever scrapes: the whole of it, and each check. A scrape runs every check once. */
export function registerHealthMetrics(metrics: Metrics, health: Health): void {
  let looking: Promise<Readiness> | undefined;
  const look = (): Promise<Readiness> => {
    // Both gauges are collected at once and must tell of the same moment.
    looking ??= health.readiness().finally(() => (looking = undefined));
    return looking;
  };
  metrics.gauge('vega_ready', '1 while the process is able to do its work, else 0.', [], async (gauge) => {
    gauge.set((await look()).ready ? 1 : 0);
  });
  metrics.gauge('vega_health_check', '1 while a check of readiness passes, else 0.', ['check'], async (gauge) => {
    const { checks } = await look();
    gauge.reset();
    for (const [check, word] of Object.entries(checks)) gauge.set({ check }, word === 'ok' ? 1 : 0);
  });
}
