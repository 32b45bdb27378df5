import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the workspace: the nearest one upwards whose package.json declares workspaces. */
export function projectRoot(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && readFileSync(manifest, 'utf8').includes('"workspaces"')) return folder;
    if (dirname(folder) === folder) throw new Error(`no workspace was found above ${from}`);
  }
}

/** Where everything lives that the project obtains or leaves on this machine; not under version control. */
export function stateFolder(root: string = projectRoot()): string {
  return join(root, '.vega');
}
