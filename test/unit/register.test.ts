import { describe, expect, test } from 'vitest';
import { judgeRegistration, registrationRequest } from '../../src/auth/register.ts';
import { httpEntry, oauthEntry } from '../support/entry.ts';

const server = { issuer: 'https://as.example', token_endpoint: 'https://as.example/token' };
const uri = 'http://127.0.0.1:5000/callback/x';
const judge = (answer: unknown, methods?: string[]) =>
  judgeRegistration(
    JSON.stringify(answer),
    methods ? { ...server, token_endpoint_auth_methods_supported: methods } : server,
    uri,
    'mcpServers.notes',
  );

describe('judgeRegistration', () => {
  test.each([
    ['public', { client_id: 'a' }, undefined, { authMethod: 'none' }],
    ['null secret', { client_id: 'a', client_secret: null }, undefined, { authMethod: 'none' }],
    [
      'the answered method',
      { client_id: 'a', client_secret: 's', token_endpoint_auth_method: 'client_secret_basic' },
      ['client_secret_post'],
      { authMethod: 'client_secret_basic' },
    ],
    [
      'a secret although none is listed',
      { client_id: 'a', client_secret: 's' },
      ['none'],
      { authMethod: 'client_secret_post' },
    ],
    [
      'Basic alone listed',
      { client_id: 'a', client_secret: 's' },
      ['client_secret_basic'],
      { authMethod: 'client_secret_basic' },
    ],
    [
      'both listed',
      { client_id: 'a', client_secret: 's' },
      ['client_secret_basic', 'client_secret_post'],
      { authMethod: 'client_secret_post' },
    ],
    [
      'a method answered as null',
      { client_id: 'a', client_secret: 's', token_endpoint_auth_method: null },
      undefined,
      { authMethod: 'client_secret_post' },
    ],
    [
      'an expiring secret',
      { client_id: 'a', client_secret: 's', client_secret_expires_at: 7 },
      undefined,
      { secretExpiresAt: 7000 },
    ],
  ])('%s', (_, answer, methods, expected) => {
    expect(judge(answer, methods)).toMatchObject({ id: 'a', redirectUris: [uri], ...expected });
  });

  test('zero means that the secret does not expire', () => {
    expect(judge({ client_id: 'a', client_secret: 's', client_secret_expires_at: 0 })).not.toHaveProperty(
      'secretExpiresAt',
    );
  });

  test.each([[{}], [{ client_id: null }], [{ client_id: '' }], [[]], [null]])(
    'without an id: %j',
    (answer) => {
      expect(() => judge(answer)).toThrow(/without a client_id/);
    },
  );
});

describe('registrationRequest', () => {
  test('asks for what a native public client needs', () => {
    expect(registrationRequest(httpEntry(), uri)).toEqual({
      client_name: 'mcp-cli',
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      redirect_uris: [uri],
    });
  });

  test('sends configured metadata as given, with the bound redirect first', () => {
    const metadata = { client_name: 'Hub', redirect_uris: ['https://hub.example/cb', uri], contacts: ['x'] };
    const dynamicRegistration = {
      enabled: true,
      issuer: undefined,
      registrationEndpoint: undefined,
      metadata,
      initialAccessToken: undefined,
    };
    const entry = httpEntry({ oauth: oauthEntry({ dynamicRegistration }) });
    expect(registrationRequest(entry, uri)).toMatchObject({
      client_name: 'Hub',
      contacts: ['x'],
      redirect_uris: [uri, 'https://hub.example/cb'],
    });
  });
});
