import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { z } from 'zod';

/** A small JSON document on disk, replaced as a whole: a crash leaves the old one or the new one. */
export class JsonFile<T> {
  private tail: Promise<void> = Promise.resolve();

  constructor(
    readonly path: string,
    private readonly schema: z.ZodType<T>,
  ) {
    mkdirSync(dirname(path), { recursive: true });
  }

  /** The document; undefined when there is none yet. Throws one clear sentence when it is not what was written. */
  read(): T | undefined {
    if (!existsSync(this.path)) return undefined;
    const text = readFileSync(this.path, 'utf8');
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      throw new Error(`the state file ${this.path} is not JSON; remove it to start afresh`);
    }
    const parsed = this.schema.safeParse(json);
    if (parsed.success) return parsed.data;
    throw new Error(`the state file ${this.path} has an unknown form; remove it to start afresh`);
  }

  /** Writes the document as it is now; durable when the promise resolves. Writes happen in the order of the calls. */
  write(document: T): Promise<void> {
    const text = JSON.stringify(document);
    const written = this.tail.then(() => this.replace(text));
    this.tail = written.catch(() => undefined);
    return written;
  }

  private async replace(text: string): Promise<void> {
    const temporary = `${this.path}.tmp`;
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.path);
    const directory = openSync(dirname(this.path), 'r');
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  }
}
