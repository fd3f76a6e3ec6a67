import { describe, expect, test } from 'vitest';
import { parseChallenge } from '../../src/auth/challenge.ts';

const prm = 'https://mcp.example/.well-known/oauth-protected-resource';
const none = {
  resourceMetadata: undefined,
  scope: undefined,
  error: undefined,
  authorizationServer: undefined,
};

describe('parseChallenge', () => {
  test.each([
    ['bare scheme', 'Bearer', none],
    ['quoted URL', `Bearer resource_metadata="${prm}"`, { ...none, resourceMetadata: prm }],
    ['unquoted URL', `Bearer resource_metadata=${prm}`, { ...none, resourceMetadata: prm }],
    ['upper case', `BEARER Resource_Metadata="${prm}"`, { ...none, resourceMetadata: prm }],
    [
      'spaces and tabs',
      `Bearer  error = "invalid_token" ,\tscope="a b"`,
      { ...none, error: 'invalid_token', scope: 'a b' },
    ],
    ['after Basic', `Basic realm="x", Bearer scope="a"`, { ...none, scope: 'a' }],
    ['after a token68', `Negotiate abc==, Bearer scope="a"`, { ...none, scope: 'a' }],
    ['before Basic', `Bearer scope="a", Basic realm="x", charset="UTF-8"`, { ...none, scope: 'a' }],
    ['DPoP', `DPoP error="invalid_token"`, { ...none, error: 'invalid_token', bound: true }],
    ['DPoP beside Bearer', `DPoP algs="ES256", Bearer scope="a"`, { ...none, scope: 'a' }],
    [
      'Bearer beside DPoP, which says more',
      `Bearer scope="a", DPoP scope="b", error="x"`,
      { ...none, scope: 'a', error: 'x' },
    ],
    [
      'a scope inside a description',
      `Bearer error_description="need scope=foo", error="x"`,
      { ...none, error: 'x' },
    ],
    ['escaped quotes', `Bearer error_description="say \\"scope=\\"", scope="a"`, { ...none, scope: 'a' }],
    ['the first of two', `Bearer scope="a", scope="b"`, { ...none, scope: 'a' }],
    [
      'an old server',
      `Bearer authorization_server="https://as"`,
      { ...none, authorizationServer: 'https://as' },
    ],
    ['an older server', `Bearer as_uri="https://as"`, { ...none, authorizationServer: 'https://as' }],
  ])('%s', (_, header, expected) => {
    expect(parseChallenge(header)).toEqual(expected);
  });

  test.each([null, '', 'Basic realm="Bearer"', ', ,', '"', '='])('nothing in %j', (header) => {
    expect(parseChallenge(header)).toBeUndefined();
  });

  test('a hostile header takes no longer for being long', () => {
    expect(parseChallenge(`Basic ${'a="'.repeat(20_000)}`)).toBeUndefined();
    expect(parseChallenge(`${'x '.repeat(20_000)}, Bearer`)).toBeDefined();
  });
});
