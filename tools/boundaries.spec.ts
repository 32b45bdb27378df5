/**
 * The linter must refuse what the house forbids. Violations are planted in a copy of the workspace's skeleton (its manifests and
 * settings, no code) and linted with the project's own configuration; files that break nothing stand beside them as a control.
 */
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { projectRoot, runCommand } from '@vega/testkit';

const ROOM = '@nx/enforce-module-boundaries';
const DOOR = '@typescript-eslint/no-restricted-imports';
const SYNTAX = 'no-restricted-syntax';

const subject = (head: string): string => `${head}.v1.tick.NSE_EQ.1`;

/** file, code, the rule that must object */
const PLANTS: readonly (readonly [what: string, file: string, code: string, rule: string])[] = [
  ['a service that imports another', 'services/gateway/src/p01.ts', `import '@vega/market-feed';`, ROOM],
  ['a service that imports testkit', 'services/gateway/src/p02.ts', `import '@vega/testkit';`, ROOM],
  ['a service that imports the exchange', 'services/gateway/src/p03.ts', `import '@vega/exchange';`, ROOM],
  [
    'a service that reaches into another room by path',
    'services/gateway/src/p04.ts',
    `import '../../../libs/kernel/src/x.ts';`,
    ROOM,
  ],
  ['kernel that imports contracts', 'libs/kernel/src/p05.ts', `import '@vega/contracts';`, ROOM],
  ['a library that imports platform', 'libs/rulebook/src/p06.ts', `import '@vega/platform';`, ROOM],
  ['trading that imports its own witness', 'libs/trading/src/p07.ts', `import '@vega/exchange';`, ROOM],
  ['the exchange that imports trading', 'libs/exchange/src/p08.ts', `import '@vega/trading';`, ROOM],
  ['the simulator that imports upstox', 'apps/upstox-sim/src/p09.ts', `import '@vega/upstox/market';`, ROOM],
  ['platform that imports testkit', 'libs/platform/src/p10.ts', `import '@vega/testkit';`, ROOM],
  ['a service without a door at upstox', 'services/gateway/src/p11.ts', `import '@vega/upstox/market';`, DOOR],
  ['market-feed at the door of orders', 'services/market-feed/src/p12.ts', `import '@vega/upstox/trading';`, DOOR],
  ['market-feed inside upstox', 'services/market-feed/src/p13.ts', `import '@vega/upstox/market/feed';`, DOOR],
  ['domain that imports Nest', 'services/gateway/src/domain/p14.ts', `import '@nestjs/common';`, DOOR],
  ['domain that does input and output', 'services/gateway/src/domain/p15.ts', `import 'node:fs';`, DOOR],
  ['domain that imports app', 'services/gateway/src/domain/p16.ts', `import '../app/x.ts';`, DOOR],
  ['domain that imports adapters', 'services/gateway/src/domain/p17.ts', `import '../adapters/x.ts';`, DOOR],
  ['domain that imports a module', 'services/gateway/src/domain/p18.ts', `import '../gateway.module.ts';`, DOOR],
  [
    'domain that runs code of upstox',
    'services/market-feed/src/domain/p19.ts',
    `import { a } from '@vega/upstox/market';\na();`,
    DOOR,
  ],
  ['app that imports an adapter', 'services/gateway/src/app/p20.ts', `import '../adapters/x.ts';`, DOOR],
  [
    'an adapter that imports the module',
    'services/gateway/src/adapters/p21.ts',
    `import '../gateway.module.ts';`,
    DOOR,
  ],
  ['domain that reads the clock', 'services/gateway/src/domain/p22.ts', `export const a = Date.now();`, SYNTAX],
  ['domain that asks for today', 'services/gateway/src/domain/p23.ts', `export const a = new Date();`, SYNTAX],
  ['domain that throws dice', 'services/gateway/src/domain/p24.ts', `export const a = Math.random();`, SYNTAX],
  ['domain that waits', 'services/gateway/src/domain/p25.ts', `setTimeout(() => undefined, 1);`, SYNTAX],
  ['a pure library that reads the clock', 'libs/rulebook/src/p26.ts', `export const a = Date.now();`, SYNTAX],
  ['a pure library that reads the environment', 'libs/contracts/src/p27.ts', `export const a = process.env;`, SYNTAX],
  ['a subject spelt in a service', 'services/gateway/src/p28.ts', `export const a = '${subject('md')}';`, SYNTAX],
  [
    'a subject put together in a service',
    'services/gateway/src/p29.ts',
    `export const a = (b: string) => \`rpc.v1.\${b}\`;`,
    SYNTAX,
  ],
  ['an enum', 'libs/kernel/src/p30.ts', `export enum Side { Buy }`, SYNTAX],
  ['an any', 'libs/kernel/src/p31.ts', `export const a: ${'any'} = 1;`, '@typescript-eslint/no-explicit-any'],
  [
    'a lost promise',
    'libs/kernel/src/p32.ts',
    `export function a(b: () => Promise<void>): void {\n  b();\n}`,
    '@typescript-eslint/no-floating-promises',
  ],
];

const CONTROLS: readonly (readonly [what: string, file: string, code: string])[] = [
  [
    'a service with the libraries it may use',
    'services/gateway/src/c01.ts',
    `import '@vega/kernel';\nimport '@vega/contracts';\nimport '@vega/platform';\nimport '@vega/rulebook';`,
  ],
  [
    'market-feed at its own door',
    'services/market-feed/src/adapters/c02.ts',
    `import '@vega/upstox/market';\nimport '../app/x.ts';\nimport '../domain/x.ts';`,
  ],
  [
    'domain with pure libraries and the types of its door',
    'services/market-feed/src/domain/c03.ts',
    `import type { A } from '@vega/upstox/market';\nimport '@vega/kernel';\nimport './c03-part.ts';\nexport const a = (b: A): A => b;`,
  ],
  [
    'app over ports and domain',
    'services/gateway/src/app/c04.ts',
    `import '../domain/x.ts';\nimport './ports.ts';\nimport '@vega/kernel';`,
  ],
  [
    'the module, which knows every room',
    'services/gateway/src/gateway.module.ts',
    `import './adapters/x.ts';\nimport './app/x.ts';\nimport '@nestjs/common';`,
  ],
  ['a spec with testkit, also in the room testkit stands on', 'libs/kernel/src/c05.spec.ts', `import '@vega/testkit';`],
  [
    'a spec of a service that reads the clock and spells a subject',
    'services/gateway/src/domain/c06.spec.ts',
    `import '@vega/testkit';\nexport const a = ['${subject('md')}', Date.now()];`,
  ],
  ['a spec folder with testkit', 'services/gateway/test/c07.spec.ts', `import '@vega/testkit';`],
  [
    'contracts that spells a subject',
    'libs/contracts/src/c08.ts',
    `import '@vega/kernel';\nexport const a = '${subject('md')}';`,
  ],
  ['the clock of kernel', 'libs/kernel/src/clock.ts', `export const now = (): number => Date.now();`],
  ['testkit with anything', 'libs/testkit/src/c09.ts', `import '@vega/kernel';\nimport '@vega/exchange';`],
  [
    'a promise that is given up in words',
    'libs/kernel/src/c10.ts',
    `export function a(b: () => Promise<void>): void {\n  void b();\n}`,
  ],
];

interface LintResult {
  readonly filePath: string;
  readonly messages: readonly { readonly ruleId: string | null; readonly message: string }[];
}

const root = projectRoot();
let copy: string;
let found: ReadonlyMap<string, LintResult['messages']>;

function plant(file: string, text: string): void {
  mkdirSync(dirname(join(copy, file)), { recursive: true });
  writeFileSync(join(copy, file), `${text}\n`);
}

/** A room that is designed but may not be built yet, so that its rules are tried before it is. */
function ensureRoom(name: string): void {
  const folder = `libs/${name}`;
  if (existsSync(join(copy, folder, 'package.json'))) return;
  const target = { '@vega/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' };
  const manifest = { name: `@vega/${name}`, version: '0.0.0', private: true, type: 'module', exports: { '.': target } };
  plant(
    `${folder}/package.json`,
    JSON.stringify({ ...manifest, nx: { tags: [`room:${name}`], targets: { lint: {} } } }),
  );
  cpSync(join(root, 'libs/kernel/tsconfig.spec.json'), join(copy, folder, 'tsconfig.spec.json'));
}

/** The packages of the project itself are linked to the copy, as npm would link them; all others to where they are. */
function linkPackages(): void {
  const link = (target: string, name: string): void => symlinkSync(target, join(copy, 'node_modules', name));
  mkdirSync(join(copy, 'node_modules/@vega'), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== '@vega') link(join(root, 'node_modules', name), name);
  }
  for (const file of globSync('{libs,services,apps}/*/package.json', { cwd: copy })) {
    const folder = dirname(file);
    const manifest = JSON.parse(readFileSync(join(copy, file), 'utf8')) as {
      name: string;
      exports?: Record<string, Record<string, string>>;
    };
    link(join(copy, folder), manifest.name);
    for (const door of Object.values(manifest.exports ?? {}))
      plant(join(folder, door['@vega/source'] ?? ''), 'export {};');
  }
}

function run(program: string, ...args: string[]): ReturnType<typeof runCommand> {
  const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', NX_WORKSPACE_ROOT_PATH: copy, NODE_OPTIONS: '' };
  return runCommand(process.execPath, [join(root, 'node_modules', program), ...args], {
    timeoutMs: 90_000,
    cwd: copy,
    env,
  });
}

beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), 'vega-boundaries-'));
  const skeleton = ['*.json', '*.mjs', '.gitignore', '{libs,services,apps}/*/*.json'];
  for (const file of skeleton.flatMap((pattern) => globSync(pattern, { cwd: root }))) {
    cpSync(join(root, file), join(copy, file));
  }
  for (const room of ['trading', 'exchange']) ensureRoom(room);
  linkPackages();
  for (const [, file, code] of PLANTS) plant(file, code);
  for (const [, file, code] of CONTROLS) plant(file, code);
  const { stdout, stderr } = await run('eslint/bin/eslint.js', 'libs', 'services', 'apps', '--format', 'json');
  if (!stdout.startsWith('[')) throw new Error(`the linter did not run: ${stderr}${stdout}`);
  const results = JSON.parse(stdout) as LintResult[];
  found = new Map(results.map((result) => [result.filePath.slice(copy.length + 1), result.messages]));
}, 120_000);

afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe('every room', () => {
  // Nx decides by tags and finds a package by its exports; a room that lacks either would be judged by nobody.
  it('has one tag that names it, and exports if others could import it', () => {
    const rooms = globSync('{libs,services,apps}/*/package.json', { cwd: root }).map((file) => {
      const manifest = JSON.parse(readFileSync(join(root, file), 'utf8')) as {
        name: string;
        exports?: Record<string, unknown>;
        nx?: { tags?: string[] };
      };
      const name = manifest.name.replace('@vega/', '');
      return { name, tags: manifest.nx?.tags, hasExports: file.startsWith('apps/') || manifest.exports !== undefined };
    });
    expect(rooms.length).toBeGreaterThanOrEqual(9);
    expect(rooms).toEqual(rooms.map(({ name }) => ({ name, tags: [`room:${name}`], hasExports: true })));
  });
});

describe('the linter refuses', () => {
  it.each(PLANTS)('%s', (_what, file, _code, rule) => {
    expect(found.get(file)?.map((message) => message.ruleId)).toContain(rule);
  });

  it('to be switched off by a comment', async () => {
    plant('libs/kernel/src/silent.ts', `/* ${'eslint'}-disable */\nexport const a: ${'any'} = 1;`);
    const { stdout, code } = await run('eslint/bin/eslint.js', 'libs/kernel/src/silent.ts', '--max-warnings', '0');
    expect(code).toBe(1);
    expect(stdout).toContain('no-explicit-any');
    rmSync(join(copy, 'libs/kernel/src/silent.ts'));
  });
});

describe('the linter lets pass', () => {
  it.each(CONTROLS)('%s', (_what, file) => {
    expect(found.get(file)).toEqual([]);
  });
});

describe('the lint target', () => {
  it('fails for a room with a violation and passes once it is gone', async () => {
    const lint = (): ReturnType<typeof runCommand> =>
      run('nx/dist/bin/nx.js', 'run-many', '-t', 'lint', '-p', '@vega/gateway', '--outputStyle=stream');
    const refused = await lint();
    expect(refused.stdout + refused.stderr).toContain(ROOM);
    expect(refused.code).not.toBe(0);
    for (const [, file] of PLANTS) if (file.startsWith('services/gateway')) rmSync(join(copy, file));
    const passed = await lint();
    expect(`${passed.code} ${passed.stdout.slice(-500)}`).toMatch(/^0 /);
  }, 120_000);
});
