import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Minutes of processes that are killed or last long, and of inputs that are made up. */
const endurance = [
  'test/e2e/crash-*.test.ts',
  'test/e2e/*-killed.test.ts',
  'test/e2e/*-lasting.test.ts',
  'test/unit/properties.*.test.ts',
];

/** A worker runs file after file: the packages are loaded once, what is ours for each file (afresh.ts). */
const shared = { isolate: false, setupFiles: ['test/support/afresh.ts'] };

/** The minutes first, so that the workers end together; a project in one piece, because its files share a worker. */
const ORDER = ['endurance', 'e2e', 'contract', 'unit'];
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ project }: TestSpecification) => ORDER.indexOf(project.name);
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  test: {
    root: '.',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores: the race tests start twenty processes of their own.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // Collects what the whole suite wrote, and searches it for secrets at the end.
    globalSetup: ['test/support/run.ts'],
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], exclude: endurance, ...shared },
      },
      { extends: true, test: { name: 'contract', include: ['test/contract/**/*.test.ts'], ...shared } },
      {
        extends: true,
        test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], exclude: endurance, ...shared },
      },
      { extends: true, test: { name: 'endurance', include: endurance } },
    ],
  },
});
