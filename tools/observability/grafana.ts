/** From dashboards as data to what Grafana imports. */

/** A line of a panel. */
interface Query {
  readonly expr: string;
  /** Names each line; `{{label}}` is replaced. */
  readonly legend: string;
}

type PanelKind = 'timeseries' | 'stat';

/** One panel. */
export interface PanelPlan {
  readonly kind: PanelKind;
  readonly title: string;
  readonly says: string;
  /** A unit of Grafana's. */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** Words for values that are codes. */
  readonly words?: Readonly<Record<number, { readonly text: string; readonly color: string }>>;
}

/** One dashboard: rows of panels. */
export interface DashboardPlan {
  readonly uid: string;
  readonly title: string;
  readonly rows: readonly { readonly title: string; readonly panels: readonly PanelPlan[] }[];
}

/** Every PromQL expression of a dashboard, with Grafana's interval replaced by one that Prometheus reads. */
export function expressionsOf(plan: DashboardPlan): readonly string[] {
  const queries = plan.rows.flatMap(({ panels }) => panels.flatMap((panel) => panel.queries));
  return queries.map(({ expr }) => expr.replaceAll('$__rate_interval', '5m'));
}

const COLUMNS = 24;
const SIZE = { stat: { w: 4, h: 4 }, timeseries: { w: 12, h: 8 } } as const;
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** A dashboard as Grafana imports it. */
export function toGrafana(plan: DashboardPlan): object {
  const panels: object[] = [];
  let x = 0;
  let y = 0;
  let height = 0;
  const newLine = (): void => {
    y += height;
    x = 0;
    height = 0;
  };
  for (const row of plan.rows) {
    newLine();
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row.title,
      collapsed: false,
      gridPos: { h: 1, w: COLUMNS, x: 0, y },
      panels: [],
    });
    y += 1;
    for (const panel of row.panels) {
      const { w, h } = SIZE[panel.kind];
      if (x + w > COLUMNS || (height !== 0 && height !== h)) newLine();
      panels.push(toPanel(panel, panels.length + 1, { h, w, x, y }));
      x += w;
      height = h;
    }
  }
  return {
    uid: plan.uid,
    title: plan.title,
    tags: ['vega'],
    schemaVersion: 41,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '10s',
    time: { from: 'now-30m', to: 'now' },
    timezone: 'Asia/Kolkata',
    templating: {
      list: [
        { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus', current: {}, hide: 0 },
      ],
    },
    annotations: { list: [] },
    links: [],
    panels,
  };
}

function toPanel(panel: PanelPlan, id: number, gridPos: object): object {
  const mappings =
    panel.words === undefined
      ? []
      : [
          {
            type: 'value',
            options: Object.fromEntries(
              Object.entries(panel.words).map(([value, word], index) => [value, { ...word, index }]),
            ),
          },
        ];
  return {
    id,
    type: panel.kind,
    title: panel.title,
    description: panel.says,
    gridPos,
    datasource: DATASOURCE,
    fieldConfig: {
      defaults: { unit: panel.unit, mappings, ...(panel.kind === 'stat' ? {} : { min: 0 }) },
      overrides: [],
    },
    options:
      panel.kind === 'stat'
        ? {
            reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
            colorMode: 'background',
            textMode: 'auto',
          }
        : {
            legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
            tooltip: { mode: 'multi', sort: 'desc' },
          },
    targets: panel.queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: DATASOURCE,
      expr,
      legendFormat: legend,
      editorMode: 'code',
      range: true,
    })),
  };
}
