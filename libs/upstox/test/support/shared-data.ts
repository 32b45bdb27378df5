import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of public market captures beside the project; undefined when it is not there. */
export function sharedDataDir(): string | undefined {
  const named = process.env['VEGA_SHARED_DIR'];
  if (named !== undefined) return existsSync(join(named, 'data')) ? join(named, 'data') : undefined;
  for (let at = import.meta.dirname; at !== dirname(at); at = dirname(at)) {
    const data = join(dirname(at), 'shared', 'data');
    if (existsSync(join(at, 'nx.json'))) return existsSync(data) ? data : undefined;
  }
  return undefined;
}

/** The path of a capture; undefined, with one line on the console, when it is not there. */
export function sharedFile(name: string): string | undefined {
  const data = sharedDataDir();
  if (data !== undefined && existsSync(join(data, name))) return join(data, name);
  process.stdout.write(`skipped: the shared data file ${name} is not beside the project\n`);
  return undefined;
}
