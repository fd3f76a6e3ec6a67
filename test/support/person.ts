// A person at a terminal with a walking browser, and what they type most.
import { walkingBrowser } from './browser.ts';
import { type CliOptions, type CliResult, runCli } from './cli.ts';
import { configFile } from './home.ts';
import { KEY } from './store.ts';

/** For tests of passwords: to all others a key spares its stretching, with every command. */
export const PASSWORD = 'a password of the test';

/** Runs with a key, a terminal on stderr and a browser that consents. */
export function atTerminal(options: CliOptions = {}): CliOptions {
  return {
    browser: walkingBrowser(),
    terminal: { stderr: true },
    ...options,
    env: { MCP_CLI_ENCRYPTION_KEY: KEY, ...options.env },
  };
}

/** As a CI job: nobody is there, and no browser may open. */
export function unattended(options: CliOptions = {}): CliOptions {
  return { ...options, env: { MCP_CLI_ENCRYPTION_KEY: KEY, CI: 'true', ...options.env } };
}

/** One configured server called `notes`. */
export function notes(entry: object): string {
  return configFile({ mcpServers: { notes: entry } });
}

export function listTools(config: string, options: CliOptions): Promise<CliResult> {
  return runCli(['--config-file', config, '--server', 'notes', 'tools', 'list', '--json'], options);
}

export function toolNames(result: CliResult): string[] {
  const { tools } = JSON.parse(result.stdout) as { tools: { name: string }[] };
  return tools.map(({ name }) => name);
}
