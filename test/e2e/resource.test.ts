// The resource that metadata speaks for, and the resource indicator of RFC 8707.
import { describe, expect, test } from 'vitest';
import { errorOf, type Scene, type SceneOptions, scene } from '../support/scene.ts';

const LIST = 'tools list --json';

/** The `resource` of each request that has to carry it, after a sign-in and a refresh. */
async function indicators({ authorization, person, script }: Scene): Promise<(string | undefined)[]> {
  const first = await person(LIST);
  expect(first).toMatchObject({ exit: 0 });
  authorization.forgetAccessTokens();
  expect(await script(LIST)).toMatchObject({ exit: 0 });
  const { authorization: authorize, token } = authorization.paths;
  const sent = authorization.log.filter(({ path }) => path === authorize || path === token);
  expect(sent.map(({ params }) => params.grant_type)).toEqual([
    undefined,
    'authorization_code',
    'refresh_token',
  ]);
  return sent.map(({ params }) => params.resource);
}

describe('the resource of the metadata', () => {
  const foreign: [string, (mcpUrl: string) => string][] = [
    ['a sibling whose name ours begins with', (url) => url.slice(0, -1)],
    ['a sibling', (url) => `${url}2`],
    ['a child', (url) => `${url}/admin`],
    ['another port', (url) => url.replace(/:\d+/, ':9')],
    ['another name of the same host', (url) => url.replace('127.0.0.1', 'localhost')],
    ['another scheme', (url) => url.replace('http:', 'https:')],
    ['a user name', (url) => url.replace('//', '//me@')],
  ];
  test.each(foreign)('may not be %s', async (_, spell) => {
    const { authorization, server, person } = await scene();
    server.protection.resource = spell(server.mcpUrl);
    const result = await person(LIST);
    expect(result.exit).toBe(7);
    expect(errorOf(result)).toMatchObject({ code: 'resource_mismatch', server: 'notes' });
    expect(authorization.log).toEqual([]);
  });

  test.each<[string, (mcpUrl: string) => string]>([
    ['a fragment', (url) => `${url}#`],
    ['no URL', () => 'mcp'],
  ])('may not be %s: then the metadata is none', async (_, spell) => {
    const { authorization, server, person } = await scene();
    server.protection.resource = spell(server.mcpUrl);
    const result = await person(LIST);
    expect(result.exit).toBe(7);
    expect(errorOf(result)).toMatchObject({ code: 'metadata_invalid', server: 'notes' });
    expect(authorization.log).toEqual([]);
  });

  const own: [string, string, (url: string) => string][] = [
    ['the server itself', '/mcp', (url) => url],
    ['its origin', '/mcp', (url) => new URL(url).origin],
    ['its origin with a slash', '/mcp', (url) => `${new URL(url).origin}/`],
    ['a parent path', '/api/v1/mcp', (url) => url.replace('/v1/mcp', '')],
    ['a parent path with a slash', '/api/v1/mcp', (url) => url.replace('/v1/mcp', '/')],
  ];
  test.each(own)('may be %s, and is sent as it is written', async (_, path, spell) => {
    const made = await scene({ server: { path } });
    const resource = spell(made.server.mcpUrl);
    made.server.protection.resource = resource;
    expect(await indicators(made)).toEqual([resource, resource, resource]);
  });
});

describe('the resource indicator', () => {
  test('is the URL of the server where there is no resource metadata', async () => {
    const made = await scene({
      server: { protection: { challenge: 'without-metadata', metadataAt: 'nowhere' } },
      entry: { oauth: { scopes: ['mcp:read', 'offline_access'] } },
    });
    made.server.protection.challengeExtra = `authorization_server="${made.authorization.issuer}"`;
    const { mcpUrl } = made.server;
    expect(await indicators(made)).toEqual([mcpUrl, mcpUrl, mcpUrl]);
  });

  test('is the configured one', async () => {
    const resource = 'urn:example:notes';
    const made = await scene({ entry: { oauth: { resource } } });
    // Its metadata is judged all the same, so it is only the token that is meant for the other name.
    made.server.protection.metadata = (document) => ({ ...document, resource: made.server.mcpUrl });
    made.server.protection.resource = resource;
    expect(await indicators(made)).toEqual([resource, resource, resource]);
  });

  const omitting: SceneOptions = { entry: { oauth: { resource: 'omit' } } };
  test('is left out everywhere with "omit"', async () => {
    const made = await scene(omitting);
    made.authorization.behaviour.defaultResource = made.server.mcpUrl;
    expect(await indicators(made)).toEqual([undefined, undefined, undefined]);
  });

  test('that the server refuses is named, with the key that leaves it out', async () => {
    const { person } = await scene({ authorization: { behaviour: { resources: 'none' } } });
    const result = await person(LIST);
    expect(result.exit).toBe(4);
    const error = errorOf(result);
    expect(error.code).toBe('invalid_target');
    expect(error.hint).toContain('oauth.resource to "omit"');
  });
});
