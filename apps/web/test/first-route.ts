import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** The most gzipped script that the first route may need, bytes. */
export const FIRST_ROUTE_BYTES = 160 * 1024;

/** The scripts that a built page fetches before anything is chosen. */
export function firstRouteScripts(dist: string): string[] {
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const paths = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(([, path]) => path ?? '');
  if (paths.length === 0) throw new Error(`${dist}/index.html names no script`);
  return paths.map((path) => readFileSync(join(dist, path), 'utf8'));
}

/** Their size when gzipped, bytes. */
export function firstRouteBytes(dist: string): number {
  return firstRouteScripts(dist).reduce((sum, text) => sum + gzipSync(text).length, 0);
}
