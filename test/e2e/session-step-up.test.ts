// A further scope that is asked for within the interactive session, and a sign-in that ends there. Needs dist (npm run build).
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AuthorizationServer, authorizationServer } from '../support/authorization-server.ts';
import { browserProgram } from '../support/browser.ts';
import { KEY } from '../support/expired.ts';
import { answer } from '../support/loopback.ts';
import type { McpServerHandle } from '../support/mcp-server.ts';
import { modernServer } from '../support/modern-server.ts';
import { notes } from '../support/person.ts';
import { ptyCli, type Terminal } from '../support/terminal.ts';

/** readline clears what is below, then writes the prompt. */
const PROMPT = /\[0J> /;

let authorization: AuthorizationServer;
let server: McpServerHandle;
let browser: ReturnType<typeof browserProgram>;
let terminal: Terminal;
beforeEach(async () => {
  authorization = await authorizationServer();
  server = await modernServer({ authorizationServers: [authorization] });
  browser = browserProgram();
  terminal = ptyCli(['--config-file', notes({ url: server.mcpUrl }), '--server', 'notes'], {
    env: { BROWSER: browser.command, MCP_CLI_ENCRYPTION_KEY: KEY },
  });
  await terminal.seen(PROMPT);
});
afterEach(async () => {
  terminal.kill();
  await server.close();
  await authorization.close();
});

const scopes = () =>
  authorization.log
    .filter(({ path }) => path === authorization.paths.authorization)
    .map(({ params }) => params.scope?.split(' ').sort());

async function line(text: string, ...answers: RegExp[]): Promise<void> {
  terminal.type(`${text}\r`);
  for (const each of answers) await terminal.seen(each);
  await terminal.seen(PROMPT);
}

test('opens the browser for the union of scopes, and the call goes through', async () => {
  await line('/call admin', /notes asks for more permissions: mcp:admin/, /\ndone as administrator\r\n/);
  expect(browser.opened()).toHaveLength(2);
  expect(scopes().at(-1)).toEqual(['mcp:admin', 'mcp:read', 'offline_access']);
  // Granted once, it holds for the session.
  await line('/call admin', /\ndone as administrator\r\n/);
  expect(browser.opened()).toHaveLength(2);
});

test('a sign-in that ends in the middle is made anew in place, and the call goes through', async () => {
  await line('/call echo text=before', /\nbefore\r\n/);
  // The access token is over, and the refresh token was revoked.
  authorization.forgetAccessTokens();
  authorization.forgetRefreshTokens();
  terminal.type('/call ec');
  await terminal.seen(/ec/);
  terminal.type('\t');
  await terminal.seen(/ho/);
  terminal.type(' text=after');
  await terminal.seen(/text=after/);
  expect(browser.opened()).toHaveLength(1);
  terminal.type('\r');
  await terminal.seen(/Opening browser/);
  await terminal.seen(/✅ Signed in to notes\r\n/);
  await terminal.seen(/^after\r\n/);
  await terminal.seen(PROMPT);
  expect(browser.opened()).toHaveLength(2);
  // A token that only expires is renewed without anybody.
  authorization.forgetAccessTokens();
  await line('/call echo text=renewed', /\nrenewed\r\n/);
  expect(browser.opened()).toHaveLength(2);
});

test('of a server that is never content is asked for once a line, and the session goes on', async () => {
  server.intercept = (hit, response) => {
    if (!hit.text.includes('"tools/call"')) return false;
    response.setHeader('www-authenticate', 'Bearer error="insufficient_scope", scope="mcp:admin"');
    answer(response, 403, {});
    return true;
  };
  await line('/call echo text=x', /asks for more permissions/, /error: notes [\s\S]*scope/);
  expect(browser.opened()).toHaveLength(2);
  // What was granted and is refused all the same needs no browser any more.
  await line('/call echo text=x', /error: notes refuses although it was granted: mcp:admin/);
  expect(browser.opened()).toHaveLength(2);
  server.intercept = undefined;
  await line('/call echo text=good', /\ngood\r\n/);
});
