// Endpoints that redirect: no secret follows to another origin, and no request that carries one is repeated there.
import { expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { expiredHome, KEY } from '../support/expired.ts';
import { fault } from '../support/faults.ts';
import { configFile } from '../support/home.ts';
import { hostileServer } from '../support/hostile-server.ts';
import { answer, type Loopback, listen, redirect } from '../support/loopback.ts';
import { atTerminal, unattended } from '../support/person.ts';
import { keep, scene } from '../support/scene.ts';
import { registerSecret } from '../support/secrets.ts';

const env = { MCP_CLI_ENCRYPTION_KEY: KEY };
const API_KEY = registerSecret('an-api-key-of-the-test-1');
const statuses = [301, 302, 303, 307, 308];

/** Takes what it gets and says that all is well. */
async function elsewhere(): Promise<Loopback> {
  return keep(
    await listen((_request, response, { path }) =>
      path === '/token'
        ? answer(response, 200, { access_token: 'from-elsewhere', token_type: 'Bearer' })
        : answer(response, 200, { jsonrpc: '2.0', id: 1, result: { tools: [] } }),
    ),
  );
}

function carried(other: Loopback): string {
  return JSON.stringify(
    other.log.map(({ headers, text, params }) => [headers.authorization, headers['x-api-key'], text, params]),
  );
}

async function signedIn() {
  const { authorization, server } = await scene({
    authorization: { behaviour: { refreshTokens: 'always' } },
  });
  const config = configFile({
    mcpServers: { notes: { url: server.mcpUrl, headers: { 'X-Api-Key': API_KEY } } },
  });
  const run = (home: string, line: string) =>
    runCli(['--config-file', config, '--server', 'notes', ...line.split(' ')], unattended({ home, env }));
  return { authorization, server, config, run };
}

test.each(statuses)('%i from the MCP endpoint: neither token, key nor body goes along', async (status) => {
  const { authorization, server, config, run } = await signedIn();
  const home = await expiredHome(authorization, config, { looksFresh: true });
  const other = await elsewhere();
  server.intercept = fault('/mcp', (response) => redirect(response, `${other.url}/mcp`, status));
  const result = await run(home, 'tools list --json');
  expect(result.exit).toBeGreaterThan(0);
  expect(other.log).toEqual([]);
});

test.each(statuses)('%i from the token endpoint: the refresh token stays, and is kept', async (status) => {
  const { authorization, config, run } = await signedIn();
  const home = await expiredHome(authorization, config);
  const other = await elsewhere();
  authorization.intercept = fault(authorization.paths.token, (response) =>
    redirect(response, `${other.url}/token`, status),
  );
  const result = await run(home, 'tools list --json');
  expect(result.exit).toBe(7);
  expect(other.log).toEqual([]);
  authorization.intercept = undefined;
  expect((await run(home, 'tools list --json')).exit).toBe(0);
});

test.each(statuses)('%i from the token endpoint to itself is no answer either', async (status) => {
  const { authorization, config, run } = await signedIn();
  const home = await expiredHome(authorization, config);
  const { token } = authorization.paths;
  authorization.intercept = fault(token, (response) => redirect(response, token, status));
  expect((await run(home, 'tools list --json')).exit).toBe(7);
  expect(authorization.count(token)).toBe(2);
});

test.each(['registration', 'token', 'revocation'] as const)(
  '307 from the %s endpoint during a sign-in and a sign-out',
  async (name) => {
    const { authorization, config } = await signedIn();
    const other = await elsewhere();
    authorization.intercept = fault(authorization.paths[name], (response) =>
      redirect(response, `${other.url}/${name}`, 307),
    );
    const first = await runCli(['--config-file', config, 'auth', 'login', 'notes'], atTerminal({ env }));
    expect(first.exit === 0).toBe(name === 'revocation');
    const out = ['--config-file', config, 'auth', 'logout', 'notes'];
    await runCli(out, unattended({ home: first.home, env }));
    expect(other.log).toEqual([]);
  },
);

test('metadata is not fetched from where a redirect leads, and no header goes along', async () => {
  const { authorization, server, config } = await signedIn();
  const other = await elsewhere();
  const away = /\.well-known/;
  server.intercept = fault(away, (response) => redirect(response, `${other.url}/metadata`));
  authorization.intercept = fault(away, (response) => redirect(response, `${other.url}/metadata`));
  const result = await runCli(['--config-file', config, 'auth', 'login', 'notes'], atTerminal({ env }));
  expect(result.exit).toBeGreaterThan(0);
  expect(other.log).toEqual([]);
});

test('configured headers go to the origin of the server alone', async () => {
  const { authorization, server, config } = await signedIn();
  const home = await expiredHome(authorization, config);
  await runCli(['--config-file', config, '--server', 'notes', 'tools', 'list'], unattended({ home, env }));
  expect(server.log.some(({ headers }) => headers['x-api-key'] === API_KEY)).toBe(true);
  expect(carried(authorization)).not.toContain(API_KEY);
});

test('a challenge that names metadata elsewhere has it fetched without anything', async () => {
  const { config, server } = await signedIn();
  const other = await elsewhere();
  server.intercept = fault('/mcp', (response) =>
    response.writeHead(401, { 'www-authenticate': `Bearer resource_metadata="${other.url}/m"` }).end(),
  );
  const result = await runCli(
    ['--config-file', config, '--server', 'notes', 'tools', 'list'],
    atTerminal({ env }),
  );
  expect(result.exit).toBe(7);
  expect(other.count('/m')).toBe(1);
  expect(carried(other)).not.toContain(API_KEY);
  expect(other.log.every(({ headers }) => headers.authorization === undefined)).toBe(true);
});

test('an event stream that names an endpoint elsewhere gets no message there', async () => {
  const other = await elsewhere();
  const server = keep(
    await listen((_request, response, { method }) => {
      if (method !== 'GET') return answer(response, 405);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`event: endpoint\ndata: ${other.url}/messages\n\n`);
    }),
  );
  const entry = { url: `${server.url}/sse`, headers: { authorization: `Bearer ${API_KEY}` } };
  const config = configFile({ mcpServers: { notes: entry } });
  const result = await runCli(
    ['--config-file', config, '--server', 'notes', 'tools', 'list', '--timeout', '2'],
    unattended({ env }),
  );
  expect(result.exit).toBeGreaterThan(0);
  expect(other.log).toEqual([]);
});

test('a token of the environment goes to the server it was meant for, and to nobody who answers 401', async () => {
  const other = await elsewhere();
  const server = keep(await hostileServer({}));
  server.intercept = fault('/mcp', (response) =>
    response.writeHead(401, { 'www-authenticate': `Bearer resource_metadata="${other.url}/m"` }).end(),
  );
  const config = configFile({ mcpServers: { notes: { url: server.mcpUrl } } });
  const result = await runCli(
    ['--config-file', config, '--server', 'notes', 'tools', 'list', '--json'],
    atTerminal({ env: { MCP_CLI_TOKEN_NOTES: API_KEY } }),
  );
  expect(result.exit).toBe(4);
  expect(other.log).toEqual([]);
});
