/**
 * The bootstrap as a bare clone meets it: the real script in a small project of its own, with a registry on this machine that
 * serves a stand-in for the Node package. The stand-in's `node` hands everything to the Node that runs this test.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, projectRoot } from '@vega/testkit';

const platform = `${process.platform}-${process.arch}`;
const VERSION = process.versions.node;

let folder: string;
let project: string;
let registry: Server;
let registryUrl: string;
let tarball: Buffer;
let served: Buffer;
let downloads = 0;

const integrityOf = (data: Buffer): string => `sha512-${createHash('sha512').update(data).digest('base64')}`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vega-bootstrap-'));
  const pack = join(folder, 'pack');
  mkdirSync(join(pack, 'package/bin'), { recursive: true });
  writeFileSync(join(pack, 'package/package.json'), JSON.stringify({ name: 'stand-in-node', version: VERSION }));
  writeFileSync(join(pack, 'package/bin/node'), `#!/bin/sh\nSTAND_IN=yes exec "${process.execPath}" "$@"\n`);
  chmodSync(join(pack, 'package/bin/node'), 0o755);
  execFileSync('tar', ['-czf', join(folder, 'node.tgz'), '-C', pack, 'package']);
  tarball = readFileSync(join(folder, 'node.tgz'));
  registry = createServer((request, response) => {
    if (request.url?.endsWith('.tgz') === true) {
      downloads += 1;
      response.end(served);
      return;
    }
    const dist = {
      tarball: `${registryUrl}/stand-in-node/-/stand-in-node-${VERSION}.tgz`,
      integrity: integrityOf(served),
    };
    const versions = { [VERSION]: { name: 'stand-in-node', version: VERSION, dist } };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ name: 'stand-in-node', 'dist-tags': { latest: VERSION }, versions }));
  });
  const port = await freePort();
  registryUrl = `http://127.0.0.1:${port}`;
  await new Promise<void>((resolve) => registry.listen(port, '127.0.0.1', resolve));
});

afterAll(() => {
  registry.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A project like this one in the parts that the bootstrap looks at, whose pins accept only a Node that nobody has. */
beforeEach(() => {
  served = tarball;
  downloads = 0;
  project = mkdtempSync(join(folder, 'project-'));
  mkdirSync(join(project, 'tools'));
  cpSync(join(projectRoot(), 'tools/bootstrap.mjs'), join(project, 'tools/bootstrap.mjs'));
  cpSync(join(projectRoot(), 'tools/bootstrap'), join(project, 'tools/bootstrap'), { recursive: true });
  mkdirSync(join(project, 'libs/one'), { recursive: true });
  writeFileSync(join(project, 'libs/one/package.json'), JSON.stringify({ name: 'one', version: '0.0.0' }));
  const manifest = { name: 'project', version: '0.0.0', private: true, workspaces: ['libs/*'] };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  const packages = {
    '': { name: 'project', version: '0.0.0', workspaces: ['libs/*'] },
    'libs/one': { name: 'one', version: '0.0.0' },
    'node_modules/one': { resolved: 'libs/one', link: true },
    // Known to the lock file, not in the tree: npm passes over it, and so must the comparison.
    'libs/gone': { name: 'gone', version: '0.0.0' },
    'node_modules/gone': { resolved: 'libs/gone', link: true },
  };
  const lock = { name: 'project', version: '0.0.0', lockfileVersion: 3, requires: true, packages };
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify(lock));
  writeFileSync(
    join(project, 'tools/report.ts'),
    `console.log(JSON.stringify({ standIn: process.env['STAND_IN'] === 'yes', args: process.argv.slice(2) }));\n` +
      `process.exitCode = Number(process.argv[2] ?? 0);\n`,
  );
  writePins({ from: '90.0.0', below: '91.0.0' });
});

function writePins(accepts: { from: string; below: string }, integrity = integrityOf(tarball)): void {
  const packages = { [platform]: { name: 'stand-in-node', version: VERSION, integrity } };
  writeFileSync(join(project, 'tools/node-pins.json'), JSON.stringify({ accepts, packages }));
}

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function bootstrap(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Run> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    npm_config_registry: registryUrl,
    npm_config_cache: join(project, 'npm-cache'),
    NODE_OPTIONS: '',
    ...environment,
  };
  const child = spawn(process.execPath, [join(project, 'tools/bootstrap.mjs'), ...args], { env, cwd: folder });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

/** What is left in `.vega` after a failure. */
const left = (): string[] => (existsSync(join(project, '.vega')) ? readdirSync(join(project, '.vega')) : []);

describe('a machine whose Node does not fit', () => {
  it('gets the pinned one, checked, then runs the command under it; the second time says nothing and fetches nothing', async () => {
    const first = await bootstrap(['report', '0', 'b']);
    expect(first).toMatchObject({ code: 0 });
    expect(JSON.parse(first.stdout)).toEqual({ standIn: true, args: ['0', 'b'] });
    expect(first.stderr).toContain(`Node ${VERSION} does not fit: fetching Node ${VERSION}`);
    expect(first.stderr).toContain('installing the dependencies');
    expect(left()).toEqual(['node']);
    const second = await bootstrap(['report', '7']);
    expect(second).toMatchObject({ code: 7, stderr: '' });
    expect(downloads).toBe(1);
  });

  it('refuses a package that does not match the pin, in one sentence, and leaves nothing', async () => {
    served = Buffer.concat([tarball, Buffer.from('tampered')]);
    const run = await bootstrap(['report']);
    expect(run.code).toBe(1);
    expect(run.stderr.trim().split('\n').at(-1)).toMatch(/^Fetching Node .* failed: .*does not match its checksum/);
    expect(left()).toEqual([]);
  });

  it('says in one sentence that there is no network, and leaves nothing', async () => {
    const run = await bootstrap(['report'], { npm_config_registry: `http://127.0.0.1:${await freePort()}` });
    expect(run.code).toBe(1);
    expect(run.stderr.trim().split('\n').at(-1)).toMatch(
      /^Fetching Node .* failed: the package registry cannot be reached/,
    );
    expect(left()).toEqual([]);
  }, 60_000);

  it('says in one sentence that there is no npm', async () => {
    const run = await bootstrap(['report'], { PATH: join(project, 'empty'), npm_execpath: '' });
    // The Node that runs this test may have an npm beside it, which then is the right one to use.
    const beside = existsSync(join(process.execPath, '../npm'));
    if (beside) expect(run.code).toBe(0);
    else
      expect([run.code, run.stderr.trim().split('\n').at(-1)]).toEqual([
        1,
        expect.stringMatching(/^npm was not found/),
      ]);
  });

  it('is told when there is no Node for its platform', async () => {
    writeFileSync(
      join(project, 'tools/node-pins.json'),
      JSON.stringify({ accepts: { from: '90.0.0', below: '91.0.0' }, packages: {} }),
    );
    const run = await bootstrap(['report']);
    expect(run).toMatchObject({ code: 1 });
    expect(run.stderr).toBe(
      `Node ${VERSION} does not fit and there is no Node package for ${platform}: install Node 90.0.0 or later.\n`,
    );
  });
});

describe('a machine whose Node fits', () => {
  beforeEach(() => writePins({ from: '18.0.0', below: '99.0.0' }));

  it('runs on it and installs once for two commands at the same time', async () => {
    const runs = await Promise.all([bootstrap(['report']), bootstrap(['report'])]);
    expect(runs.map((run) => run.code)).toEqual([0, 0]);
    expect(runs.map((run) => (JSON.parse(run.stdout) as { standIn: boolean }).standIn)).toEqual([false, false]);
    expect(runs.filter((run) => run.stderr.includes('installed in'))).toHaveLength(1);
    expect(left()).toEqual([]);
  });

  it('installs again when a link to a workspace is gone or the lock file asks for another version', async () => {
    expect((await bootstrap(['report'])).stderr).toContain('installed in');
    expect((await bootstrap(['report'])).stderr).toBe('');
    rmSync(join(project, 'node_modules/one'));
    expect((await bootstrap(['report'])).stderr).toContain('installed in');
    const lock = readFileSync(join(project, 'package-lock.json'), 'utf8').replaceAll(
      '"one","version":"0.0.0"',
      '"one","version":"0.0.1"',
    );
    writeFileSync(join(project, 'package-lock.json'), lock);
    writeFileSync(join(project, 'libs/one/package.json'), JSON.stringify({ name: 'one', version: '0.0.1' }));
    expect((await bootstrap(['report'])).stderr).toContain('installed in');
    expect((await bootstrap(['report'])).stderr).toBe('');
  }, 60_000);

  it('takes over the lock of an installation that was killed', async () => {
    mkdirSync(join(project, '.vega'));
    writeFileSync(join(project, '.vega/install.lock'), JSON.stringify({ pid: process.pid, startedAt: 'another time' }));
    expect(await bootstrap(['report'])).toMatchObject({ code: 0 });
  });

  it('refuses a command that does not exist', async () => {
    expect(await bootstrap(['../report'])).toMatchObject({ code: 1, stderr: 'There is no command "../report".\n' });
    expect(await bootstrap([])).toMatchObject({ code: 1 });
  });
});
