// Basic authentication of a client: what is form-encoded first, and what is left as it is (RFC 6749 section 2.3.1).
import { expect, test } from 'vitest';
import { clientAuth } from '../../src/auth/token.ts';

async function credentials(clientId: string, secret: string): Promise<string> {
  const headers = new Headers();
  const body = new URLSearchParams();
  const auth = clientAuth({ authMethod: 'client_secret_basic', secret });
  await auth({ issuer: 'https://auth.example' }, { client_id: clientId }, body, headers);
  expect([...body]).toEqual([]);
  const [scheme, value = ''] = headers.get('authorization')?.split(' ') ?? [];
  expect(scheme).toBe('Basic');
  return Buffer.from(value, 'base64').toString('latin1');
}

test.each([
  ['the example of the RFC', 's6BhdRkqt3', 'gX1fBat3bV', 's6BhdRkqt3:gX1fBat3bV'],
  [
    'what the form encoding leaves alone, for servers that do not decode',
    'a-client_1.example*',
    '0-_.*9',
    'a-client_1.example*:0-_.*9',
  ],
  ['a colon, which would end the identifier', 'urn:client', 'a:b', 'urn%3Aclient:a%3Ab'],
  ['a space, a plus and a percent sign', 'a b', 'c+d%20', 'a+b:c%2Bd%2520'],
  ['what is not ASCII', 'é', '字', '%C3%A9:%E5%AD%97'],
])('Basic holds %s', async (_, clientId, secret, expected) => {
  expect(await credentials(clientId, secret)).toBe(expected);
});
