import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withInstallLock } from './install-lock.mjs';
import { explainNpmFailure, runNpm } from './npm.mjs';
import { withProgress } from './progress.mjs';
import { Refusal } from './refusal.mjs';

/** Compares two versions of the form 1.2.3. */
export function compareVersions(left, right) {
  const [a, b] = [left, right].map((text) => text.split('-')[0].split('.').map(Number));
  for (let i = 0; i < 3; i += 1) if (a[i] !== b[i]) return a[i] - b[i];
  return 0;
}

/** Tells whether the project runs on this version of Node. */
export function isAccepted(version, accepts) {
  return compareVersions(version, accepts.from) >= 0 && compareVersions(version, accepts.below) < 0;
}

/**
 * The Node that runs the project: the one running now when its version fits, otherwise the pinned one in `.vega/node`, fetched
 * by npm and checked against the pin if it is not there yet. Throws {@link Refusal}.
 */
export async function ensureNode(root) {
  const pins = JSON.parse(readFileSync(join(root, 'tools/node-pins.json'), 'utf8'));
  if (isAccepted(process.versions.node, pins.accepts)) return process.execPath;

  const platform = `${process.platform}-${process.arch}`;
  const pin = pins.packages[platform];
  if (pin === undefined) {
    throw new Refusal(
      `Node ${process.versions.node} does not fit and there is no Node package for ${platform}: install Node ${pins.accepts.from} or later.`,
    );
  }
  const home = join(root, '.vega/node');
  const node = join(home, 'bin/node');
  if (runs(node, pin.version)) return node;
  return withInstallLock(join(root, '.vega/node.lock'), waitFor('Node'), async () => {
    if (!runs(node, pin.version)) await fetchNode(root, pin, home);
    return node;
  });
}

/** Says once that another command is installing the same. */
export function waitFor(what) {
  return (pid) => process.stderr.write(`waiting for process ${pid}, which is installing ${what}\n`);
}

function runs(node, version) {
  if (!existsSync(node)) return false;
  try {
    return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim() === `v${version}`;
  } catch {
    return false;
  }
}

/** npm checks the package against the pin because a lock file says so; it is moved into place only when it runs. */
async function fetchNode(root, pin, home) {
  const work = join(root, `.vega/node.${process.pid}`);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const forget = () => rmSync(work, { recursive: true, force: true });
  process.on('exit', forget);
  try {
    const dependencies = { [pin.name]: pin.version };
    const manifest = { name: 'node-runtime', version: '0.0.0', private: true, dependencies };
    const lock = {
      name: manifest.name,
      version: manifest.version,
      lockfileVersion: 3,
      requires: true,
      packages: {
        '': { name: manifest.name, version: manifest.version, dependencies },
        [`node_modules/${pin.name}`]: { version: pin.version, integrity: pin.integrity },
      },
    };
    writeFileSync(join(work, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(work, 'package-lock.json'), JSON.stringify(lock));
    const { code, stderr } = await withProgress(
      `Node ${process.versions.node} does not fit: fetching Node ${pin.version}`,
      () => runNpm(process.execPath, ['ci', '--ignore-scripts'], work),
    );
    if (code !== 0) throw explainNpmFailure(stderr, `Fetching Node ${pin.version}`);
    const unpacked = join(work, 'node_modules', pin.name);
    if (!runs(join(unpacked, 'bin/node'), pin.version)) {
      throw new Refusal(
        `The fetched Node ${pin.version} does not run on this machine: install Node 24 by other means.`,
      );
    }
    rmSync(home, { recursive: true, force: true });
    renameSync(unpacked, home);
  } finally {
    process.off('exit', forget);
    forget();
  }
}
