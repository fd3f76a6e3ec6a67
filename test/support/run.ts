// Vitest's global set-up: one folder for the run, and at its end the one search for secrets over all of it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertNoSecrets } from './search.ts';

export function setup(): (() => void) | undefined {
  // Each project of the configuration comes here, and the first one makes the folder.
  if (process.env.MCP_CLI_TEST_RUN !== undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'mcp-cli-test-'));
  process.env.MCP_CLI_TEST_RUN = folder;
  return () => {
    try {
      assertNoSecrets(folder);
    } catch (error) {
      // Vitest prints what a teardown throws, but leaves its exit code as it was.
      process.exitCode = 1;
      throw error;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}
