// The main job against every kind of server: sign in, list the tools, come back without a browser.
import { afterEach, describe, expect, test } from 'vitest';
import { type AuthorizationServer, authorizationServer } from '../support/authorization-server.ts';
import { walkingBrowser } from '../support/browser.ts';
import { earlyServer } from '../support/early-server.ts';
import { modernServer } from '../support/modern-server.ts';
import { atTerminal, listTools, notes, toolNames, unattended } from '../support/person.ts';
import { sessionServer } from '../support/session-server.ts';
import { sseServer } from '../support/sse-server.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
function keep<T extends { close(): Promise<void> }>(thing: T): T {
  closing.push(() => thing.close());
  return thing;
}

type Kind = (
  authorizationServers: AuthorizationServer[],
) => Promise<{ mcpUrl: string; close(): Promise<void> }>;
const kinds: [string, Kind][] = [
  ['the current SDK, both eras', (authorizationServers) => modernServer({ authorizationServers })],
  ['2026-07-28 only', (authorizationServers) => modernServer({ authorizationServers, modernOnly: true })],
  ['SDK 1.x with sessions', (authorizationServers) => sessionServer({ authorizationServers })],
  ['HTTP+SSE', (authorizationServers) => sseServer({ authorizationServers })],
];

describe.each(kinds)('%s', (_, open) => {
  test('signs in once, and then asks no authorization server', async () => {
    const authorization = keep(await authorizationServer());
    const server = keep(await open([authorization]));
    const config = notes({ url: server.mcpUrl });
    const browser = walkingBrowser();
    const first = await listTools(config, atTerminal({ browser }));
    expect(first.stderr).toContain('Authentication required for notes');
    expect(first.exit).toBe(0);
    expect(toolNames(first)).toContain('echo');
    const before = authorization.log.length;
    const second = await listTools(config, unattended({ home: first.home }));
    expect(second.exit).toBe(0);
    expect(toolNames(second)).toEqual(toolNames(first));
    expect(authorization.log.length).toBe(before);
  });
});

test('a 2025-03-26 server without any metadata', async () => {
  const server = keep(await earlyServer());
  const first = await listTools(notes({ url: server.mcpUrl }), atTerminal());
  expect(first).toMatchObject({ exit: 0 });
  expect(first.stderr).toContain('2025-03-26');
  expect(toolNames(first)).toContain('echo');
});

test('a server without authorization', async () => {
  const server = keep(await modernServer({}));
  const result = await listTools(notes({ url: server.mcpUrl }), unattended());
  expect(result).toMatchObject({ exit: 0, stderr: '' });
});

test('a stdio server', async () => {
  const program = new URL('../support/stdio-server.mjs', import.meta.url).pathname;
  const result = await listTools(notes({ command: process.execPath, args: [program] }), unattended());
  expect(result).toMatchObject({ exit: 0, stderr: '' });
  expect(toolNames(result)).toContain('echo');
});
