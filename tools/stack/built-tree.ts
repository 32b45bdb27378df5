import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOMS = ['libs', 'services', 'apps'];
const ROOT_FILES = ['package.json', 'package-lock.json', 'tsconfig.base.json', 'nx.json', '.swcrc'];

/** What the rooms' files are by path, size and time of writing: what is built from, and what was built. */
interface TreeState {
  readonly sources: string;
  readonly outputs: string;
}

/**
 * Remembers the tree that the last build left. Without its daemon Nx removes every output and copies it anew from its cache, though
 * nothing changed; a process that starts meanwhile finds half of the program gone. Hence a build of an unchanged tree is not run.
 */
export class BuiltTree {
  private readonly root: string;
  private readonly file: string;

  constructor(root: string) {
    this.root = root;
    this.file = join(root, '.vega/built.json');
  }

  /** Whether neither a source nor an output is another than after the last build. */
  isCurrent(): boolean {
    let built: TreeState;
    try {
      built = JSON.parse(readFileSync(this.file, 'utf8')) as TreeState;
    } catch {
      return false;
    }
    const present = this.read();
    return present.sources === built.sources && present.outputs === built.outputs;
  }

  /** Runs a build and, when it succeeds, remembers what it was of: sources written to meanwhile are not taken for built. */
  async remember<T>(build: () => Promise<T>, succeeded: (result: T) => boolean): Promise<T> {
    const { sources } = this.read();
    const result = await build();
    if (succeeded(result)) {
      mkdirSync(dirname(this.file), { recursive: true });
      writeFileSync(this.file, JSON.stringify({ sources, outputs: this.read().outputs }));
    }
    return result;
  }

  private read(): TreeState {
    const sources = createHash('sha256');
    const outputs = createHash('sha256');
    const visit = (folder: string, isOutput: boolean): void => {
      const entries = readdirSync(folder, { withFileTypes: true });
      for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) {
          if (entry.name !== 'node_modules') visit(path, isOutput || entry.name === 'dist');
        } else (isOutput ? outputs : sources).update(this.describe(path));
      }
    };
    for (const room of ROOMS) visit(join(this.root, room), false);
    for (const name of ROOT_FILES) sources.update(this.describe(join(this.root, name)));
    return { sources: sources.digest('hex'), outputs: outputs.digest('hex') };
  }

  private describe(path: string): string {
    const stat = statSync(path, { throwIfNoEntry: false });
    return `${relative(this.root, path)}\0${stat?.size}\0${stat?.mtimeMs}\n`;
  }
}
