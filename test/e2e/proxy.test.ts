// `mcp-cli proxy` between clients and servers of the same era.
import { describe, expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { MODERN, newerClient, olderClient } from '../support/bridge.ts';
import { configFile } from '../support/home.ts';
import { modernSurfaceServer } from '../support/modern-server.ts';
import { desk, keep } from '../support/scene.ts';
import { sessionSurfaceServer } from '../support/session-server.ts';

async function at(open: typeof sessionSurfaceServer | typeof modernSurfaceServer, more: object = {}) {
  const authorization = keep(await authorizationServer());
  const server = keep(await open({ authorizationServers: [authorization], ...more }));
  const config = configFile({ mcpServers: { notes: { url: server.mcpUrl } } });
  const made = desk(config);
  expect((await made.person('auth login notes')).exit).toBe(0);
  server.log.splice(0);
  return { authorization, server, config, ...made };
}

describe('a client of the current line', () => {
  test('and a server of 2026-07-28', async () => {
    const scene = await at(modernSurfaceServer, { modernOnly: true });
    const { client } = await newerClient(scene, MODERN);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('echo');
    expect(await client.callTool({ name: 'echo', arguments: { text: 'hi' } })).toMatchObject({
      content: [{ type: 'text', text: 'hi' }],
    });
  });
  test('and a server of 2025 with sessions', async () => {
    const scene = await at(sessionSurfaceServer);
    const { client } = await newerClient(scene);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('echo');
    const { client: older } = await olderClient(scene);
    expect((await older.listTools()).tools.length).toBe(tools.length);
  });
});
