/** What the dashboards' panels are built from. */
import type { PanelPlan } from './grafana.ts';

/** A panel of curves, each a query and its legend. */
export const lines = (
  title: string,
  says: string,
  unit: string,
  ...queries: (readonly [string, string])[]
): PanelPlan => ({
  kind: 'timeseries',
  title,
  says,
  unit,
  queries: queries.map(([expr, legend]) => ({ expr, legend })),
});

/** A panel of one figure, with words for its values when it has some. */
export const figure = (
  title: string,
  says: string,
  unit: string,
  expr: string,
  words?: PanelPlan['words'],
): PanelPlan => ({
  kind: 'stat',
  title,
  says,
  unit,
  queries: [{ expr, legend: '{{instance}}' }],
  ...(words === undefined ? {} : { words }),
});

/** The colour of what is well. */
export const GREEN = 'green';
/** The colour of what is not. */
export const RED = 'red';
/** Words of a gauge that is 0 or 1. */
export const YES_NO = { 0: { text: 'no', color: RED }, 1: { text: 'yes', color: GREEN } };
/** Grafana's own span for rates. */
export const RATE = '[$__rate_interval]';

/** A quantile of a histogram, by labels. */
export const quantile = (q: number, histogram: string, by: string): string =>
  `histogram_quantile(${q}, sum by (${by}, le) (rate(${histogram}_bucket${RATE})))`;
