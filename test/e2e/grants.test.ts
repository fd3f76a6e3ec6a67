// Every grant with every client authentication method of the certified authorization server: plain, and with proofs
// (DPoP, with a nonce) and pushed authorization requests.

import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { boundScene } from '../support/bound.ts';
import { walkingBrowser } from '../support/browser.ts';
import { type StaticClient, staticClient } from '../support/clients.ts';
import { devicePerson } from '../support/device.ts';
import { configFile } from '../support/home.ts';
import type { Hit } from '../support/loopback.ts';
import { toolNames } from '../support/person.ts';
import { freePort } from '../support/port.ts';
import { readProof } from '../support/proofs.ts';
import { errorOf, type Scene, scene } from '../support/scene.ts';
import { registerSecret } from '../support/secrets.ts';

const LIST = '--server notes tools list --json';
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const METHODS = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;
type Method = (typeof METHODS)[number];

/** A client with this method for all grants, and what of it goes into the entry. */
function clientOf(method: Method): { client: StaticClient; oauth: object } {
  const grants = ['authorization_code', 'refresh_token', DEVICE];
  // RFC 6749 section 4.4: only a client that can prove itself.
  const grant_types = method === 'none' ? grants : [...grants, 'client_credentials'];
  if (method !== 'private_key_jwt') {
    const short = { none: 'none', client_secret_basic: 'basic', client_secret_post: 'post' } as const;
    const client = { ...staticClient(short[method]), grant_types };
    const { client_id, client_secret } = client;
    return { client, oauth: { client_id, client_secret, token_endpoint_auth_method: method } };
  }
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = registerSecret(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'private_key');
  const keys = [{ ...publicKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }];
  const client = {
    ...staticClient('none'),
    client_id: 'key client',
    token_endpoint_auth_method: method,
    jwks: { keys },
    grant_types,
  };
  return { client, oauth: { client_id: 'key client', private_key_file: configFile(pem, 'client.pem') } };
}

/** How the client of this request proves itself: everything in it that can. */
function proofIn({ headers, params }: Hit): string[] {
  return [
    ...(headers.authorization?.startsWith('Basic ') ? ['client_secret_basic'] : []),
    ...(params.client_secret === undefined ? [] : ['client_secret_post']),
    ...(params.client_assertion_type === ASSERTION && params.client_assertion ? ['private_key_jwt'] : []),
  ];
}

async function open(grant: string, method: Method, proved = false): Promise<Scene> {
  const { client, oauth } = clientOf(method);
  // A redirect of its own: the usual one of a configured client has a port that others want too.
  const redirect_uri = `http://127.0.0.1:${await freePort()}/callback`;
  const entry = { oauth: { ...oauth, grant_type: grant, scopes: ['mcp:read'], redirect_uri } };
  const authorization = { clients: [client], device: true, behaviour: { refreshTokens: 'always' as const } };
  if (!proved) return scene({ entry, authorization });
  return boundScene({ nonce: true, entry, authorization: { ...authorization, par: 'required' } });
}

/** Signs in, lists, renews, and lists again; what went to the authorization server beside its pages. */
async function wholeStory(made: Scene, grant: string): Promise<Hit[]> {
  const { authorization, person, script } = made;
  const browser = grant === 'device_code' ? devicePerson(authorization) : walkingBrowser();
  const first = await (grant === 'client_credentials' ? script(LIST) : person(LIST, { browser }));
  expect(first).toMatchObject({ exit: 0 });
  expect(toolNames(first)).toContain('echo');
  expect(await script('auth refresh notes')).toMatchObject({ exit: 0 });
  expect(await script(LIST)).toMatchObject({ exit: 0 });
  const { token, device, push } = authorization.paths;
  expect(authorization.count(authorization.paths.registration)).toBe(0);
  return authorization.log.filter(({ path }) => [token, device, push].includes(path));
}

function grantsIn(hits: Hit[], { authorization }: Scene): unknown[] {
  const wire = hits.filter(({ path }) => path === authorization.paths.token);
  return [...new Set(wire.map(({ params }) => params.grant_type))];
}

const rows = METHODS.flatMap((method) => [
  ['authorization_code', method, ['authorization_code', 'refresh_token']] as const,
  ['device_code', method, [DEVICE, 'refresh_token']] as const,
  // RFC 6749 section 4.4: only for a client that can prove itself.
  ...(method === 'none' ? [] : [['client_credentials', method, ['client_credentials']] as const]),
]);

describe('a client that proves itself in its own way, and in no other, for this server alone', () => {
  test.each(rows)('%s, %s', async (grant, method, grants) => {
    const made = await open(grant, method);
    const asked = await wholeStory(made, grant);
    expect(grantsIn(asked, made)).toEqual(grants);
    for (const hit of asked) expect(proofIn(hit)).toEqual(method === 'none' ? [] : [method]);
    for (const { params } of asked) expect(params.resource).toBe(made.server.mcpUrl);
  });
});

describe('the same with tokens bound to a key, nonces, and pushed requests', () => {
  // A device code takes a second: once.
  const bound = rows.filter(([grant, method]) => grant !== 'device_code' || method === 'private_key_jwt');
  test.each(bound)('%s, %s', async (grant, method, grants) => {
    const made = await open(grant, method, true);
    const asked = await wholeStory(made, grant);
    expect(grantsIn(asked, made)).toEqual(grants);
    for (const hit of asked) expect(proofIn(hit)).toEqual(method === 'none' ? [] : [method]);
    const { token, push } = made.authorization.paths;
    const proofs = asked.filter(({ path }) => path === token).map(({ headers }) => readProof(headers.dpop));
    expect(proofs.every((proof) => proof !== undefined)).toBe(true);
    expect(proofs.at(-1)?.claims.nonce).toBeTypeOf('string');
    expect(new Set(proofs.map((proof) => proof?.thumbprint)).size).toBe(1);
    expect(asked.some(({ path }) => path === push)).toBe(grant === 'authorization_code');
  });
});

test('client_credentials by a client that proves nothing: the key to set is told, and no token is asked for', async () => {
  const { authorization, script } = await open('client_credentials', 'none');
  const result = await script(LIST);
  expect(result.exit).toBe(3);
  expect(errorOf(result)).toMatchObject({
    code: 'client_needed',
    server: 'notes',
    hint: 'set mcpServers.notes.oauth.client_secret or private_key_file',
  });
  expect(authorization.count(authorization.paths.token)).toBe(0);
});

test.each(['client_secret_jwt', 'tls_client_auth', 'self_signed_tls_client_auth'])(
  '%s is refused by the configuration, which names those that there are',
  async (method) => {
    const { authorization, server, script } = await scene({
      entry: {
        oauth: { client_id: 'x', client_secret: 'a-secret-of-x', token_endpoint_auth_method: method },
      },
    });
    const result = await script(LIST);
    expect(result.exit).toBe(3);
    const { code, hint, message } = errorOf(result);
    expect(code).toBe('invalid');
    for (const known of METHODS) expect(`${message} ${hint}`).toContain(known);
    expect([...authorization.log, ...server.log]).toEqual([]);
  },
);

test('a rotated refresh token that somebody else sends again ends the family: exit 4, and one sign-in helps', async () => {
  const { authorization, person, script } = await open('authorization_code', 'client_secret_post');
  expect((await person(LIST)).exit).toBe(0);
  expect((await script('auth refresh notes')).exit).toBe(0);
  // What the first renewal sent, once more.
  const renewal = authorization.log.find(({ params }) => params.grant_type === 'refresh_token');
  const body = new URLSearchParams(renewal?.params as Record<string, string>);
  const replayed = await fetch(`${authorization.issuer}/token`, { method: 'POST', body });
  expect(await replayed.json()).toMatchObject({ error: 'invalid_grant' });

  // The access token went with it, and so did the refresh token that only we have.
  const result = await script(LIST);
  expect(result.exit).toBe(4);
  expect(errorOf(result)).toEqual({
    code: 'login_required',
    message: `the sign-in to notes is over: ${authorization.issuer} renews it no more`,
    hint: 'sign in with: mcp-cli auth login notes',
    server: 'notes',
  });
  const [, ours] = authorization.log.filter(({ params }) => params.grant_type === 'refresh_token').reverse();
  expect(ours?.params.refresh_token).toBe(body.get('refresh_token'));
  expect((await person(LIST)).exit).toBe(0);
  expect((await script('auth refresh notes')).exit).toBe(0);
});
