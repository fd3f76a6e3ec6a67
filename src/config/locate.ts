import { access, constants, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Deps } from '../deps.ts';
import { ConfigError } from '../errors.ts';

export type Located = {
  /** Absolute path of the file, or undefined if there is none. */
  file: string | undefined;
  /** True if somebody asked for this very file. */
  named: boolean;
  /** True if it lies in the current folder and nobody asked for it: it must be trusted before it is used. */
  stranger: boolean;
  /** Where was looked, as a person would write it; for hints. */
  searched: string[];
};

/**
 * Finds the configuration file: `--config-file`, `MCP_CLI_CONFIG`, `./server_config.json`,
 * `~/.mcp_cli/server_config.json`, `~/.mcp/servers.json`. The first that exists is the one, readable or not.
 * @throws ConfigError `not_found` if a file that was asked for is missing
 */
export async function locate(
  flag: string | undefined,
  { env, cwd, home }: Pick<Deps, 'env' | 'cwd' | 'home'>,
): Promise<Located> {
  if (flag !== undefined) return named(flag, '--config-file', cwd, home);
  if (env.MCP_CLI_CONFIG) return named(env.MCP_CLI_CONFIG, 'MCP_CLI_CONFIG', cwd, home);

  const own = [join(home, '.mcp_cli', 'server_config.json'), join(home, '.mcp', 'servers.json')];
  const local = join(cwd, 'server_config.json');
  const searched = ['./server_config.json', '~/.mcp_cli/server_config.json', '~/.mcp/servers.json'];
  if (await exists(local)) {
    // Standing in ~/.mcp_cli, the file of the current folder is one's own.
    const stranger = !(await isOneOf(local, own));
    return { file: local, named: false, stranger, searched };
  }
  for (const file of own) {
    if (await exists(file)) return { file, named: false, stranger: false, searched };
  }
  return { file: undefined, named: false, stranger: false, searched };
}

async function named(path: string, by: string, cwd: string, home: string): Promise<Located> {
  // Shells do not expand the tilde in `--config-file=~/x`, nor in files that set variables.
  const file = /^~[/\\]/.test(path) ? join(home, path.slice(2)) : resolve(cwd, path);
  if (path !== '' && (await exists(file))) return { file, named: true, stranger: false, searched: [path] };
  throw new ConfigError('not_found', `the configuration file ${JSON.stringify(path)} does not exist`, {
    hint: `it was named by ${by}; looked for ${file}`,
  });
}

/** True for anything but "there is no such file": what cannot be read must be an error later, not be passed over. */
async function exists(file: string): Promise<boolean> {
  try {
    await access(file, constants.F_OK);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return code !== 'ENOENT' && code !== 'ENOTDIR';
  }
}

async function isOneOf(file: string, others: string[]): Promise<boolean> {
  const same = await realpath(file).catch(() => undefined);
  if (same === undefined) return false;
  const real = await Promise.all(others.map((other) => realpath(other).catch(() => undefined)));
  return real.includes(same);
}
