// Tokens that are bound to a key (RFC 9449), in the grants without a browser: assertions, a company, device codes.
import { describe, expect, test } from 'vitest';
import { signer } from '../support/assertions.ts';
import { authorizationServer } from '../support/authorization-server.ts';
import { type BoundScene, boundScene, proofsTo, storedRecord } from '../support/bound.ts';
import { noBrowser } from '../support/browser.ts';
import { serviceClient } from '../support/clients.ts';
import { devicePerson, enterCode } from '../support/device.ts';
import { answer } from '../support/loopback.ts';
import { keep } from '../support/scene.ts';

const LIST = '--server notes tools list --json';
const BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';

type Options = { nonce?: boolean; told?: boolean };
type Service = BoundScene & { env(): Record<string, string> };

/** Whether the program is told beforehand that tokens are to be bound. */
const untold = { protection: { proofs: undefined } };

async function workload({ nonce = false, told = true }: Options): Promise<Service> {
  const platform = signer();
  const client = serviceClient('basic', BEARER);
  const { client_id, client_secret } = client;
  const oauth = {
    grant_type: 'jwt_bearer',
    client_id,
    client_secret,
    assertion_env: 'CI_JWT',
    scopes: ['mcp:read'],
  };
  const made = await boundScene({
    nonce,
    entry: { oauth },
    authorization: { clients: [client], trusts: platform },
    ...(!told && { server: untold }),
  });
  const env = () => ({ CI_JWT: platform.issue({ sub: 'repo:me/it', aud: made.authorization.issuer }) });
  return { ...made, env };
}

async function company({ nonce = false, told = true }: Options): Promise<Service> {
  const signs = signer();
  const atIdp = { ...serviceClient('basic', EXCHANGE), client_id: 'mcp at work' };
  const client = serviceClient('post', BEARER);
  const { client_id, client_secret } = client;
  const idp = keep(await authorizationServer({ clients: [atIdp], vouches: signs }));
  const oauth = {
    grant_type: 'enterprise_managed',
    client_id,
    client_secret,
    scopes: ['mcp:read'],
    idp: {
      issuer: idp.issuer,
      client_id: atIdp.client_id,
      client_secret: atIdp.client_secret,
      id_token_env: 'WORK_ID',
    },
  };
  const made = await boundScene({
    nonce,
    entry: { oauth },
    authorization: { clients: [client], trusts: signs },
    ...(!told && { server: untold }),
  });
  return { ...made, env: () => ({ WORK_ID: signs.issue({ sub: 'ada', aud: atIdp.client_id }) }) };
}

/** Requests for tokens without a proof are refused, as if for the first time. */
function asksForProofs({ authorization }: BoundScene): void {
  const before = authorization.intercept;
  authorization.intercept = (hit, response) => {
    const bare = hit.path === authorization.paths.token && hit.headers.dpop === undefined;
    if (!bare) return before?.(hit, response) ?? false;
    answer(response, 400, { error: 'invalid_dpop_proof' });
    return true;
  };
}

const thumbprints = (made: BoundScene) =>
  new Set(proofsTo(made, made.authorization.paths.token).map((proof) => proof?.thumbprint));

describe.each([
  ['an assertion of a workload', workload],
  ['the word of a company', company],
])('with %s', (_, signedInBy) => {
  test.each([
    ['without nonces', false],
    ['with nonces of both servers', true],
  ])('the token is bound, used and had again with its key, %s', async (_, nonce) => {
    const made = await signedInBy({ nonce });
    const { authorization, server, home, script } = made;
    expect(await script(LIST, { env: made.env() })).toMatchObject({ exit: 0 });
    const { proofKey, tokens } = await storedRecord(home);
    expect(tokens?.tokenType).toBe('DPoP');
    expect(authorization.count(authorization.paths.token)).toBe(nonce ? 2 : 1);
    expect(await script('auth refresh notes', { env: made.env() })).toMatchObject({ exit: 0 });
    const renewed = await storedRecord(home);
    expect(renewed.proofKey).toEqual(proofKey);
    expect(renewed.tokens?.accessToken).not.toBe(tokens?.accessToken);
    expect(await script(LIST)).toMatchObject({ exit: 0 });
    expect([...thumbprints(made)]).toEqual([expect.any(String)]);
    expect(server.log.filter(({ headers }) => headers.authorization?.startsWith('Bearer'))).toEqual([]);
  });

  test('a token endpoint that asks for a proof nobody told of gets one, with the same assertion', async () => {
    const made = await signedInBy({ told: false });
    asksForProofs(made);
    const { authorization, home, script } = made;
    expect(await script('auth login notes', { env: made.env() })).toMatchObject({ exit: 0 });
    expect((await storedRecord(home)).tokens?.tokenType).toBe('DPoP');
    const sent = authorization.log.filter(({ path }) => path === authorization.paths.token);
    expect(sent.map(({ headers }) => headers.dpop !== undefined)).toEqual([false, true]);
    expect(new Set(sent.map(({ params }) => params.assertion)).size).toBe(1);
  });
});

describe('with a device code', () => {
  test.each([
    ['without nonces', false],
    ['with nonces of both servers', true],
  ])('every question has a proof, and the token is bound, %s', async (_, nonce) => {
    const made = await boundScene({ nonce, authorization: { device: true } });
    const { authorization, home, person, script } = made;
    const browser = devicePerson(authorization);
    expect(await person(`${LIST} --device`, { browser })).toMatchObject({ exit: 0 });
    const { paths, log } = authorization;
    const registered = log.find(({ path }) => path === paths.registration)?.json;
    expect(registered).toMatchObject({ dpop_bound_access_tokens: true });
    const { proofKey, tokens } = await storedRecord(home);
    expect(tokens?.tokenType).toBe('DPoP');
    expect([...thumbprints(made)]).toEqual([expect.any(String)]);
    expect(await script('auth refresh')).toMatchObject({ exit: 0 });
    expect((await storedRecord(home)).proofKey).toEqual(proofKey);
    expect(await script(LIST)).toMatchObject({ exit: 0 });
  });

  test('a token endpoint that asks for a proof nobody told of gets one, with the same code', async () => {
    const made = await boundScene({ authorization: { device: true }, server: untold });
    const { authorization, home, person } = made;
    const browser = devicePerson(authorization);
    asksForProofs(made);
    expect(await person('auth login --device', { browser })).toMatchObject({ exit: 0 });
    expect((await storedRecord(home)).tokens?.tokenType).toBe('DPoP');
    const [bare, ...proved] = authorization.log.filter(({ path }) => path === authorization.paths.token);
    expect(bare?.headers.dpop).toBeUndefined();
    expect(proved.every(({ headers }) => headers.dpop !== undefined)).toBe(true);
  });

  test('beside a browser it is bound to the key that the browser’s answer would be', async () => {
    const made = await boundScene({ nonce: true, authorization: { device: true } });
    const { authorization, home, person, script } = made;
    const who = devicePerson(authorization);
    let asked: string | undefined;
    const answers = [
      async (stderr: string) => {
        await expect.poll(() => who.code()).not.toBe('');
        asked = new URL(/https?:\S+\/auth\?\S+/.exec(stderr)?.[0] ?? '').searchParams.get('dpop_jkt') ?? '';
        await enterCode(`${authorization.issuer}/device`, who.code());
        return '';
      },
    ];
    const result = await person(`${LIST} --no-browser`, { answers, browser: noBrowser() });
    expect(result).toMatchObject({ exit: 0 });
    const { paths, log } = authorization;
    expect(log.find(({ path }) => path === paths.registration)?.json).toMatchObject({
      grant_types: ['authorization_code', 'refresh_token', DEVICE],
      dpop_bound_access_tokens: true,
    });
    expect((await storedRecord(home)).tokens?.tokenType).toBe('DPoP');
    expect([...thumbprints(made)]).toEqual([asked]);
    expect(await script('auth refresh')).toMatchObject({ exit: 0 });
    expect(await script(LIST)).toMatchObject({ exit: 0 });
  });
});
