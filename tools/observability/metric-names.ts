/** Words of PromQL that are followed by a list of labels or by nothing, and so could be taken for metrics. */
const KEYWORDS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'inf', 'nan', 'start', 'end']);
const LABEL_LISTS = /\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g;

/** The metrics that a PromQL expression reads: every name that is no function, label, keyword or number. */
export function metricNamesOf(expression: string): readonly string[] {
  const bare = expression
    .replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '')
    .replaceAll(/\{[^}]*\}/g, ' ')
    .replaceAll(/\[[^\]]*\]/g, ' ')
    .replaceAll(LABEL_LISTS, ' ');
  const names = [...bare.matchAll(/(?<![\w:.])([a-zA-Z_:][\w:]*)\b(?!\s*\()/g)].map(([, name = '']) => name);
  return [...new Set(names.filter((name) => !KEYWORDS.has(name.toLowerCase()) && !AGGREGATIONS.has(name)))];
}

/** An aggregation stands before `by (...)`, not before its bracket. */
const AGGREGATIONS = new Set(['sum', 'min', 'max', 'avg', 'count', 'topk', 'bottomk', 'stddev', 'group', 'quantile']);

/** The names that a Prometheus text offers: what it declares, and the parts of each histogram and summary. */
export function offeredNames(metricsText: string): ReadonlySet<string> {
  const offered = new Set<string>();
  for (const [, name = '', type] of metricsText.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    offered.add(name);
    if (type === 'histogram') for (const part of ['bucket', 'sum', 'count']) offered.add(`${name}_${part}`);
  }
  return offered;
}
