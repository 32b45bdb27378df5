import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join, posix, relative, sep } from 'node:path';
import { syncFolder } from './archive-manifest.ts';

/** Where ticks are filed: `ticks/date=<date>/segment=<segment>/`, the layout that query engines know as Hive's. */
const TICKS = 'ticks';

/** The folder of an archive: names, temporary files, leftovers. */
export class ArchiveFolder {
  constructor(readonly root: string) {
    mkdirSync(join(root, TICKS), { recursive: true });
  }

  /** Where DuckDB may put what does not fit its memory. */
  get spill(): string {
    return join(this.root, '.spill');
  }

  /** The path of a file within the archive, as the manifest names it. */
  pathOf(date: string, segment: string, name: string): string {
    return posix.join(TICKS, `date=${date}`, `segment=${segment}`, `${name}.parquet`);
  }

  absolute(path: string): string {
    return join(this.root, ...path.split('/'));
  }

  /** Makes room for a file and names the temporary one beside it that will be renamed to it. */
  prepare(path: string): string {
    const target = this.absolute(path);
    mkdirSync(dirname(target), { recursive: true });
    return `${target}.tmp`;
  }

  /** Makes a temporary file durable and gives it its name. Returns its size and SHA-256 as found on the way. */
  async publish(path: string): Promise<{ bytes: number; sha256: string }> {
    const target = this.absolute(path);
    const temporary = `${target}.tmp`;
    const handle = await open(temporary, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of createReadStream(temporary, { highWaterMark: 1 << 20 })) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
    renameSync(temporary, target);
    for (let folder = dirname(target); folder.length >= this.root.length; folder = dirname(folder)) syncFolder(folder);
    return { bytes, sha256: hash.digest('hex') };
  }

  /** Removes a file and its temporary one. What cannot be removed now is a leftover, removed at the next start. */
  remove(path: string): void {
    const target = this.absolute(path);
    for (const file of [target, `${target}.tmp`]) {
      try {
        rmSync(file, { force: true });
      } catch {
        // The folder itself is in trouble, which whoever writes to it tells.
      }
    }
  }

  /** Removes what no manifest line names: the work of a process that ended before its commit. Returns their paths. */
  removeLeftovers(known: ReadonlyMap<string, unknown>): string[] {
    rmSync(this.spill, { recursive: true, force: true });
    rmSync(join(this.root, 'manifest.jsonl.new'), { force: true });
    const leftovers: string[] = [];
    for (const entry of readdirSync(join(this.root, TICKS), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = relative(this.root, join(entry.parentPath, entry.name)).split(sep).join('/');
      if (known.has(path)) continue;
      rmSync(this.absolute(path), { force: true });
      leftovers.push(path);
    }
    return leftovers;
  }

  /** Files of the manifest that are not there or not of their size. */
  damaged(files: Iterable<{ readonly path: string; readonly bytes: number }>): string[] {
    const wrong: string[] = [];
    for (const { path, bytes } of files) {
      const target = this.absolute(path);
      if (!existsSync(target) || statSync(target).size !== bytes) wrong.push(path);
    }
    return wrong;
  }
}
