/** One jest run over every room; `globalSetup` starts one private trio of servers for the whole run. */
export default {
  roots: ['<rootDir>/libs', '<rootDir>/services', '<rootDir>/apps', '<rootDir>/tools', '<rootDir>/e2e'],
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/', '/.vega/'],
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@vega/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest'] },
  globalSetup: '<rootDir>/libs/testkit/src/jest-global-setup.ts',
  globalTeardown: '<rootDir>/libs/testkit/src/jest-global-teardown.ts',
  setupFiles: ['<rootDir>/libs/testkit/src/jest-setup.ts'],
  maxWorkers: 2,
  testTimeout: 20_000,
};
