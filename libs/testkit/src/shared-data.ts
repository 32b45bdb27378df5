import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from './project-paths.ts';

/**
 * The folder of recorded market data that lies beside the project (`../shared`, or where VEGA_SHARED_DIR points), undefined when
 * this machine has none. A VEGA_SHARED_DIR that names no folder is an error, never a reason to skip.
 */
export function sharedFolder(): string | undefined {
  const given = process.env['VEGA_SHARED_DIR'];
  if (given !== undefined && given !== '') {
    if (!existsSync(given)) throw new Error(`VEGA_SHARED_DIR names ${given}, which does not exist`);
    return given;
  }
  const beside = join(dirname(projectRoot()), 'shared');
  return existsSync(beside) ? beside : undefined;
}

/** The path of one file of the shared data. Throws when the folder is there but the file is not; undefined when there is no folder. */
export function sharedFile(...parts: readonly string[]): string | undefined {
  const folder = sharedFolder();
  if (folder === undefined) return undefined;
  const file = join(folder, ...parts);
  if (!existsSync(file)) throw new Error(`the shared data lack ${parts.join('/')}`);
  return file;
}

interface JestGlobals {
  readonly describe: ((name: string, body: () => void) => void) & { skip(name: string, body: () => void): void };
  readonly it: (name: string, body: () => void) => void;
}

/** The reason printed with a test that needs the shared data where there are none. */
export const NO_SHARED_DATA = 'needs the recorded data of ../shared';

/**
 * `describe` for tests on recorded data, whose body is handed their folder. Where there are none the body does not run; one skipped
 * test stands for it and says why.
 */
export function describeWithSharedData(name: string, body: (folder: string) => void): void {
  const folder = sharedFolder();
  const { describe, it } = globalThis as unknown as JestGlobals;
  if (folder !== undefined) {
    describe(name, () => body(folder));
    return;
  }
  console.info(`skipped: ${name} ${NO_SHARED_DATA}`);
  describe.skip(name, () => it(NO_SHARED_DATA, () => undefined));
}
