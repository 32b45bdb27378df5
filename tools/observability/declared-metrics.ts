import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = ['services/*/src/**/*.ts', 'libs/platform/src/**/*.ts'];

/** Metrics that no source of ours declares: Prometheus's own, and those of the client library. */
const FOREIGN = /^(up|scrape_\w+|process_\w+|nodejs_\w+)$/;

/** The metrics that some service's source names: a text literal, or a template with one hole and the literals of its file. */
export function declaredMetrics(root: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const file of globSync(SOURCES, { cwd: root })) {
    if (file.endsWith('.spec.ts')) continue;
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, name = ''] of text.matchAll(/['"`](vega_[a-z0-9_]+)['"`]/g)) names.add(name);
    for (const [, before = '', after = ''] of text.matchAll(/`(vega_[a-z0-9_]*)\$\{\w+\}([a-z0-9_]*)`/g)) {
      for (const [, word = ''] of text.matchAll(/'([a-z][a-z0-9_]*)'/g)) names.add(`${before}${word}${after}`);
    }
  }
  return names;
}

/** Whether a name of an expression is declared, itself or as the histogram it is a part of. */
export function isDeclared(name: string, declared: ReadonlySet<string>): boolean {
  return FOREIGN.test(name) || declared.has(name) || declared.has(name.replace(/_(bucket|sum|count)$/, ''));
}
