import type { DuckDBConnection } from '@duckdb/node-api';
import type { ArchiveFolder } from './archive-folder.ts';
import type { ArchivedFile, ArchiveManifest } from './archive-manifest.ts';
import { literal, PARQUET_OPTIONS } from './tick-staging.ts';

export interface CompactionLimits {
  /** Rows of one merged file at most. */
  readonly maxRows: number;
  /** Files merged in one go at most. */
  readonly maxFiles: number;
}

/**
 * The next files worth merging: at least two of one date and segment, of a date before the newest one of the archive,
 * neighbours in the order they were written. Undefined when there are none.
 */
export function nextMerge(
  files: Iterable<ArchivedFile>,
  limits: CompactionLimits,
): readonly [ArchivedFile, ...ArchivedFile[]] | undefined {
  const all = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const newest = all.reduce((date, file) => (file.date > date ? file.date : date), '');
  const groups = Map.groupBy(
    all.filter(({ date }) => date < newest),
    ({ date, segment }) => `${date} ${segment}`,
  );
  for (const group of groups.values()) {
    let run: ArchivedFile[] = [];
    let rows = 0;
    for (const file of group) {
      const fits = file.stream === run[0]?.stream && rows + file.rows <= limits.maxRows && run.length < limits.maxFiles;
      if (!fits) {
        if (run.length > 1) break;
        run = [];
        rows = 0;
      }
      run.push(file);
      rows += file.rows;
    }
    const [first, ...rest] = run;
    if (first !== undefined && rest.length > 0) return [first, ...rest];
  }
  return undefined;
}

/**
 * Merges files into one that takes their place in the manifest, then removes them. A crash leaves either the old files
 * or the new one in the manifest; what it does not name is removed at the next start.
 */
export async function mergeFiles(
  connection: DuckDBConnection,
  folder: ArchiveFolder,
  manifest: ArchiveManifest,
  files: readonly [ArchivedFile, ...ArchivedFile[]],
  at: string,
): Promise<ArchivedFile> {
  const [first] = files;
  const last = files.at(-1) as ArchivedFile;
  const name = `${nameOf(first).split('-').slice(0, 2).join('-')}-${nameOf(last).split('-').at(-1) ?? ''}-m${files.length}`;
  const path = folder.pathOf(first.date, first.segment, name);
  const sources = files.map((file) => literal(folder.absolute(file.path))).join(', ');
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  try {
    await connection.run(
      `COPY (SELECT * FROM read_parquet([${sources}], hive_partitioning = false, union_by_name = true))
       TO ${literal(folder.prepare(path))} (${PARQUET_OPTIONS})`,
    );
    const written = await connection.runAndReadAll(
      `SELECT sum(num_rows) FROM parquet_file_metadata(${literal(`${folder.absolute(path)}.tmp`)})`,
    );
    const count = Number(written.getRows()[0]?.[0]);
    if (count !== rows) throw new Error(`the merged file has ${count} rows of ${rows}`);
    const merged: ArchivedFile = {
      ...first,
      path,
      rows,
      lastSeq: Math.max(...files.map(({ lastSeq }) => lastSeq)),
      firstSeq: Math.min(...files.map(({ firstSeq }) => firstSeq)),
      firstMarketTimeMs: Math.min(...files.map(({ firstMarketTimeMs }) => firstMarketTimeMs)),
      lastMarketTimeMs: Math.max(...files.map(({ lastMarketTimeMs }) => lastMarketTimeMs)),
      ...(await folder.publish(path)),
    };
    manifest.replaceFiles(merged, files, at);
    for (const file of files) folder.remove(file.path);
    return merged;
  } catch (error) {
    if (!manifest.files.has(path)) folder.remove(path);
    throw error;
  }
}

function nameOf(file: ArchivedFile): string {
  return file.path.slice(file.path.lastIndexOf('/') + 1, -'.parquet'.length);
}
