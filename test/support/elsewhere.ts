// Other programs' files in a home folder, and in a project.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type CliOptions, runCli } from './cli.ts';
import { newHome } from './home.ts';

/** A home folder with these files, another folder to stand in, and whoever types there. */
export function elsewhere(
  files: Record<string, string | object>,
  project: Record<string, string | object> = {},
) {
  const [own, cwd] = [newHome(), newHome()];
  for (const [folder, all] of [
    [own, files],
    [cwd, project],
  ] as const)
    for (const [path, content] of Object.entries(all)) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
    }
  const type = (line: string, options: CliOptions = {}) =>
    runCli(line.split(' '), { home: own, cwd, platform: 'linux', ...options });
  const written = () => JSON.parse(readFileSync(join(own, '.mcp_cli/server_config.json'), 'utf8')).mcpServers;
  return { home: own, cwd, type, written };
}
