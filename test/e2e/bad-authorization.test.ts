// What an authorization server can refuse or get wrong, and how little a failed sign-in may break.
import { describe, expect, test } from 'vitest';
import type { AuthorizationServer } from '../support/authorization-server.ts';
import { walkingBrowser } from '../support/browser.ts';
import { staticClient } from '../support/clients.ts';
import { refuse, refuseAtAuthorization } from '../support/faults.ts';
import type { McpServerHandle } from '../support/mcp-server.ts';
import { type Scene, scene } from '../support/scene.ts';
import { expectTold, type Told } from '../support/told.ts';

type Spoil = (authorization: AuthorizationServer, server: McpServerHandle) => void;

const atAuthorization =
  (error: string, issuer?: string): Spoil =>
  (authorization) => {
    authorization.intercept = refuseAtAuthorization('/auth', error, issuer ?? authorization.issuer);
  };
const atToken =
  (error: string, status?: number): Spoil =>
  (authorization) => {
    authorization.intercept = refuse('/token', error, status);
  };
const metadata =
  (change: Record<string, unknown>): Spoil =>
  ({ behaviour }) => {
    behaviour.metadata = (document) => ({ ...document, ...change });
  };

/** A good sign-in is stored; then the next one fails as told; what was stored is still there and good. */
async function failsAndKeeps(spoil: Spoil, told: Told, at?: Scene): Promise<Scene> {
  const here = at ?? (await scene());
  const { authorization, server, person, script } = here;
  const protection = { ...server.protection };
  expect((await person('auth login')).exit).toBe(0);
  spoil(authorization, server);
  const result = await person('auth login --force --json');
  expectTold(result, { server: 'notes', ...told });
  authorization.intercept = undefined;
  Object.assign(authorization.behaviour, {
    decision: 'grant',
    metadata: (document: Record<string, unknown>) => document,
  });
  Object.assign(server.protection, protection);
  expect(await script('tools list --json')).toMatchObject({ exit: 0, stderr: '' });
  return here;
}

describe('refused in the browser', () => {
  test.each<[string, Spoil, Told]>([
    [
      'by the person',
      ({ behaviour }) => {
        behaviour.decision = 'deny';
      },
      { exit: 4, code: 'access_denied', says: 'refused in the browser', hint: 'mcp-cli auth login notes' },
    ],
    [
      'for its scopes',
      atAuthorization('invalid_scope'),
      { exit: 4, code: 'invalid_scope', hint: 'mcpServers.notes.oauth.scopes' },
    ],
    [
      'for its client',
      atAuthorization('unauthorized_client'),
      { exit: 4, code: 'unauthorized_client', hint: 'mcpServers.notes.oauth.client_id' },
    ],
    [
      'for an unknown client',
      atAuthorization('invalid_client'),
      { exit: 4, code: 'invalid_client', hint: 'mcpServers.notes.oauth.client_id' },
    ],
    [
      'for the request',
      atAuthorization('invalid_request'),
      { exit: 4, code: 'invalid_request', hint: /mcpServers\.notes\.oauth.*redirect_uri/ },
    ],
    [
      'for the resource',
      atAuthorization('invalid_target'),
      { exit: 4, code: 'invalid_target', hint: 'mcpServers.notes.oauth.resource to "omit"' },
    ],
    [
      'for a trouble of its own',
      atAuthorization('server_error'),
      { exit: 5, code: 'server_error', says: 'server_error', hint: 'try again later' },
    ],
    [
      'with a word that nobody knows',
      atAuthorization('moon_phase'),
      { exit: 4, code: 'authorization_refused', says: 'moon_phase', hint: 'mcp-cli auth login notes' },
    ],
    [
      'by another server than the one that was asked',
      atAuthorization('access_denied', 'https://elsewhere.example'),
      { exit: 7, code: 'issuer_mismatch', says: 'another authorization server', hint: 'expected http' },
    ],
  ])('%s', async (_, spoil, told) => {
    const { authorization } = await failsAndKeeps(spoil, told);
    expect(authorization.count('/token')).toBe(1);
  });
});

describe('refused at the token endpoint', () => {
  test.each<[string, Spoil, Told]>([
    [
      'an expired or replayed code',
      atToken('invalid_grant'),
      {
        exit: 4,
        code: 'invalid_grant',
        hint: /expired or was used before.*oauth\.redirect_uri.*auth login notes/,
      },
    ],
    [
      'the client',
      atToken('invalid_client', 401),
      { exit: 4, code: 'invalid_client', hint: 'mcpServers.notes.oauth.client_id, client_secret' },
    ],
    [
      'the grant for this client',
      atToken('unauthorized_client'),
      { exit: 4, code: 'unauthorized_client', hint: 'mcpServers.notes.oauth.client_id' },
    ],
    [
      'the scopes',
      atToken('invalid_scope'),
      { exit: 4, code: 'invalid_scope', hint: 'mcpServers.notes.oauth.scopes' },
    ],
    [
      'the resource',
      atToken('invalid_target'),
      { exit: 4, code: 'invalid_target', hint: 'mcpServers.notes.oauth.resource to "omit"' },
    ],
    [
      'inside a 200',
      atToken('invalid_grant', 200),
      { exit: 4, code: 'invalid_grant', hint: 'mcp-cli auth login notes' },
    ],
    [
      'with a word that nobody knows',
      atToken('moon_phase'),
      { exit: 4, code: 'token_refused', says: 'moon_phase', hint: 'mcp-cli auth login notes' },
    ],
  ])('%s', (_, spoil, told) => failsAndKeeps(spoil, told).then(() => undefined));

  test('a code that is not the server’s own, by a certified server', async () => {
    const { person, authorization } = await scene();
    const browser = tampering((callback) => callback.searchParams.set('code', 'a-code-of-somebody-else'));
    const told = { exit: 4, code: 'invalid_grant', hint: 'mcp-cli auth login notes', server: 'notes' };
    expectTold(await person('tools list --json', { browser }), told, ['a-code-of-somebody-else']);
    expect(authorization.count('/token')).toBe(1);
  });

  test('a wrong client secret, by a certified server', async () => {
    const client = staticClient('basic', ['http://127.0.0.1/callback']);
    const { person } = await scene({
      authorization: { clients: [client] },
      entry: {
        oauth: {
          client_id: client.client_id,
          client_secret: 'not-that-secret',
          redirect_uri: 'http://127.0.0.1:18923/callback',
        },
      },
    });
    const told = { exit: 4, code: 'invalid_client', hint: 'oauth.client_id, client_secret', server: 'notes' };
    expectTold(await person('tools list --json'), told, ['not-that-secret']);
  });
});

const MIXED_UP = { code: 'issuer_mismatch' };
const DENIED = { exit: 4, code: 'access_denied', hint: 'to try again' };

describe('an answer to the sign-in whose iss', () => {
  test.each<[string, (callback: URL) => void]>([
    ['is another', (callback) => callback.searchParams.set('iss', 'https://elsewhere.example')],
    ['differs by a slash', (callback) => callback.searchParams.append('iss', '')],
    ['is missing', (callback) => callback.searchParams.delete('iss')],
  ])('%s: its code goes nowhere', async (name, change) => {
    const { authorization, person } = await scene();
    const browser = tampering(
      name === 'differs by a slash'
        ? (callback) => callback.searchParams.set('iss', `${authorization.issuer}/`)
        : change,
    );
    const told = { exit: 7, code: 'issuer_mismatch', hint: 'the code was not used', server: 'notes' };
    expectTold(await person('tools list --json', { browser }), told);
    expect(authorization.count('/token')).toBe(0);
  });
});

describe('an answer to the sign-in in another form', () => {
  test.each<[string, Record<string, string>, Partial<Told>]>([
    ['with an ID token beside the code', { id_token: 'e30.e30.e30' }, {}],
    ['with a token beside the code', { token: 'e30.e30.e30' }, {}],
    ['that is signed', { response: 'e30.e30.e30' }, {}],
    ['that is signed, and an error', { response: 'e30.e30.e30', error: 'access_denied' }, {}],
    ['with an ID token, of another server', { id_token: 'a', iss: 'https://elsewhere.example' }, MIXED_UP],
    ['with an ID token, and an error', { id_token: 'a', error: 'access_denied' }, DENIED],
  ])('%s: is called what it is, and its code goes nowhere', async (_, members, more) => {
    const { authorization, person } = await scene();
    const browser = tampering((callback) => {
      for (const [name, value] of Object.entries(members)) callback.searchParams.set(name, value);
    });
    const told = { exit: 7, code: 'unexpected_answer', hint: 'the code was not used' };
    expectTold(await person('tools list --json', { browser }), { ...told, server: 'notes', ...more });
    expect(authorization.count('/token')).toBe(0);
    expect(await browser.visits()).toEqual([
      expect.objectContaining({ body: expect.stringContaining('Not signed in') }),
    ]);
  });
});

describe('metadata that fails a check', () => {
  test.each<[string, Spoil, Told]>([
    [
      'a foreign resource',
      (_, { protection }) => {
        protection.resource = 'https://elsewhere.example/mcp';
      },
      { exit: 7, code: 'resource_mismatch', hint: /elsewhere\.example.*mcpServers\.notes\.url/ },
    ],
    [
      'another issuer',
      metadata({ issuer: 'https://elsewhere.example' }),
      { exit: 7, code: 'issuer_mismatch', hint: 'mcpServers.notes.oauth.issuer' },
    ],
    [
      'no word on PKCE',
      metadata({ code_challenge_methods_supported: undefined }),
      {
        exit: 7,
        code: 'pkce_not_supported',
        hint: 'mcpServers.notes.oauth.allow_missing_pkce_metadata',
      },
    ],
    [
      'PKCE without S256',
      metadata({ code_challenge_methods_supported: ['plain'] }),
      { exit: 7, code: 'pkce_not_supported', says: 'S256', hint: 'operator' },
    ],
    [
      'no token endpoint',
      metadata({ token_endpoint: undefined }),
      { exit: 7, code: 'metadata_invalid', hint: 'mcpServers.notes.oauth.authorization_url' },
    ],
    [
      'no authorization endpoint',
      metadata({ authorization_endpoint: undefined }),
      { exit: 4, code: 'no_authorization_endpoint', hint: 'mcpServers.notes.oauth.grant_type' },
    ],
    [
      'a token endpoint over http',
      metadata({ token_endpoint: 'http://elsewhere.example/token' }),
      { exit: 7, code: 'insecure_url', says: 'token_endpoint', hint: '"allow_http": true' },
    ],
    [
      'an authorization endpoint that is a script',
      metadata({ authorization_endpoint: 'javascript:alert(1)' }),
      { exit: 7, code: 'insecure_url', says: 'authorization_endpoint', hint: 'operator' },
    ],
    [
      'an endpoint that is no URL',
      metadata({ registration_endpoint: '/reg' }),
      { exit: 7, code: 'invalid_url', says: 'registration_endpoint', hint: 'operator' },
    ],
  ])('%s', (_, spoil, told) => failsAndKeeps(spoil, told).then(() => undefined));

  test('no word on PKCE is let pass where that is configured', async () => {
    const { authorization, person } = await scene({
      entry: { oauth: { allow_missing_pkce_metadata: true } },
      authorization: {
        behaviour: { metadata: (document) => ({ ...document, code_challenge_methods_supported: undefined }) },
      },
    });
    expect(await person('tools list --json')).toMatchObject({ exit: 0 });
    const asked = authorization.log.find(({ path }) => path === '/auth');
    expect(asked?.params.code_challenge_method).toBe('S256');
  });
});

/** A browser whose last redirect, back to the program, somebody has changed. */
function tampering(change: (callback: URL) => void) {
  return walkingBrowser({
    tamper(target) {
      if (!target.searchParams.has('code')) return undefined;
      change(target);
      return target.href;
    },
  });
}
