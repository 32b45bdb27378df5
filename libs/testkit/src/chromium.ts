import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Flags under which Chromium runs in a container and talks to nobody but the page. */
export const CHROMIUM_FLAGS: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const INSTALL_MS = 300_000;

/**
 * The path of a Chromium on this machine; where there is none and apt may install, Debian's with the fonts that hold the
 * rupee sign. Undefined where neither is possible; the reason goes to `tell` in one line.
 */
export function findOrInstallChromium(tell: (line: string) => void = () => undefined): string | undefined {
  const present = find();
  if (present !== undefined) return present;
  if (process.getuid?.() !== 0 || onPath('apt-get') === undefined) {
    tell('Chromium is not installed, and without root and apt-get it cannot be');
    return undefined;
  }
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const wait = ['-o', 'DPkg::Lock::Timeout=120'];
    const options = { env, stdio: 'ignore', timeout: INSTALL_MS } as const;
    execFileSync('apt-get', [...wait, 'update', '-qq'], options);
    execFileSync(
      'apt-get',
      [...wait, 'install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-noto-core'],
      options,
    );
  } catch (error) {
    tell(`Chromium could not be installed: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
    return undefined;
  }
  return find();
}

function find(): string | undefined {
  return NAMES.map(onPath).find((path) => path !== undefined);
}

function onPath(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
