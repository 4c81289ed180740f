// Plain JavaScript: Jest reads this file and the transform before any transform exists.
import { existsSync } from 'node:fs';

const FAST_TEST_TIMEOUT_MS = 20_000;

const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.js' },
  modulePathIgnorePatterns: ['<rootDir>/.tenure/', '<rootDir>/sdk/typescript/dist/'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/.tenure/'],
};

/** The servers project starts real servers once for all its files. */
function serversLifecycle() {
  const setup = 'test/support/servers/global-setup.ts';
  if (!existsSync(new URL(setup, import.meta.url))) return {};
  return {
    globalSetup: `<rootDir>/${setup}`,
    globalTeardown: '<rootDir>/test/support/servers/global-teardown.ts',
  };
}

export default {
  coverageProvider: 'v8',
  // Jest reads it here only, a project's is ignored: the servers project has a setup file for it.
  testTimeout: FAST_TEST_TIMEOUT_MS,
  // A limit makes Jest use a worker process also for `-w 1`: a crash costs one file, not the run.
  workerIdleMemoryLimit: '1GB',
  reporters: ['<rootDir>/test/support/reporter.ts'],
  testSequencer: '<rootDir>/test/support/longest-first.ts',
  projects: [
    {
      ...shared,
      displayName: 'fast',
      testMatch: ['<rootDir>/**/*.test.ts'],
      testPathIgnorePatterns: [...shared.testPathIgnorePatterns, '\\.servers\\.test\\.ts$'],
    },
    {
      ...shared,
      displayName: 'servers',
      testMatch: ['<rootDir>/**/*.servers.test.ts'],
      setupFilesAfterEnv: ['<rootDir>/test/support/servers/timeout.ts'],
      ...serversLifecycle(),
    },
  ],
};
