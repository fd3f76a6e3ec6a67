import { describe, expect, test } from 'vitest';
import { chooseRedirect, withEphemeralPort, withLocalhost } from '../../src/auth/redirect.ts';
import type { StoredRecord } from '../../src/store/record.ts';
import { issuerTag } from '../../src/url.ts';
import { httpEntry, oauthEntry } from '../support/entry.ts';

const issuer = 'https://as.example';
const tagged = `http://127.0.0.1:0/callback/${issuerTag(issuer)}`;
const client = (source: 'configured' | 'document' | 'registered') => ({
  id: 'c',
  secret: undefined,
  source,
  authMethod: 'none' as const,
  methodKnown: true,
});
const record = (port: number, from = issuer): StoredRecord => ({
  version: 1,
  server: 'notion',
  url: 'https://mcp.example/mcp',
  issuer: from,
  tokenEndpoint: `${from}/token`,
  client: {
    id: 'c',
    source: 'registered',
    authMethod: 'none',
    redirectUris: [`http://127.0.0.1:${port}/callback/x`],
  },
});

describe('chooseRedirect', () => {
  test.each([
    [
      'configured, verbatim',
      { redirectUri: 'http://localhost:9090/cb?x=1' },
      'configured',
      undefined,
      'http://localhost:9090/cb?x=1',
      true,
    ],
    [
      'default of snake_case',
      { dialect: 'snake' },
      'configured',
      undefined,
      'http://localhost:8080/callback',
      true,
    ],
    [
      'default of camelCase',
      { dialect: 'camel' },
      'configured',
      undefined,
      'http://localhost:3000/oauth/callback',
      true,
    ],
    ['metadata document', {}, 'document', undefined, 'http://127.0.0.1:0/callback', false],
    ['to be registered', {}, undefined, undefined, tagged, false],
    ['registered last time', {}, 'registered', record(5000), 'http://127.0.0.1:5000/callback/x', false],
    ['registered with another issuer', {}, undefined, record(5000, 'https://old.example'), tagged, false],
  ] as const)('%s', (_, oauth, source, stored, uri, fixed) => {
    const plan = { client: source && client(source), issuer };
    expect(chooseRedirect(httpEntry({ oauth: oauthEntry(oauth) }), plan, stored)).toEqual({ uri, fixed });
  });

  test('the first loopback redirect of configured registration metadata is the one that is bound', () => {
    const metadata = { redirect_uris: ['https://hub.example/cb', 'http://localhost:3000/oauth/callback'] };
    const dynamicRegistration = {
      enabled: true,
      issuer: undefined,
      registrationEndpoint: undefined,
      metadata,
      initialAccessToken: undefined,
    };
    const entry = httpEntry({ oauth: oauthEntry({ dynamicRegistration }) });
    expect(chooseRedirect(entry, { client: undefined, issuer }, undefined)).toEqual({
      uri: 'http://localhost:3000/oauth/callback',
      fixed: true,
    });
  });

  test('a redirect that is not on this machine is never listened on', () => {
    const entry = httpEntry({ oauth: oauthEntry({ redirectUri: 'https://hub.example/cb' }) });
    expect(() => chooseRedirect(entry, { client: undefined, issuer }, undefined)).toThrow(
      /not on this machine/,
    );
  });
});

test('ports and names change, paths stay', () => {
  expect(withEphemeralPort('http://127.0.0.1:5000/callback/x')).toBe('http://127.0.0.1:0/callback/x');
  expect(withLocalhost('http://127.0.0.1:0/callback/x')).toBe('http://localhost:0/callback/x');
});
