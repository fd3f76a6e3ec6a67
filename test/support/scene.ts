// A protected server called `notes`, its authorization server, and whoever types commands at it.
import { afterEach } from 'vitest';
import {
  type AuthorizationServer,
  type AuthorizationServerOptions,
  authorizationServer,
} from './authorization-server.ts';
import { type CliOptions, type CliResult, runCli } from './cli.ts';
import { configFile, newHome } from './home.ts';
import type { McpOptions, McpServerHandle } from './mcp-server.ts';
import { modernServer } from './modern-server.ts';
import { atTerminal, unattended } from './person.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Closed after the test. */
export function keep<T extends { close(): Promise<void> }>(thing: T): T {
  closing.push(() => thing.close());
  return thing;
}

export type Typed = (line: string | string[], options?: CliOptions) => Promise<CliResult>;

/** A HOME and a configuration file with the commands of a person, and of a script, in them. */
export function desk(config: string, home = newHome()): { home: string; person: Typed; script: Typed } {
  const typed =
    (who: (options: CliOptions) => CliOptions): Typed =>
    (line, options = {}) =>
      runCli(
        ['--config-file', config, ...(typeof line === 'string' ? line.split(' ') : line)],
        who({ home, ...options }),
      );
  return { home, person: typed(atTerminal), script: typed(unattended) };
}

export type SceneOptions = {
  /** More of the entry `notes`. */
  entry?: object;
  authorization?: AuthorizationServerOptions;
  server?: McpOptions;
  /** Further entries of the configuration. */
  others?: Record<string, object>;
};

export type Scene = ReturnType<typeof desk> & {
  /** The path of the configuration file. */
  config: string;
  authorization: AuthorizationServer;
  server: McpServerHandle;
};

export async function scene(options: SceneOptions = {}): Promise<Scene> {
  const authorization = keep(await authorizationServer(options.authorization));
  const server = keep(await modernServer({ authorizationServers: [authorization], ...options.server }));
  const mcpServers = { notes: { url: server.mcpUrl, ...options.entry }, ...options.others };
  const config = configFile({ mcpServers });
  return { authorization, server, config, ...desk(config) };
}

/** The one line of JSON that ends stderr. Fails if the run printed a result, or told more than one failure. */
export function errorOf(result: CliResult): {
  code: string;
  message: string;
  hint?: string;
  server?: string;
} {
  if (result.stdout !== '') throw new Error(`a result beside the failure: ${result.stdout}`);
  // A countdown on a terminal takes itself away before the failure.
  const lines = result.stderr.replaceAll('\r\u001b[2K', '\n').trimEnd().split('\n');
  const told = lines.filter((line) => line.startsWith('{'));
  if (told.length !== 1 || !lines.at(-1)?.startsWith('{'))
    throw new Error(`not one failure: ${result.stderr}`);
  const { error } = JSON.parse(told[0] ?? '') as { error: ReturnType<typeof errorOf> };
  return error;
}
