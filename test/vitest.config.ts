import { defineConfig } from 'vitest/config';

/** Minutes of processes that are killed, and of inputs that are made up: what they show does not depend on the runtime. */
const endurance = ['test/e2e/crash-*.test.ts', 'test/e2e/*-killed.test.ts', 'test/unit/properties.*.test.ts'];

export default defineConfig({
  test: {
    root: '.',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores: the race tests start twenty processes of their own.
    maxWorkers: 2,
    // Collects what the whole suite wrote, and searches it for secrets at the end.
    globalSetup: ['test/support/run.ts'],
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], exclude: endurance } },
      { extends: true, test: { name: 'contract', include: ['test/contract/**/*.test.ts'] } },
      { extends: true, test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], exclude: endurance } },
      { extends: true, test: { name: 'endurance', include: endurance } },
    ],
  },
});
