// A sign-in of one kind that takes the place of one of the other: bound to a key, or not. The old one must not live on.
import { describe, expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { type BoundScene, boundScene, proofsTo, storedRecord } from '../support/bound.ts';
import { staticClient } from '../support/clients.ts';
import { configFile } from '../support/home.ts';
import { answer } from '../support/loopback.ts';
import { desk, keep, type SceneOptions } from '../support/scene.ts';

const REVOKED = ['refresh_token', 'access_token'];
const client = staticClient('none', ['http://127.0.0.1/callback']);
const mine = { client_id: client.client_id, redirect_uri: 'http://127.0.0.1/callback' };

type Switching = BoundScene & {
  /** The same HOME, with another `oauth` block for `notes`. */
  now(oauth: object): ReturnType<typeof desk>;
  revocations(): (string | undefined)[];
};

/** A server that takes both kinds of token, and whoever is signed in to it. */
async function switching(oauth: object, more: SceneOptions = {}): Promise<Switching> {
  const made = await boundScene({
    entry: { oauth: { ...mine, ...oauth } },
    ...more,
    authorization: { clients: [client], ...more.authorization },
    server: { protection: { proofs: undefined } },
  });
  const { authorization, server, home, person } = made;
  expect(await person('auth login')).toMatchObject({ exit: 0 });
  return {
    ...made,
    now: (oauth) => desk(configFile({ mcpServers: { notes: { url: server.mcpUrl, oauth } } }), home),
    revocations: () =>
      authorization.log
        .filter(({ path }) => path === authorization.paths.revocation)
        .map(({ params }) => params.token_type_hint),
  };
}

describe.each([
  ['bound, and now must not be', true],
  ['not bound, and now must be', false],
])('a sign-in that is %s', (_, bound) => {
  test('is revoked once the other one is kept, which stays', async () => {
    const made = await switching({ dpop: bound });
    const { authorization, server, home } = made;
    const { tokens: old } = await storedRecord(home);
    const { person } = made.now({ ...mine, dpop: !bound });
    expect(await person('auth login')).toMatchObject({
      exit: 0,
      stderr: expect.not.stringContaining('still'),
    });
    const { tokens } = await storedRecord(home);
    expect(tokens?.tokenType).toBe(bound ? 'Bearer' : 'DPoP');
    expect(made.revocations()).toEqual(REVOKED);
    const order = authorization.log.map(({ path }) => path);
    expect(order.indexOf(authorization.paths.revocation)).toBeGreaterThan(
      order.lastIndexOf(authorization.paths.token),
    );
    expect(proofsTo(made, authorization.paths.revocation).map(Boolean)).toEqual([bound, bound]);
    expect(await authorization.renews(old?.refreshToken)).toBe(false);
    expect(await authorization.validate(old?.accessToken ?? '', server.mcpUrl)).toBeUndefined();
    expect(await authorization.renews(tokens?.refreshToken)).toBe(true);
    expect(await authorization.validate(tokens?.accessToken ?? '', server.mcpUrl)).toBeDefined();
  });

  test('is revoked by a logout, though nothing would use it any more', async () => {
    const made = await switching({ dpop: bound });
    const { tokens } = await storedRecord(made.home);
    const { script } = made.now({ ...mine, dpop: !bound });
    expect(JSON.parse((await script('auth logout --json')).stdout)).toMatchObject({ revoked: 'revoked' });
    expect(made.revocations()).toEqual(REVOKED);
    expect(await made.authorization.renews(tokens?.refreshToken)).toBe(false);
  });

  test('is left alone by a sign-in that fails', async () => {
    const made = await switching({ dpop: bound });
    const before = await storedRecord(made.home);
    made.authorization.behaviour.decision = 'deny';
    const { person } = made.now({ ...mine, dpop: !bound });
    expect((await person('auth login')).exit).toBe(4);
    expect(made.revocations()).toEqual([]);
    expect(await storedRecord(made.home)).toEqual(before);
  });
});

describe('the sign-in is done, and it is said that the old one lives', () => {
  test.each<[string, number, string, string]>([
    ['cannot revoke today', 503, 'temporarily_unavailable', 'could not be revoked'],
    ['revokes no such tokens', 400, 'unsupported_token_type', 'revokes no such tokens'],
  ])('where the server %s', async (_, status, error, words) => {
    const made = await switching({ dpop: true });
    made.authorization.intercept = ({ path }, response) => {
      if (path !== made.authorization.paths.revocation) return false;
      answer(response, status, { error });
      return true;
    };
    const { person } = made.now({ ...mine, dpop: false });
    const result = await person('auth login');
    expect(result).toMatchObject({ exit: 0, stderr: expect.stringContaining(words) });
    expect((await storedRecord(made.home)).tokens?.tokenType).toBe('Bearer');
  });

  test('where the client was registered for bound tokens alone: another one is registered', async () => {
    const made = await boundScene();
    const { authorization, server, home } = made;
    expect(await made.person('auth login')).toMatchObject({ exit: 0 });
    const { client: old, tokens } = await storedRecord(home);
    expect(old.bound).toBe(true);
    server.protection.proofs = undefined;
    server.protection.metadata = ({ dpop_bound_access_tokens_required: _, ...rest }) => rest;
    const config = configFile({ mcpServers: { notes: { url: server.mcpUrl, oauth: { dpop: false } } } });
    const result = await desk(config, home).person('auth login');
    expect(result).toMatchObject({ exit: 0, stderr: expect.stringContaining('another client') });
    const record = await storedRecord(home);
    expect(record.client.id).not.toBe(old.id);
    expect(record.client.bound).toBeUndefined();
    expect(record.tokens?.tokenType).toBe('Bearer');
    expect(authorization.count(authorization.paths.revocation)).toBe(0);
    expect(await authorization.renews(tokens?.refreshToken)).toBe(true);
  });
});

describe('tokens of another', () => {
  test('issuer, which the server names now, are neither sent nor revoked', async () => {
    const other = keep(await authorizationServer({ clients: [client] }));
    const made = await switching({ dpop: true });
    made.server.protection.metadata = (document) => ({ ...document, authorization_servers: [other.issuer] });
    const { person } = made.now({ ...mine, dpop: false });
    made.authorization.log.splice(0);
    const result = await person('auth login');
    expect(result).toMatchObject({ exit: 0, stderr: expect.stringContaining('another issuer') });
    expect(made.authorization.log).toEqual([]);
    expect(other.count(other.paths.revocation)).toBe(0);
  });

  test.each<[string, (made: Switching) => object]>([
    ['URL', ({ server }) => ({ url: `${server.mcpUrl}/`, oauth: { ...mine, dpop: false } })],
    ['client', ({ server }) => ({ url: server.mcpUrl, oauth: { dpop: false } })],
  ])('%s stay where they are, and good', async (_, entryOf) => {
    const made = await switching({ dpop: true });
    const before = await storedRecord(made.home);
    const config = configFile({ mcpServers: { notes: entryOf(made) } });
    expect(await desk(config, made.home).person('auth login')).toMatchObject({ exit: 0 });
    expect(made.revocations()).toEqual([]);
    expect(await storedRecord(made.home)).toEqual(before);
    expect(await made.authorization.renews(before.tokens?.refreshToken)).toBe(true);
  });
});
