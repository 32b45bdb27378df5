import { existsSync, lstatSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withInstallLock } from './install-lock.mjs';
import { waitFor } from './node-runtime.mjs';
import { explainNpmFailure, runNpm } from './npm.mjs';
import { withProgress } from './progress.mjs';

/** Installs what package-lock.json asks for when node_modules differs from it; does nothing otherwise. Throws `Refusal`. */
export async function ensureDependencies(root, node) {
  if (differenceFromLock(root) === undefined) return;
  await withInstallLock(join(root, '.vega/install.lock'), waitFor('the dependencies'), async () => {
    if (differenceFromLock(root) === undefined) return;
    const started = Date.now();
    const { code, stderr } = await withProgress('installing the dependencies (npm ci, about half a minute)', () =>
      runNpm(node, ['ci', '--ignore-scripts'], root),
    );
    if (code !== 0) {
      // Half an installation would look like one to the next tool that is run by hand.
      if (!existsSync(hiddenLock(root))) rmSync(join(root, 'node_modules'), { recursive: true, force: true });
      throw explainNpmFailure(stderr, 'Installing the dependencies');
    }
    process.stderr.write(`installed in ${((Date.now() - started) / 1000).toFixed(0)} s\n`);
  });
}

function hiddenLock(root) {
  return join(root, 'node_modules/.package-lock.json');
}

/**
 * The first package by which node_modules differs from package-lock.json in version or integrity, undefined when they agree.
 * Packages for other platforms are not expected; links to the workspaces must be there.
 */
export function differenceFromLock(root) {
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  let installed;
  try {
    installed = JSON.parse(readFileSync(hiddenLock(root), 'utf8')).packages;
  } catch {
    return 'node_modules';
  }
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue;
    const found = installed[path];
    if (found === undefined) {
      if (isExpectedHere(entry) && !isAbsentWorkspace(root, path, entry)) return path;
      continue;
    }
    if (found.version !== entry.version || found.integrity !== entry.integrity || found.link !== entry.link)
      return path;
    if (entry.link === true && !isLink(join(root, path))) return path;
  }
  return Object.keys(installed).find((path) => wanted[path] === undefined);
}

function isExpectedHere(entry) {
  if (entry.optional !== true) return true;
  // Optional without a platform of its own: a dependency of one that belongs to another platform.
  if (entry.os === undefined && entry.cpu === undefined) return false;
  return fits(entry.os, process.platform) && fits(entry.cpu, process.arch) && fitsLibc(entry.libc);
}

/** npm passes over a workspace that the lock file knows and the tree does not (yet, or any more) have. */
function isAbsentWorkspace(root, path, entry) {
  if (entry.link !== true && path.includes('node_modules/')) return false;
  return !existsSync(join(root, entry.link === true ? entry.resolved : path, 'package.json'));
}

function fits(list, value) {
  if (list === undefined) return true;
  if (list.includes(`!${value}`)) return false;
  return list.every((item) => item.startsWith('!')) || list.includes(value);
}

let libc;

function fitsLibc(list) {
  if (list === undefined || process.platform !== 'linux') return true;
  if (libc === undefined) {
    // The report would look up the names of every peer of every socket otherwise.
    process.report.excludeNetwork = true;
    libc = process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
  }
  return fits(list, libc);
}

function isLink(path) {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}
