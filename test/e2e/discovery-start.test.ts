// What starts a sign-in, what it costs, and what never starts one.
import { describe, expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { fault } from '../support/faults.ts';
import { configFile } from '../support/home.ts';
import { answer } from '../support/loopback.ts';
import { modernServer } from '../support/modern-server.ts';
import { desk, errorOf, keep, scene } from '../support/scene.ts';
import { trace } from '../support/trace.ts';

const LIST = 'tools list --json';
const SIGN_IN = [
  'mcp GET /.well-known/oauth-protected-resource/mcp',
  'as GET /.well-known/oauth-authorization-server',
  'as POST /reg',
  'as GET /auth',
  'as POST /token',
];

describe('the requests of a first sign-in, none of them twice', () => {
  test('on a 401: what was refused is asked again, and nothing more', async () => {
    const { authorization, server, person } = await scene();
    const seen = trace({ mcp: server, as: authorization });
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(seen).toEqual([
      'mcp POST /mcp server/discover',
      ...SIGN_IN,
      'mcp POST /mcp server/discover',
      'mcp POST /mcp tools/list',
    ]);
  });

  test('with an oauth block: one question without a token, for the challenge', async () => {
    const { authorization, server, person } = await scene({ entry: { oauth: {} } });
    const seen = trace({ mcp: server, as: authorization });
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(seen).toEqual([
      'mcp POST /mcp ping',
      ...SIGN_IN,
      'mcp POST /mcp server/discover',
      'mcp POST /mcp tools/list',
    ]);
    const [first, ...later] = server.log.filter(({ path }) => path === '/mcp');
    expect(first?.headers.authorization).toBeUndefined();
    for (const { headers } of later) expect(headers.authorization).toMatch(/^Bearer ./);
  });

  test('auth login connects to nothing', async () => {
    const { authorization, server, person } = await scene();
    const seen = trace({ mcp: server, as: authorization });
    expect(await person('auth login')).toMatchObject({ exit: 0 });
    expect(seen).toEqual(['mcp POST /mcp ping', ...SIGN_IN]);
  });
});

test('a server that never challenges is signed in to where oauth is configured', async () => {
  const authorization = keep(await authorizationServer());
  const server = keep(await modernServer());
  const entry = { url: server.mcpUrl, oauth: { issuer: authorization.issuer, scopes: ['mcp:read'] } };
  const { person } = desk(configFile({ mcpServers: { notes: entry } }));
  expect(await person(LIST)).toMatchObject({ exit: 0 });
  expect(authorization.count(authorization.paths.token)).toBe(1);
  expect(server.log.at(-1)?.headers.authorization).toMatch(/^Bearer ./);
});

test.each([
  ['oauth.enabled is false', { enabled: false }],
  ['oauth is false', false],
])('%s: a 401 starts no sign-in', async (_, oauth) => {
  const { authorization, server, person } = await scene({ entry: { oauth } });
  const seen = trace({ mcp: server, as: authorization });
  const result = await person(LIST);
  expect(result.exit).toBe(4);
  expect(errorOf(result)).toMatchObject({ code: 'oauth_disabled', server: 'notes' });
  expect(seen).toEqual(['mcp POST /mcp server/discover']);
});

test('oauth.enabled is false: auth login signs in to nothing either', async () => {
  const { authorization, server, person } = await scene({ entry: { oauth: { enabled: false } } });
  const result = await person('auth login --json');
  expect(result.exit).not.toBe(0);
  expect(errorOf(result).code).toBe('oauth_disabled');
  expect([...server.log, ...authorization.log]).toEqual([]);
});

test('custom headers go with the question, and to the MCP origin only', async () => {
  const { authorization, server, person } = await scene({
    entry: { headers: { 'x-api-key': 'a-key-of-the-gateway' }, oauth: {} },
  });
  expect(await person(LIST)).toMatchObject({ exit: 0 });
  const asked = server.log.filter(({ path }) => path === '/mcp');
  for (const { headers } of asked) expect(headers['x-api-key']).toBe('a-key-of-the-gateway');
  for (const { headers } of authorization.log) expect(headers['x-api-key']).toBeUndefined();
});

describe('oauth.discovery_url', () => {
  const standard = '/.well-known/oauth-authorization-server';

  test('names the document, and nothing else of the authorization server is looked for', async () => {
    const authorization = keep(await authorizationServer({ path: '/tenant/1' }));
    const server = keep(await modernServer({ authorizationServers: [authorization] }));
    const discovery_url = `${authorization.url}/tenant/1/.well-known/openid-configuration`;
    const { person } = desk(
      configFile({ mcpServers: { notes: { url: server.mcpUrl, oauth: { discovery_url } } } }),
    );
    const seen = trace({ as: authorization });
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(seen[0]).toBe('as GET /tenant/1/.well-known/openid-configuration');
    expect(seen.filter((line) => line.includes('well-known'))).toHaveLength(1);
  });

  test('a document at a place of its own needs oauth.issuer to vouch for it', async () => {
    const authorization = keep(await authorizationServer());
    const server = keep(await modernServer({ authorizationServers: [authorization] }));
    const document = await (await fetch(`${authorization.url}${standard}`)).json();
    server.intercept = fault('/as.json', (response) => answer(response, 200, document));
    const entry = (oauth: object) =>
      desk(
        configFile({
          mcpServers: {
            notes: { url: server.mcpUrl, oauth: { discovery_url: `${server.url}/as.json`, ...oauth } },
          },
        }),
      );
    const without = await entry({}).person(LIST);
    expect(without.exit).toBe(7);
    expect(errorOf(without).code).toBe('issuer_mismatch');
    expect(await entry({ issuer: authorization.issuer }).person(LIST)).toMatchObject({ exit: 0 });
    const other = await entry({ issuer: 'https://as.example' }).person(LIST);
    expect(errorOf(other).code).toBe('issuer_mismatch');
  });

  test('nothing there is said, with the key to check', async () => {
    const authorization = keep(await authorizationServer());
    const { person } = await scene({
      entry: { oauth: { discovery_url: `${authorization.url}/nothing` } },
    });
    const error = errorOf(await person(LIST));
    expect(error).toMatchObject({
      code: 'no_authorization_server',
      hint: 'check mcpServers.notes.oauth.discovery_url',
    });
  });
});
