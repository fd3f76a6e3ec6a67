// A world of its own for the demo: a HOME, a key and a server that are gone afterwards, and the program run in it.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ran, runToEnd, start } from './child.ts';
import { openServer, type Request } from './server.ts';

export type Stage = {
  /** The MCP server's. */
  url: string;
  /** Where the commands keep what they keep. */
  home: string;
  platform: NodeJS.Platform;
  signal: AbortSignal;
  /** Runs `mcp-cli` with these words to its end. `onLine` hears its stderr. */
  run(words: readonly string[], onLine?: (line: string) => void): Promise<Ran>;
  /** What the sandbox was asked since the last look, oldest first. */
  requests(): Request[];
  close(): Promise<void>;
};

export type StageOptions = {
  /** What the children may know of the environment. */
  env: Record<string, string>;
  /** `BROWSER` of the children. */
  browser: string;
  /** The sandbox lets everybody in without a page. */
  approve: boolean;
  /** Of an access token. */
  seconds: number;
  /** What the sandbox does wrong. */
  faults: readonly string[];
  key: string;
  platform: NodeJS.Platform;
  signal: AbortSignal;
};

/** Throws DemoError `sandbox_failed`. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const home = await mkdtemp(join(tmpdir(), 'mcp-cli-demo-'));
  const closing: (() => Promise<void>)[] = [() => rm(home, { recursive: true, force: true, maxRetries: 3 })];
  const close = async () => {
    for (const step of closing.splice(0)) await step();
  };
  try {
    const keyFile = join(home, 'key');
    const config = join(home, 'server_config.json');
    await writeFile(keyFile, options.key, { mode: 0o600 });
    const { BROWSER: _, CI: __, ...rest } = options.env;
    const env = {
      ...rest,
      HOME: home,
      USERPROFILE: home,
      MCP_CLI_ENCRYPTION_KEY_FILE: keyFile,
      MCP_CLI_CONFIG: config,
      BROWSER: options.browser,
    };
    const words = ['sandbox', '--format', 'ndjson', '--access-lifetime', `${options.seconds}s`];
    if (options.approve) words.push('--approve');
    for (const fault of options.faults) words.push('--fault', fault);
    const sandbox = await openServer(start(words, env, home), options.signal);
    closing.unshift(sandbox.close);
    const entry = { mcpServers: { notes: { url: sandbox.url } } };
    await writeFile(config, `${JSON.stringify(entry, null, 2)}\n`, { mode: 0o600 });
    return {
      url: sandbox.url,
      home,
      platform: options.platform,
      signal: options.signal,
      run: (words, onLine) => runToEnd(start(words, env, home), options.signal, onLine),
      requests: sandbox.requests,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
