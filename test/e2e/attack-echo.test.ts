// Servers that send back what they were sent. A token in an error text ends in a terminal's history and a CI log.
import { expect, test } from 'vitest';
import { fault } from '../support/faults.ts';
import { configFile } from '../support/home.ts';
import { hostileServer, liar, resourcePath, rpcError, serverPath } from '../support/hostile-server.ts';
import { answer, type Hit } from '../support/loopback.ts';
import { notes } from '../support/person.ts';
import { desk, keep, scene } from '../support/scene.ts';
import { registerSecret } from '../support/secrets.ts';

const API_KEY = registerSecret('an-api-key-that-is-echoed-1');
const INITIAL = registerSecret('an-initial-access-token-that-is-echoed-1');
const GIVEN = registerSecret('a-token-of-the-environment-that-is-echoed-1');

const said = ({ headers }: Hit) => `who sent ${headers.authorization} and ${headers['x-api-key']}?`;
/** Without the word before it that gives a token away by its shape. */
const bare = (hit: Hit) => said(hit).replace('Bearer ', '');

const ways: [string, Parameters<typeof hostileServer>[0]][] = [
  ['an error of the protocol', { list: (hit, response) => rpcError(hit, response, bare(hit)) }],
  ['a page of an error', { list: (hit, response) => answer(response, 500, bare(hit), 'text/plain') }],
  [
    'something that is not JSON',
    { list: (hit, response) => answer(response, 200, bare(hit), 'application/json') },
  ],
  ['a refusal', { list: (hit, response) => answer(response, 403, { error: bare(hit) }) }],
];

test.each(ways)('what was sent comes back in %s and is shown to nobody', async (_, says) => {
  const server = keep(await hostileServer(says));
  const entry = { url: server.mcpUrl, headers: { 'X-Api-Key': API_KEY, Authorization: `Bearer ${GIVEN}` } };
  for (const line of ['--verbose', '--json', '--verbose --json']) {
    const result = await desk(notes(entry)).script(`--server notes tools list ${line}`);
    expect(result.exit).toBeGreaterThan(1);
    expect(result.stdout + result.stderr).not.toContain(API_KEY);
    expect(result.stdout + result.stderr).not.toContain(GIVEN);
  }
});

test('an access token that was signed in for comes back and is shown to nobody', async () => {
  const { server, person, script } = await scene();
  expect((await person('auth login notes')).exit).toBe(0);
  const tokens: string[] = [];
  server.intercept = fault('/mcp', (response, hit) => {
    const { id, method } = (hit.json ?? {}) as { id?: unknown; method?: string };
    tokens.push(String(hit.headers.authorization).replace('Bearer ', ''));
    const message = `${method}: ${tokens.at(-1)} is not my type`;
    answer(response, 200, { jsonrpc: '2.0', id, error: { code: -32000, message } });
  });
  const result = await script('--server notes tools list --verbose');
  expect(result.exit).toBeGreaterThan(1);
  expect(tokens.length).toBeGreaterThan(0);
  for (const token of tokens) expect(result.stderr).not.toContain(token);
});

test.each(['tools list', 'ping'])('nor by %s of several servers, one of which echoes', async (what) => {
  const echo = keep(await hostileServer({}));
  echo.intercept = (hit, response) => {
    if (!['ping', 'tools/list'].includes((hit.json as { method: string }).method)) return false;
    rpcError(hit, response, bare(hit));
    return true;
  };
  const quiet = keep(await hostileServer({}));
  const { script } = desk(configFile({ mcpServers: { a: { url: echo.mcpUrl }, b: { url: quiet.mcpUrl } } }));
  const result = await script(`--server a,b ${what} --json`, { env: { MCP_CLI_TOKEN_A: GIVEN } });
  expect(JSON.parse(result.stdout)).toMatchObject({ servers: { a: { error: {} } } });
  expect(result.stdout + result.stderr).not.toContain(GIVEN);
});

test('the initial access token comes back from the registration and is shown to nobody', async () => {
  const server = keep(
    await liar((url) => ({
      [resourcePath]: { resource: `${url}/mcp`, authorization_servers: [url] },
      [serverPath]: {
        issuer: url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        registration_endpoint: `${url}/register`,
        code_challenge_methods_supported: ['S256'],
      },
      '/register': (hit, response) =>
        answer(response, 400, {
          error: 'invalid_client_metadata',
          error_description: `not with ${hit.headers.authorization?.replace('Bearer ', '')}`,
        }),
    })),
  );
  const oauth = { dynamicRegistration: { enabled: true, initialAccessToken: INITIAL } };
  const result = await desk(notes({ url: server.mcpUrl, oauth })).person('auth login notes --verbose');
  expect(server.count('/register')).toBe(1);
  expect(result.stderr).toContain('refused to register');
  expect(result.stdout + result.stderr).not.toContain(INITIAL);
});
