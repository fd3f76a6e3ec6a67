import { describe, expect, test } from 'vitest';
import { planSignIn } from '../../src/auth/plan.ts';
import type { StoredRecord } from '../../src/store/record.ts';
import { httpEntry, oauthEntry } from '../support/entry.ts';

const AS = 'https://as.example';
const server = {
  issuer: AS,
  authorization_endpoint: `${AS}/authorize`,
  token_endpoint: `${AS}/token`,
  registration_endpoint: `${AS}/register`,
  code_challenge_methods_supported: ['S256'],
};
const discovery = { resource: undefined, server, source: 'metadata' } as const;
const facts = {
  discovery,
  challenge: undefined,
  record: undefined,
  forgetClient: false,
  stepUp: [],
  withoutOffline: false,
  now: 1000,
};
const record: StoredRecord = {
  version: 1,
  server: 'notion',
  url: 'https://mcp.example/mcp',
  issuer: AS,
  tokenEndpoint: `${AS}/token`,
  client: {
    id: 'reg',
    source: 'registered',
    authMethod: 'none',
    redirectUris: ['http://127.0.0.1:5000/callback/x'],
  },
};
const plan = (oauth: Parameters<typeof oauthEntry>[0] | undefined, given: object = {}) =>
  planSignIn(httpEntry({ oauth: oauth && oauthEntry(oauth) }), { ...facts, ...given });
const errorOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'no error';
};

describe('the client', () => {
  test('configured before everything', () => {
    expect(plan({ clientId: 'mine' }, { record }).client).toMatchObject({ id: 'mine', source: 'configured' });
  });

  test('a metadata document only where the server takes one', () => {
    const document = 'https://me.example/client.json';
    const able = { ...discovery, server: { ...server, client_id_metadata_document_supported: true } };
    expect(plan({ clientMetadataUrl: document }, { discovery: able }).client).toMatchObject({ id: document });
    expect(plan({ clientMetadataUrl: document }).client).toBeUndefined();
  });

  test.each([
    ['registered with this issuer', record, 'reg'],
    ['registered with another issuer', { ...record, issuer: 'https://other.example' }, undefined],
    [
      'an expired secret',
      { ...record, client: { ...record.client, secret: 's', secretExpiresAt: 999 } },
      undefined,
    ],
    [
      'a secret that lasts',
      { ...record, client: { ...record.client, secret: 's', secretExpiresAt: 1001 } },
      'reg',
    ],
  ])('reuses a registration: %s', (_, stored, id) => {
    expect(plan(undefined, { record: stored }).client?.id).toBe(id);
  });

  test('registration forbidden or absent names the ways on', () => {
    const closed = { dynamicRegistration: { enabled: false } as never };
    expect(errorOf(() => plan(closed))).toBe('registration_unavailable');
    const { registration_endpoint: _, ...without } = server;
    expect(errorOf(() => plan(undefined, { discovery: { ...discovery, server: without } }))).toBe(
      'registration_unavailable',
    );
  });
});

describe('how a configured secret is sent', () => {
  test.each([
    ['no metadata: Basic, as a guess', undefined, 'client_secret_basic'],
    ['both listed: Basic', ['client_secret_post', 'client_secret_basic'], 'client_secret_basic'],
    ['post listed', ['client_secret_post', 'none'], 'client_secret_post'],
    ['only none listed', ['none'], 'client_secret_post'],
  ])('%s', (_, methods, authMethod) => {
    const listed = methods && { token_endpoint_auth_methods_supported: methods };
    const made = plan(
      { clientId: 'a', clientSecret: 's' },
      { discovery: { ...discovery, server: { ...server, ...listed } } },
    );
    expect(made.client).toMatchObject({ authMethod, methodKnown: false });
  });

  test('by configuration', () => {
    const oauth = {
      clientId: 'a',
      clientSecret: 's',
      tokenEndpointAuthMethod: 'client_secret_post',
    } as const;
    expect(plan(oauth).client).toMatchObject({ authMethod: 'client_secret_post', methodKnown: true });
  });
});

describe('what proves who we are stays with its issuer', () => {
  const first = 'https://first.example';
  const token = (given: object = {}) => ({
    dynamicRegistration: {
      enabled: true,
      issuer: undefined,
      registrationEndpoint: undefined,
      metadata: undefined,
      initialAccessToken: 'iat',
      ...given,
    },
  });
  const secret = { clientId: 'a', clientSecret: 's' };
  const configured = { id: 'a', source: 'configured', authMethod: 'none' };
  const endpoints = { authorizationEndpoint: `${AS}/authorize`, tokenEndpoint: `${AS}/token` };
  test.each([
    ['a client secret', secret, configured, 'issuer_changed'],
    ['a client secret, another issuer pinned', { ...secret, issuer: first }, configured, 'issuer_changed'],
    ['a client secret, its issuer pinned', { ...secret, issuer: AS }, configured, AS],
    ['a client secret with endpoints of its own', { ...secret, ...endpoints }, configured, AS],
    ['a public client', { clientId: 'a' }, configured, AS],
    ['an initial access token', token(), record.client, 'issuer_changed'],
    ['an initial access token, pinned', { ...token(), issuer: AS }, record.client, AS],
    ['an initial access token, its issuer named', token({ issuer: AS }), record.client, AS],
    ['an initial access token, another named', token({ issuer: first }), record.client, 'issuer_changed'],
    [
      'an initial access token for a configured endpoint',
      token({ registrationEndpoint: `${AS}/register` }),
      record.client,
      AS,
    ],
    [
      'an initial access token that a configured client does not use',
      { ...token(), clientId: 'a' },
      configured,
      AS,
    ],
    ['no secret at all', {}, record.client, AS],
  ])('%s', (_, oauth, client, expected) => {
    const given = { record: { ...record, issuer: first, client } };
    const outcome = () => plan(oauth, given).server.issuer;
    const code = errorOf(outcome);
    expect(code === 'no error' ? outcome() : code).toBe(expected);
  });

  test('also where the client is forgotten', () => {
    const given = { record: { ...record, issuer: first }, forgetClient: true };
    expect(errorOf(() => plan(token(), given))).toBe('issuer_changed');
  });
});

test('a client that the server has forgotten is not used again', () => {
  expect(plan(undefined, { record, forgetClient: true }).client).toBeUndefined();
});

describe('PKCE', () => {
  const with_ = (methods: string[] | undefined, allow = false) => {
    const { code_challenge_methods_supported: _, ...bare } = server;
    const listed = methods ? { ...bare, code_challenge_methods_supported: methods } : bare;
    return () => plan({ allowMissingPkceMetadata: allow }, { discovery: { ...discovery, server: listed } });
  };
  test.each([
    ['missing', undefined, false, 'pkce_not_supported'],
    ['missing but allowed', undefined, true, 'no error'],
    ['only plain', ['plain'], true, 'pkce_not_supported'],
    ['S256', ['plain', 'S256'], false, 'no error'],
  ])('%s', (_, methods, allow, expected) => {
    expect(errorOf(with_(methods, allow))).toBe(expected);
  });
  test('defaults of 2025-03-26 publish nothing and still get S256', () => {
    const { code_challenge_methods_supported: _, ...bare } = server;
    expect(
      plan(undefined, { discovery: { resource: undefined, server: bare, source: 'defaults' } }).pkce,
    ).toBe(true);
  });
});

describe('the resource indicator', () => {
  const published = { resource: 'https://mcp.example/', authorizationServers: [], scopes: [] };
  test.each([
    ['metadata verbatim', 'auto', published, 'metadata', 'https://mcp.example/'],
    ['the canonical URL', 'auto', undefined, 'metadata', 'https://mcp.example/mcp'],
    ['configured', 'urn:x', published, 'metadata', 'urn:x'],
    ['left out', 'omit', published, 'metadata', undefined],
    ['unknown to 2025-03-26', 'auto', undefined, 'defaults', undefined],
  ] as const)('%s', (_, resource, metadata, source, expected) => {
    expect(plan({ resource }, { discovery: { resource: metadata, server, source } }).resource).toBe(expected);
  });
});

test('configured endpoints need no metadata and are known by the token endpoint', () => {
  const oauth = {
    authorizationEndpoint: 'https://a.example/authorize',
    tokenEndpoint: 'https://t.example/token',
    clientId: 'c',
  };
  const made = plan(oauth, { discovery: undefined });
  expect(made).toMatchObject({ source: 'configured', server: { issuer: 'https://t.example' }, pkce: true });
});
