// What other programs are told so that they use our sign-ins: by running us as their server (`proxy`), by asking us for
// a header, or by finding the token in their environment. Pure.

import { typed } from '../typed.ts';

export type Subject = {
  server: string;
  url: string;
  /** Our own words between the command and the server: `--config-file PATH`, `--account NAME`. */
  flags: string[];
};

export type Snippet = {
  /** Where it belongs, in a few words. */
  place: string;
  text: string;
};

/** As the person names them; the keys of the files are those of the programs' own documentation. */
export const CLIENTS: Record<string, (subject: Subject) => Snippet> = {
  curl: ({ server, url, flags }) => ({
    place: 'a shell',
    text: `${typed('mcp-cli', 'auth', 'header', server, ...flags)} | ${typed('curl', '-H', '@-', '-H', 'Accept: application/json, text/event-stream', '--json', INITIALIZE, url)}`,
  }),
  'claude-code': ({ server, url, flags }) => ({
    place: '.mcp.json of a project, or ~/.claude.json',
    text: pretty({
      mcpServers: {
        [server]: {
          type: 'http',
          url,
          headersHelper: typed('mcp-cli', 'auth', 'header', server, '--json', ...flags),
        },
      },
    }),
  }),
  'claude-desktop': (subject) => ({
    place: 'claude_desktop_config.json',
    text: pretty({ mcpServers: stdio(subject) }),
  }),
  codex: (subject) => ({
    place: '~/.codex/config.toml',
    text: [
      `[mcp_servers.${JSON.stringify(subject.server)}]`,
      'command = "mcp-cli"',
      `args = ${JSON.stringify(proxyWords(subject))}`,
    ].join('\n'),
  }),
  cursor: (subject) => ({ place: '~/.cursor/mcp.json', text: pretty({ mcpServers: stdio(subject) }) }),
  gemini: (subject) => ({
    place: '~/.gemini/settings.json',
    text: pretty({ mcpServers: stdio(subject) }),
  }),
  mcporter: ({ server, url, flags }) => ({
    place: `~/.mcporter/mcporter.json, and start it with: ${typed('mcp-cli', 'auth', 'exec', server, ...flags, '--env', 'MCP_ACCESS_TOKEN', '--', 'mcporter', 'list')}`,
    text: pretty({ mcpServers: { [server]: { baseUrl: url, bearerTokenEnv: 'MCP_ACCESS_TOKEN' } } }),
  }),
  opencode: (subject) => ({
    place: 'opencode.json',
    text: pretty({
      mcp: {
        [subject.server]: { type: 'local', command: ['mcp-cli', ...proxyWords(subject)], enabled: true },
      },
    }),
  }),
  vscode: (subject) => ({
    place: '.vscode/mcp.json',
    text: pretty({
      servers: {
        [subject.server]: { type: 'stdio', command: 'mcp-cli', args: proxyWords(subject) },
      },
    }),
  }),
  windsurf: (subject) => ({
    place: '~/.codeium/windsurf/mcp_config.json',
    text: pretty({ mcpServers: stdio(subject) }),
  }),
};

const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'curl', version: '1' },
  },
});

function stdio(subject: Subject): object {
  return { [subject.server]: { command: 'mcp-cli', args: proxyWords(subject) } };
}

function proxyWords({ server, flags }: Subject): string[] {
  return ['proxy', server, ...flags];
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
