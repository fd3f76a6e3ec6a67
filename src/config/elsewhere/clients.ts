// The programs whose servers can be taken over, and where they keep them. Pure.
import { join } from 'node:path';
import type { Env } from '../../deps.ts';

export const CLIENTS = [
  'vscode',
  'cursor',
  'claude-desktop',
  'claude-code',
  'windsurf',
  'codex',
  'gemini',
  'opencode',
  'mcporter',
  'mcphub',
] as const;
export type Client = (typeof CLIENTS)[number];

export const CLIENT_TITLES: Record<Client, string> = {
  vscode: 'VS Code',
  cursor: 'Cursor',
  'claude-desktop': 'Claude Desktop',
  'claude-code': 'Claude Code',
  windsurf: 'Windsurf',
  codex: 'Codex',
  gemini: 'Gemini CLI',
  opencode: 'opencode',
  mcporter: 'mcporter',
  mcphub: 'MCPHub',
};

/** `project`: in the current folder, so that anybody may have written it. */
export type Scope = 'user' | 'project';
export type Spot = { file: string; scope: Scope };

type Where = { env: Env; home: string; cwd: string; platform: NodeJS.Platform };

/** Where a program looks, its user's files first. */
export function spotsOf(client: Client, where: Where): Spot[] {
  const { user, project } = FILES[client];
  const own = user(where);
  return [
    ...own.map((file): Spot => ({ file, scope: 'user' })),
    ...project
      .map((path) => join(where.cwd, path))
      // Whoever stands in the home folder has a user's file there.
      .filter((file) => !own.includes(file))
      .map((file): Spot => ({ file, scope: 'project' })),
  ];
}

const FILES: Record<Client, { user(where: Where): string[]; project: string[] }> = {
  vscode: {
    user: (where) =>
      ['Code', 'Code - Insiders'].map((name) => join(applications(where), name, 'User', 'mcp.json')),
    project: ['.vscode/mcp.json'],
  },
  cursor: { user: ({ home }) => [join(home, '.cursor', 'mcp.json')], project: ['.cursor/mcp.json'] },
  'claude-desktop': {
    user: (where) => [join(applications(where), 'Claude', 'claude_desktop_config.json')],
    project: [],
  },
  'claude-code': {
    user: ({ env, home }) => [join(env.CLAUDE_CONFIG_DIR || home, '.claude.json')],
    project: ['.mcp.json'],
  },
  windsurf: {
    user: ({ home }) => [
      join(home, '.codeium', 'windsurf', 'mcp_config.json'),
      join(home, '.codeium', 'mcp_config.json'),
    ],
    project: [],
  },
  codex: {
    user: ({ env, home }) => [join(env.CODEX_HOME || join(home, '.codex'), 'config.toml')],
    project: ['.codex/config.toml'],
  },
  gemini: {
    user: ({ env, home }) => [join(env.GEMINI_CLI_HOME || home, '.gemini', 'settings.json')],
    project: ['.gemini/settings.json'],
  },
  opencode: {
    user: (where) => either(join(xdg(where), 'opencode', 'opencode')),
    project: [...either('opencode'), ...either('.opencode/opencode')],
  },
  mcporter: {
    user: (where) => [
      ...either(join(where.home, '.mcporter', 'mcporter')),
      ...either(join(xdg(where), 'mcporter', 'mcporter')),
    ],
    project: ['config/mcporter.json'],
  },
  mcphub: {
    user: (where) => [join(xdg(where), 'mcphub', 'servers.json')],
    project: ['mcp_settings.json', '.mcphub/servers.json'],
  },
};

function applications(where: Where): string {
  const { env, home, platform } = where;
  if (platform === 'darwin') return join(home, 'Library', 'Application Support');
  return platform === 'win32' ? env.APPDATA || join(home, 'AppData', 'Roaming') : xdg(where);
}

function xdg({ env, home }: Where): string {
  return env.XDG_CONFIG_HOME?.startsWith('/') ? env.XDG_CONFIG_HOME : join(home, '.config');
}

function either(path: string): string[] {
  return [`${path}.json`, `${path}.jsonc`];
}
