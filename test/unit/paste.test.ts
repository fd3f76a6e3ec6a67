import { describe, expect, test } from 'vitest';
import { readPaste } from '../../src/auth/paste.ts';
import { tunnelCommand } from '../../src/auth/tunnel.ts';

const redirectUri = 'http://127.0.0.1:8765/callback/tag';
const state = 'the-right-state';
const read = (text: string, expected: object = {}) =>
  readPaste(text, { redirectUri, state, namesIssuer: false, ...expected });
const codeOf = (pasted: ReturnType<typeof readPaste>) =>
  pasted && 'params' in pasted ? pasted.params.get('code') : undefined;

describe('taken', () => {
  test.each([
    ['the address', `${redirectUri}?code=c&state=${state}`],
    ['with a fragment that a server added', `${redirectUri}?code=c&state=${state}#_=_`],
    ['without the scheme', `127.0.0.1:8765/callback/tag?code=c&state=${state}`],
    ['between angle brackets', ` <${redirectUri}?code=c&state=${state}> `],
    ['the query', `?code=c&state=${state}`],
    ['the parameters in any order', `state=${state}&iss=https%3A%2F%2Fas.example&code=c`],
    ['code and state as some pages show them', `c#${state}`],
  ])('%s', (_, text) => {
    expect(codeOf(read(text))).toBe('c');
  });

  test.each([
    'https://app.example/cb?tenant=1',
    'com.example.app:/oauth',
    'http://[::1]:8765/callback',
    'http://localhost:8765/callback',
  ])('where it ends at %s', (uri) => {
    const url = new URL(uri);
    url.searchParams.set('code', 'c');
    url.searchParams.set('state', state);
    expect(codeOf(read(url.href, { redirectUri: uri }))).toBe('c');
  });

  test('an error, to be judged', () => {
    expect(read(`${redirectUri}?error=access_denied&state=${state}`)).toHaveProperty('params');
  });
});

describe('not taken', () => {
  test.each([
    [
      'another host',
      `http://localhost:8765/callback/tag?code=c&state=${state}`,
      'not where this sign-in ends',
    ],
    [
      'another port',
      `http://127.0.0.1:8766/callback/tag?code=c&state=${state}`,
      'not where this sign-in ends',
    ],
    ['another path', `http://127.0.0.1:8765/callback?code=c&state=${state}`, 'not where this sign-in ends'],
    [
      'another scheme',
      `https://127.0.0.1:8765/callback/tag?code=c&state=${state}`,
      'not where this sign-in ends',
    ],
    [
      'another user',
      `http://a@127.0.0.1:8765/callback/tag?code=c&state=${state}`,
      'not where this sign-in ends',
    ],
    ['the page of the server', `https://as.example/authorize?state=${state}`, 'not where this sign-in ends'],
    ['no state', `${redirectUri}?code=c`, 'has no state'],
    ['a code alone', 'SplxlOBeZQQYbYS6WxSbIA', 'has no state'],
    ['another state', `${redirectUri}?code=c&state=the-wrong-state`, 'another sign-in'],
    ['a state with more behind it', `${redirectUri}?code=c&state=${state}x`, 'another sign-in'],
    ['two codes', `${redirectUri}?code=c&code=d&state=${state}`, 'no answer to this sign-in'],
    ['two states', `${redirectUri}?code=c&state=${state}&state=x`, 'no answer to this sign-in'],
    ['neither code nor error', `${redirectUri}?state=${state}`, 'no answer to this sign-in'],
    ['an empty code', `${redirectUri}?code=&state=${state}`, 'no answer to this sign-in'],
  ])('%s', (_, text, why) => {
    expect(read(text)).toEqual({ fault: expect.stringContaining(why) });
  });

  test('without iss, where the server names itself in each answer', () => {
    const given = { namesIssuer: true };
    expect(read(`c#${state}`, given)).toEqual({ fault: expect.stringContaining('which server') });
    expect(codeOf(read(`?code=c&state=${state}&iss=x`, given))).toBe('c');
  });

  test('without the query of the redirect', () => {
    const uri = 'https://app.example/cb?tenant=1';
    const given = { redirectUri: uri };
    expect(read(`https://app.example/cb?code=c&state=${state}`, given)).toHaveProperty('fault');
    expect(read(`https://app.example/cb?tenant=2&code=c&state=${state}`, given)).toHaveProperty('fault');
  });

  test('nothing is nothing', () => {
    expect(read('  ')).toBeUndefined();
  });

  test('and what was pasted is never said', () => {
    for (const text of ['https://evil.example/?code=s3cret', 's3cret', `?code=s3cret&state=s3cret`])
      expect(JSON.stringify(read(text))).not.toContain('s3cret');
  });
});

test.each([
  [redirectUri, '198.51.100.7 51000 192.0.2.1 22', 'ada', 'ssh -L 8765:127.0.0.1:8765 ada@192.0.2.1'],
  [
    redirectUri,
    '198.51.100.7 51000 192.0.2.1 2222',
    undefined,
    'ssh -L 8765:127.0.0.1:8765 -p 2222 192.0.2.1',
  ],
  ['http://localhost:80/cb', '2001:db8::1 1 2001:db8::2 22', 'a', 'ssh -L 80:127.0.0.1:80 a@2001:db8::2'],
  [redirectUri, 'nonsense', '$(id)', 'ssh -L 8765:127.0.0.1:8765 this-machine'],
  [redirectUri, undefined, 'ada', undefined],
  [redirectUri, '', 'ada', undefined],
  ['https://app.example/cb', '198.51.100.7 51000 192.0.2.1 22', 'ada', undefined],
])('the tunnel for %s over %s', (uri, connection, user, command) => {
  expect(tunnelCommand(uri, connection, user)).toBe(command);
});
