/**
 * Obtains distribution packages without root and without touching the system: an apt with its own state, cache and sources,
 * pointed at the mirror the system itself is configured with, downloads the packages, and `dpkg -x` unpacks them.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath, runCommand } from './run-command.ts';

/** Packages to obtain, and the release to take them from (the system's own unless given). */
export interface AptRequest {
  readonly packages: readonly string[];
  /** Suite of the same mirror, for a newer version than the system's own release carries. */
  readonly suite?: string;
}

interface Mirror {
  readonly uri: string;
  readonly release: string;
  readonly signedBy: string;
}

/** Tells whether this system has the tools that {@link unpackFromApt} needs. */
export function hasApt(): boolean {
  return ['apt-get', 'dpkg'].every((tool) => findOnPath(tool) !== undefined);
}

/**
 * Downloads packages and unpacks them into `target`, signatures checked against the distribution's own keyring.
 * Throws an Error with one sentence when the mirror cannot be read or lacks a package.
 */
export async function unpackFromApt(request: AptRequest, workFolder: string, target: string): Promise<void> {
  const mirror = await readMirror();
  const root = join(workFolder, 'apt');
  try {
    for (const folder of ['state/lists/partial', 'cache/archives/partial', 'etc', 'download']) {
      mkdirSync(join(root, folder), { recursive: true });
    }
    const config = writeConfig(root, mirror, request.suite ?? mirror.release);
    const env = { ...process.env, APT_CONFIG: config, LC_ALL: 'C' };
    await mustRun('apt-get', ['update', '-qq'], env, root, 'the distribution mirror could not be read');
    const download = join(root, 'download');
    await mustRun(
      'apt-get',
      ['download', '-qq', ...request.packages],
      env,
      download,
      `${request.packages.join(', ')} could not be downloaded`,
    );
    mkdirSync(target, { recursive: true });
    for (const file of readdirSync(download).filter((name) => name.endsWith('.deb'))) {
      await mustRun('dpkg', ['-x', join(download, file), target], env, root, `${file} could not be unpacked`);
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Reads the address of the system's package mirror from apt's own configuration. */
async function readMirror(): Promise<Mirror> {
  const format = '$(REPO_URI)|$(RELEASE)|$(SIGNED_BY)';
  const { stdout } = await runCommand('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'], {
    timeoutMs: 20_000,
  });
  const mirrors = stdout
    .split('\n')
    .map((line) => line.split('|'))
    .filter((parts) => parts.length === 3)
    .map(([uri = '', release = '', signedBy = '']) => ({ uri, release, signedBy }));
  const codename = osRelease('VERSION_CODENAME');
  const mirror = mirrors.find((entry) => entry.release === codename) ?? mirrors[0];
  if (mirror === undefined) throw new Error('apt on this system has no package mirror configured');
  return mirror;
}

function writeConfig(root: string, mirror: Mirror, suite: string): string {
  const keyring = keyringOf(mirror);
  const components = osRelease('ID') === 'ubuntu' ? 'main universe' : 'main';
  writeFileSync(join(root, 'etc/sources.list'), `deb [signed-by=${keyring}] ${mirror.uri} ${suite} ${components}\n`);
  const config = join(root, 'etc/apt.conf');
  const lines = [
    `Dir::State "${root}/state";`,
    `Dir::State::status "/var/lib/dpkg/status";`,
    `Dir::Cache "${root}/cache";`,
    `Dir::Etc::sourcelist "${root}/etc/sources.list";`,
    `Dir::Etc::sourceparts "-";`,
    `Dir::Etc::preferences "-";`,
    `Dir::Etc::preferencesparts "-";`,
    // apt drops to its own user for downloads, which cannot write here.
    'APT::Sandbox::User "root";',
    'Acquire::Languages "none";',
    'APT::Update::Error-Mode "any";',
    'Acquire::Retries "2";',
    'Acquire::http::Timeout "20";',
    'Acquire::https::Timeout "20";',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  return config;
}

function keyringOf(mirror: Mirror): string {
  const distribution = osRelease('ID') || 'debian';
  const own = `/usr/share/keyrings/${distribution}-archive-keyring.gpg`;
  if (existsSync(own)) return own;
  if (mirror.signedBy.startsWith('/')) return mirror.signedBy;
  throw new Error(`the keyring of ${distribution} is not installed, so its packages cannot be trusted`);
}

/** A field of /etc/os-release, empty when absent. */
export function osRelease(field: string): string {
  try {
    const line = readFileSync('/etc/os-release', 'utf8')
      .split('\n')
      .find((entry) => entry.startsWith(`${field}=`));
    return (line ?? '').slice(field.length + 1).replaceAll('"', '');
  } catch {
    return '';
  }
}

async function mustRun(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
  complaint: string,
): Promise<void> {
  const result = await runCommand(command, args, { timeoutMs: 180_000, env, cwd });
  if (result.code === 0) return;
  const said = result.stderr.split('\n').find((line) => /^(E|W):/.test(line)) ?? '';
  throw new Error(`${complaint}${said === '' ? '' : `: ${said.slice(3).replace(/https?:\S+/g, '<mirror>')}`}`);
}
