/**
 * The import rules of the house, and the few language rules that money depends on.
 * Who may import whom is decided by the `room:*` tag in each package.json; the table is in docs/ARCHITECTURE.md.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

const root = import.meta.dirname;

// Without Nx's graph the boundary rule would skip in silence. A lint that runs through Nx has one; an editor gets it here.
if (!existsSync(join(root, '.nx/workspace-data/project-graph.json'))) {
  execFileSync(process.execPath, [join(root, 'node_modules/nx/dist/bin/nx.js'), 'show', 'projects'], {
    cwd: root,
    stdio: 'ignore',
  });
}

// A room that does not exist yet is listed all the same: its rule is there on the day it is built.
const PURE = ['kernel', 'contracts', 'rulebook', 'pricing', 'trading', 'exchange'];
const SERVICE_MAY = ['kernel', 'contracts', 'rulebook', 'pricing', 'trading', 'platform'];
const DOORS_OF_UPSTOX = {
  'market-feed': ['market'],
  auth: ['account'],
  portfolio: ['account'],
  orders: ['trading'],
  gateway: [],
  options: [],
  strategy: [],
};

const MAY_IMPORT = {
  kernel: [],
  contracts: ['kernel'],
  rulebook: ['kernel'],
  pricing: ['kernel'],
  trading: ['kernel', 'rulebook', 'pricing'],
  exchange: ['kernel', 'rulebook', 'pricing'],
  upstox: ['kernel'],
  platform: ['kernel', 'contracts'],
  'upstox-sim': ['kernel', 'rulebook', 'pricing', 'exchange', 'contracts', 'platform'],
  backtest: ['kernel', 'rulebook', 'pricing', 'trading', 'exchange', 'contracts'],
  strategies: ['kernel', 'trading'],
  // What the gateway publishes as client types is all that the web app knows of the platform.
  client: [],
  web: ['client'],
  ...Object.fromEntries(
    Object.entries(DOORS_OF_UPSTOX).map(([service, doors]) => [
      service,
      doors.length === 0 ? SERVICE_MAY : [...SERVICE_MAY, 'upstox'],
    ]),
  ),
};

const depConstraints = [
  ...Object.entries(MAY_IMPORT).map(([room, may]) => ({
    sourceTag: `room:${room}`,
    onlyDependOnLibsWithTags: may.map((other) => `room:${other}`),
  })),
  ...['testkit', 'tools', 'bench', 'e2e'].map((room) => ({
    sourceTag: `room:${room}`,
    onlyDependOnLibsWithTags: ['*'],
  })),
];

const boundaries = (options) => ['error', { depConstraints, enforceBuildableLibDependency: false, ...options }];

const ROOMS = ['libs', 'services', 'apps'].flatMap((area) =>
  existsSync(join(root, area)) ? readdirSync(join(root, area)).map((name) => `${area}/${name}`) : [],
);
const TYPED = [...ROOMS, 'tools', 'e2e', 'bench'].filter((room) => existsSync(join(root, room, 'tsconfig.spec.json')));

const SPECS = ['**/*.spec.{ts,tsx}', '**/test/**/*.{ts,tsx}'];
const WITNESSES = ['libs/testkit/**/*.ts', 'tools/**/*.ts', 'e2e/**/*.ts', 'bench/**/*.ts'];

const SUBJECT = '^(md|opt|sig|ord|pf|risk|auth|rpc)\\.v[0-9]+\\.';
const SUBJECT_MESSAGE = 'Subjects are built and parsed by @vega/contracts alone.';
const subjectLiterals = [
  { selector: `Literal[value=/${SUBJECT}/]`, message: SUBJECT_MESSAGE },
  { selector: `TemplateElement[value.raw=/${SUBJECT}/]`, message: SUBJECT_MESSAGE },
];

const ENUM = { selector: 'TSEnumDeclaration', message: 'Use a const object and a union of its strings.' };

const PURE_MESSAGE = 'Pure code is handed the time and its randomness; it reads neither.';
const impurity = [
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: PURE_MESSAGE },
  { selector: "MemberExpression[object.name='Math'][property.name='random']", message: PURE_MESSAGE },
  { selector: "MemberExpression[object.name='performance']", message: PURE_MESSAGE },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: PURE_MESSAGE },
  {
    selector: 'CallExpression[callee.name=/^(setTimeout|setInterval|setImmediate|queueMicrotask|fetch)$/]',
    message: 'Pure code neither waits nor talks to anyone.',
  },
  { selector: "MemberExpression[object.name='process']", message: 'Pure code knows no process or environment.' },
];

const restrictImports = (...patterns) => ['error', { patterns }];
const IMPORTS = '@typescript-eslint/no-restricted-imports';
const inward = (folders, message) => ({
  regex: `^\\.{1,2}/(.*/)?(${folders.join('|')})(/|\\.module|$)`,
  message,
});
const ADAPTERS_STAY_OUT = inward(['adapters'], 'app/ talks to adapters through ports only.');
const NO_MODULE = { regex: '\\.module\\.ts$', message: 'Only main.ts and the module itself know every room.' };
/** A service's own door of upstox may lend domain/ its types, which do nothing. */
const purePackagesOnly = (doors) => [
  {
    regex: `^(?!\\.{1,2}/)(?!@vega/(kernel|contracts|rulebook|pricing|trading)$)(?!@vega/upstox/(${doors.join('|') || '-'})$)`,
    message: 'domain/ is pure: no framework, no input or output, no other package than the pure libraries.',
  },
  {
    regex: '^@vega/upstox/',
    allowTypeImports: true,
    message: 'domain/ may take types from its door of upstox, nothing that runs.',
  },
];

/** Every folder but the doors of a service is closed to it. */
const upstoxDoors = Object.entries(DOORS_OF_UPSTOX).map(([service, doors]) => ({
  regex: doors.length === 0 ? '^@vega/upstox' : `^@vega/upstox(?!/(${doors.join('|')})$)`,
  message: `services/${service} may use ${doors.length === 0 ? 'no door' : `only the door ${doors.join(', ')}`} of @vega/upstox.`,
  service,
}));
const doorsOf = (service) => {
  const { regex, message } = upstoxDoors.find((entry) => entry.service === service);
  return { regex, message };
};

const serviceBlocks = Object.keys(DOORS_OF_UPSTOX).flatMap((service) => {
  const door = doorsOf(service);
  return [
    {
      files: [`services/${service}/**/*.ts`],
      rules: { [IMPORTS]: restrictImports(door) },
    },
    {
      files: [`services/${service}/src/adapters/**/*.ts`],
      ignores: SPECS,
      rules: { [IMPORTS]: restrictImports(door, NO_MODULE) },
    },
    {
      files: [`services/${service}/src/app/**/*.ts`],
      ignores: SPECS,
      rules: { [IMPORTS]: restrictImports(door, NO_MODULE, ADAPTERS_STAY_OUT) },
    },
    {
      files: [`services/${service}/src/domain/**/*.ts`],
      ignores: SPECS,
      rules: {
        [IMPORTS]: restrictImports(
          ...purePackagesOnly(DOORS_OF_UPSTOX[service]),
          NO_MODULE,
          inward(['app', 'adapters'], 'domain/ knows neither app/ nor adapters/.'),
        ),
        'no-restricted-syntax': ['error', ENUM, ...subjectLiterals, ...impurity],
      },
    },
  ];
});

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.vega/**', '.nx/**', '**/generated/**', '**/gen/**'] },
  // Comments that switch rules off have no effect: a rule that is wrong is changed here, for everyone to see.
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommended],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': boundaries({}),
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
      'no-restricted-syntax': ['error', ENUM, ...subjectLiterals],
    },
  },
  // Rules that need types, limited to those that find lost promises and forgotten cases.
  ...TYPED.map((room) => ({
    files: [`${room}/**/*.{ts,tsx}`],
    languageOptions: { parserOptions: { project: `${room}/tsconfig.spec.json`, tsconfigRootDir: root } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
    },
  })),
  {
    files: PURE.map((name) => `libs/${name}/src/**/*.ts`),
    ignores: [...SPECS, 'libs/kernel/src/clock.ts'],
    rules: { 'no-restricted-syntax': ['error', ENUM, ...subjectLiterals, ...impurity] },
  },
  // The one place where subjects are spelt.
  {
    files: ['libs/contracts/src/**/*.ts'],
    ignores: SPECS,
    rules: { 'no-restricted-syntax': ['error', ENUM, ...impurity] },
  },
  ...serviceBlocks,
  // Specs and the tools around the product are witnesses: they may use testkit, spell a subject as an outsider would, and print.
  // They may also enter their own room by its door, as others do.
  // testkit depends on kernel and kernel's specs use testkit; that is a cycle of specs only, no build goes round it.
  {
    files: [...SPECS, ...WITNESSES],
    rules: {
      '@nx/enforce-module-boundaries': boundaries({
        allow: ['@vega/testkit', '@vega/testkit/stage'],
        allowCircularSelfDependency: true,
      }),
      'no-restricted-syntax': ['error', ENUM],
      'no-console': 'off',
    },
  },
  // tools, e2e and bench are folders, not packages: among themselves they have no name to import by.
  {
    files: WITNESSES,
    rules: {
      '@nx/enforce-module-boundaries': boundaries({
        allow: [
          '@vega/testkit',
          '@vega/testkit/stage',
          '../tools/**',
          '../e2e/**',
          '../bench/**',
          '../../tools/**',
          '../../e2e/**',
        ],
        allowCircularSelfDependency: true,
      }),
    },
  },
  // A bench measures parts that no package exports: the hot path inside a service, the simulator's schema.
  { files: ['bench/**'], rules: { '@nx/enforce-module-boundaries': 'off' } },
  {
    files: SPECS,
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
