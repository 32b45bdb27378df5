import { SwitchStops } from '@vega/contracts';
import type { Clock } from '@vega/kernel';
import type { Metrics } from '@vega/platform';
import type { RiskDesk } from './risk-desk.ts';
import type { Writers } from './writers.ts';

/** What the writers of this process look like when somebody scrapes; one series each, whatever the number of accounts. */
export function registerWriterGauges(metrics: Metrics, writers: Writers, desk: RiskDesk, clock: Clock): void {
  metrics.gauge('vega_orders_accounts_written', 'Accounts that this process writes.', [], (gauge) =>
    gauge.set(writers.all().length),
  );
  metrics.gauge('vega_orders_unknown', 'Orders of which nobody knows whether the broker has them.', [], (gauge) =>
    gauge.set(writers.all().reduce((sum, { writer }) => sum + writer.state.unknownCount, 0)),
  );
  metrics.gauge('vega_orders_working', 'Orders that may still fill.', [], (gauge) =>
    gauge.set(writers.all().reduce((sum, { writer }) => sum + writer.state.book.workingCount, 0)),
  );
  metrics.gauge('vega_orders_halted_accounts', 'Accounts halted after defects.', [], (gauge) =>
    gauge.set(writers.all().filter(({ writer }) => writer.haltReason !== undefined).length),
  );
  metrics.gauge('vega_orders_switches_engaged', 'Kill switches that are engaged.', [], (gauge) =>
    gauge.set(desk.allSwitches().filter(({ stops }) => stops !== SwitchStops.NOTHING).length),
  );
  metrics.gauge('vega_orders_reconcile_lag_seconds', 'Age of the oldest last complete reconciliation.', [], (gauge) => {
    const now = clock.wallNow();
    const ages = writers
      .all()
      .map(({ reconciler }) => (reconciler.reconciledAtMs === 0 ? 0 : now - reconciler.reconciledAtMs));
    gauge.set(Math.max(0, ...ages) / 1000);
  });
  metrics.gauge('vega_orders_streams_open', 'Streams of order updates that are open.', [], (gauge) =>
    gauge.set(writers.all().filter(({ connection }) => connection.isStreamOpen).length),
  );
}
