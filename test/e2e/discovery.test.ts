// Where the program looks for the authorization server of an MCP server, and when it looks at all.
import { describe, expect, test } from 'vitest';
import { type AuthorizationServer, authorizationServer } from '../support/authorization-server.ts';
import { earlyServer } from '../support/early-server.ts';
import { brokenJson, empty, fault, html } from '../support/faults.ts';
import { featureServer } from '../support/feature-server.ts';
import { configFile } from '../support/home.ts';
import { answer } from '../support/loopback.ts';
import { modernServer } from '../support/modern-server.ts';
import type { Protection } from '../support/protection.ts';
import { desk, errorOf, keep, scene } from '../support/scene.ts';
import { documents, trace } from '../support/trace.ts';

const PRM = '/.well-known/oauth-protected-resource';
const AS = '/.well-known/oauth-authorization-server';
const LIST = 'tools list --json';

const deskFor = (url: string, oauth?: object) =>
  desk(configFile({ mcpServers: { notes: { url, ...(oauth && { oauth }) } } }));

describe('resource metadata', () => {
  const cases: [string, Partial<Protection>, string[]][] = [
    ['where the challenge says', {}, [`${PRM}/mcp`]],
    ['with the path of the server inserted', { challenge: 'without-metadata' }, [`${PRM}/mcp`]],
    ['at the root', { challenge: 'without-metadata', metadataAt: 'root' }, [`${PRM}/mcp`, PRM]],
    ['at the root, as the challenge says', { metadataAt: 'root' }, [PRM]],
    ['after a 401 without a challenge', { challenge: 'none' }, [`${PRM}/mcp`]],
    [
      'after a 401 without a challenge, at the root',
      { challenge: 'none', metadataAt: 'root' },
      [`${PRM}/mcp`, PRM],
    ],
  ];
  test.each(cases)('%s', async (_, protection, asked) => {
    const { authorization, server, person } = await scene({ server: { protection } });
    const seen = trace({ mcp: server, as: authorization });
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(documents(seen)).toEqual([...asked.map((path) => `mcp GET ${path}`), `as GET ${AS}`]);
  });

  test.each([
    ['on a 401', LIST, undefined],
    ['before connecting', LIST, {}],
    ['in auth login', 'auth login', undefined],
  ])('at a place that only the challenge knows, %s', async (_, line, oauth) => {
    const authorization = keep(await authorizationServer({ behaviour: { defaultScope: 'mcp:read' } }));
    const server = keep(await modernServer({ authorizationServers: [authorization] }));
    Object.assign(server.protection, {
      challenge: 'without-metadata',
      challengeExtra: `resource_metadata="${server.url}/about/mcp.json"`,
      metadataAt: 'nowhere',
    });
    const document = { resource: server.mcpUrl, authorization_servers: [authorization.issuer] };
    server.intercept = fault('/about/mcp.json', (response) => answer(response, 200, document));
    const seen = trace({ mcp: server, as: authorization });
    expect(await deskFor(server.mcpUrl, oauth).person(line)).toMatchObject({ exit: 0 });
    expect(seen.filter((at) => at.includes(' GET '))).toEqual([
      'mcp GET /about/mcp.json',
      `as GET ${AS}`,
      'as GET /auth',
    ]);
  });

  test('that is not where the challenge says is looked for at the usual places, each once', async () => {
    const { authorization, server, person } = await scene({
      server: { protection: { challenge: 'without-metadata', metadataAt: 'root' } },
    });
    server.protection.challengeExtra = `resource_metadata="${server.url}${PRM}/mcp/"`;
    const seen = trace({ mcp: server, as: authorization });
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(documents(seen)).toEqual([
      `mcp GET ${PRM}/mcp/`,
      `mcp GET ${PRM}/mcp`,
      `mcp GET ${PRM}`,
      `as GET ${AS}`,
    ]);
  });

  test.each([
    ['503', empty(`${PRM}/mcp`, 503), 5, 'server_error'],
    ['unreadable JSON', brokenJson(`${PRM}/mcp`), 7, 'metadata_invalid'],
  ] as const)('a server in trouble is not guessed around: %s', async (_, intercept, exit, code) => {
    const { authorization, server, person } = await scene();
    server.intercept = intercept;
    const seen = trace({ mcp: server, as: authorization });
    const result = await person(LIST);
    expect(result.exit).toBe(exit);
    expect(errorOf(result).code).toBe(code);
    expect(documents(seen)).toEqual([`mcp GET ${PRM}/mcp`]);
    expect(authorization.log).toEqual([]);
  });

  test('a page is no metadata', async () => {
    const { server, person } = await scene({ server: { protection: { metadataAt: 'root' } } });
    server.protection.challenge = 'without-metadata';
    server.intercept = html(`${PRM}/mcp`, 200);
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(server.count(PRM)).toBe(1);
  });
});

describe('without resource metadata', () => {
  test.each(['authorization_server', 'as_uri'])('an old challenge names the issuer: %s', async (name) => {
    const { authorization, server, person } = await scene({
      authorization: { behaviour: { defaultScope: 'mcp:read' } },
      server: { protection: { challenge: 'without-metadata', metadataAt: 'nowhere' } },
    });
    server.protection.challengeExtra = `${name}="${authorization.issuer}"`;
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(server.count(AS)).toBe(0);
    expect(authorization.count(AS)).toBe(1);
  });

  test('metadata on the MCP origin is only a pointer to its issuer, whose own document is fetched once', async () => {
    const server = keep(await featureServer('external'));
    const elsewhere = keep(await modernServer());
    const { url: issuer } = server.authorization;
    const lie = {
      issuer,
      authorization_endpoint: `${elsewhere.url}/a`,
      token_endpoint: `${elsewhere.url}/t`,
    };
    server.intercept = fault(AS, (response) => answer(response, 200, lie));
    const result = await deskFor(server.mcpUrl).person(LIST);
    expect(result).toMatchObject({ exit: 0 });
    expect(result.stderr).toContain(`notes: ${server.url} leaves sign-in to ${issuer}\n`);
    expect(server.authorization.count(AS)).toBe(1);
    expect(elsewhere.log).toEqual([]);
  });

  test('an issuer that names yet another one in its own document is refused', async () => {
    const server = keep(await featureServer('external'));
    const other = 'https://as.example';
    const document = { issuer: other, authorization_endpoint: `${other}/a`, token_endpoint: `${other}/t` };
    const elsewhere = keep(await modernServer());
    elsewhere.intercept = fault(AS, (response) => answer(response, 200, document));
    server.intercept = fault(AS, (response) => answer(response, 200, { ...document, issuer: elsewhere.url }));
    const result = await deskFor(server.mcpUrl).person(LIST);
    expect(result.exit).toBe(7);
    expect(errorOf(result).code).toBe('issuer_mismatch');
    expect(elsewhere.count(AS)).toBe(1);
  });

  test('a configured issuer is asked itself, and the MCP origin is not', async () => {
    const server = keep(await featureServer('external'));
    const { person } = deskFor(server.mcpUrl, { issuer: server.authorization.url });
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(server.count(AS)).toBe(0);
  });

  test('default endpoints of 2025-03-26 where nothing is published, and it is said', async () => {
    const server = keep(await earlyServer());
    const seen = trace({ mcp: server });
    const result = await deskFor(server.mcpUrl).person(LIST);
    expect(result).toMatchObject({ exit: 0 });
    expect(result.stderr).toContain('using the default endpoints of the 2025-03-26 revision');
    expect(documents(seen)).toEqual(
      [`${PRM}/mcp`, PRM, AS, '/.well-known/openid-configuration'].map((path) => `mcp GET ${path}`),
    );
    const sent = server.log.find(({ path }) => path === '/authorize');
    expect(sent?.params).toMatchObject({ code_challenge_method: 'S256' });
  });
});

describe('resource metadata that names no authorization server', () => {
  const nameless = (document: Record<string, unknown>) => ({ ...document, authorization_servers: [] });

  test('does not let the MCP origin point elsewhere', async () => {
    const { authorization, server, person } = await scene({ server: { protection: { metadata: nameless } } });
    const document = { issuer: authorization.issuer, token_endpoint: `${authorization.url}/token` };
    server.intercept = fault(AS, (response) => answer(response, 200, document));
    const result = await person(LIST);
    expect(result.exit).toBe(7);
    expect(errorOf(result).code).toBe('issuer_mismatch');
    expect(authorization.log).toEqual([]);
  });

  test('does not lead to default endpoints', async () => {
    const { server, person } = await scene({ server: { protection: { metadata: nameless } } });
    const result = await person(LIST);
    expect(result.exit).toBe(4);
    expect(errorOf(result)).toMatchObject({ code: 'no_authorization_server', server: 'notes' });
    expect(server.count('/register') + server.count('/authorize')).toBe(0);
  });
});

describe('several authorization servers', () => {
  const pair = async () => {
    const [one, two] = [keep(await authorizationServer()), keep(await authorizationServer())];
    const server = keep(await modernServer({ authorizationServers: [one, two] }));
    return { one, two, server };
  };
  const issuerOf = async (server: { mcpUrl: string }, oauth?: object) => {
    const result = await deskFor(server.mcpUrl, oauth).person('auth login --json');
    expect(result).toMatchObject({ exit: 0 });
    return (JSON.parse(result.stdout) as { issuer: string }).issuer;
  };

  test('the first that answers is used', async () => {
    const { one, two, server } = await pair();
    expect(await issuerOf(server)).toBe(one.issuer);
    expect(two.log).toEqual([]);
  });

  test.each([
    ['publishes nothing', (one: AuthorizationServer) => (one.intercept = html(/well-known/, 404))],
    ['is in trouble', (one: AuthorizationServer) => (one.intercept = empty(/well-known/, 503))],
  ])('one that %s is passed over', async (_, fail) => {
    const { one, two, server } = await pair();
    fail(one);
    expect(await issuerOf(server)).toBe(two.issuer);
  });

  test('oauth.issuer pins one, and the others are not asked', async () => {
    const { one, two, server } = await pair();
    expect(await issuerOf(server, { issuer: two.issuer })).toBe(two.issuer);
    expect(one.log).toEqual([]);
  });
});
