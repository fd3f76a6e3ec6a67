// The authorization extensions of MCP: a client says which of them it uses, in both eras.
import { expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { serviceClient } from '../support/clients.ts';
import { configFile } from '../support/home.ts';
import type { McpOptions, McpServerHandle } from '../support/mcp-server.ts';
import { modernServer } from '../support/modern-server.ts';
import { desk, keep } from '../support/scene.ts';
import { sessionServer } from '../support/session-server.ts';

const NAME = 'io.modelcontextprotocol/oauth-client-credentials';

test.each<[string, (options: McpOptions) => Promise<McpServerHandle>]>([
  ['2026-07-28', modernServer],
  ['2025 with sessions', sessionServer],
])('%s: client credentials are declared, and a person’s sign-in declares nothing', async (_, open) => {
  const { pem: _pem, ...client } = serviceClient('basic');
  const authorization = keep(await authorizationServer({ clients: [client] }));
  const server = keep(await open({ authorizationServers: [authorization] }));
  const oauth = {
    grant_type: 'client_credentials',
    scopes: ['mcp:read'],
    client_id: client.client_id,
    client_secret: client.client_secret,
  };
  const url = server.mcpUrl;
  const { person, script } = desk(configFile({ mcpServers: { service: { url, oauth }, plain: { url } } }));
  expect((await script('tools list service')).exit).toBe(0);
  const [said] = server.log.flatMap(({ text }) => (text.includes('"elicitation"') ? [text] : []));
  expect(said).toContain(`"extensions":{"${NAME}":{}}`);
  server.log.splice(0);
  expect((await person('tools list plain')).exit).toBe(0);
  expect(server.log.some(({ text }) => text.includes('"elicitation"'))).toBe(true);
  expect(server.log.some(({ text }) => text.includes('"extensions"'))).toBe(false);
});
