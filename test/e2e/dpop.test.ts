// Tokens that are bound to a key (RFC 9449), against the certified server and a resource server that checks proofs.
import { describe, expect, test } from 'vitest';
import { boundScene, proofsTo, storedRecord } from '../support/bound.ts';
import { noBrowser } from '../support/browser.ts';
import { serviceClient } from '../support/clients.ts';
import { configFile } from '../support/home.ts';
import { answer } from '../support/loopback.ts';
import { readProof } from '../support/proofs.ts';
import { calledTool } from '../support/protection.ts';
import { errorOf, keep, type Scene } from '../support/scene.ts';
import { registerSecret } from '../support/secrets.ts';
import { sessionServer } from '../support/session-server.ts';
import { sseServer } from '../support/sse-server.ts';

const LIST = '--server notes tools list';
const BOUND = { dpop_bound_access_tokens: true };
const CALL = '--server notes tools call echo text=hello';

/** Whoever comes without a token is refused, and not told how to get one. */
function challengesNothing({ server }: Scene): void {
  server.intercept = (hit, response) => {
    if (hit.path !== new URL(server.mcpUrl).pathname || hit.headers.authorization) return false;
    answer(response, 401, {});
    return true;
  };
}

describe.each([
  ['without nonces', false],
  ['with nonces of both servers', true],
])('%s', (_, nonce) => {
  test('the whole story: sign-in, call, renewal, warm start, logout, each with one key', async () => {
    const made = await boundScene({ nonce });
    const { authorization, server, proofs, home, person, script } = made;
    const { token, registration, revocation } = authorization.paths;
    expect(await person(CALL)).toMatchObject({ exit: 0, stdout: expect.stringContaining('hello') });

    const { proofKey, tokens } = await storedRecord(home);
    expect(tokens?.tokenType).toBe('DPoP');
    expect(proofKey).toMatchObject({ alg: 'ES256', kty: 'EC', crv: 'P-256' });
    const registered = authorization.log.find(({ path }) => path === registration)?.json;
    expect(registered).toMatchObject({ dpop_bound_access_tokens: true });
    const asked = authorization.log.find(({ path }) => path === authorization.paths.authorization)?.params;
    const first = proofsTo(made, token);
    expect(first).toHaveLength(nonce ? 2 : 1);
    expect(first.every((proof) => proof?.thumbprint === asked?.dpop_jkt)).toBe(true);
    expect(first.every((proof) => proof?.claims.htu === `${authorization.url}${token}`)).toBe(true);

    const [before, called] = [authorization.log.length, server.log.length];
    expect(await script(LIST)).toMatchObject({ exit: 0 });
    expect(authorization.log).toHaveLength(before);
    // A nonce is learned once a command.
    const requests = server.log.slice(called).map(({ headers }) => readProof(headers.dpop)?.claims);
    expect(requests.filter((claims) => claims?.nonce === undefined)).toHaveLength(
      nonce ? 1 : requests.length,
    );

    expect(await script('auth refresh')).toMatchObject({ exit: 0 });
    const renewed = await storedRecord(home);
    expect(renewed.proofKey).toEqual(proofKey);
    expect(renewed.tokens?.accessToken).not.toBe(tokens?.accessToken);
    expect(await script(LIST)).toMatchObject({ exit: 0 });

    const all = [...proofsTo(made, token), ...proofs.taken.map((claims) => ({ claims }))];
    const ids = all.map((proof) => proof?.claims.jti);
    expect(new Set(ids).size).toBe(ids.length);
    expect(proofs.taken.length).toBeGreaterThan(4);
    expect(server.log.filter(({ headers }) => headers.authorization?.startsWith('Bearer'))).toEqual([]);

    expect(await person('auth logout')).toMatchObject({ exit: 0 });
    expect(proofsTo(made, revocation).every((proof) => proof?.thumbprint === asked?.dpop_jkt)).toBe(true);
    expect(proofsTo(made, revocation).length).toBeGreaterThan(0);
    expect((await storedRecord(home)).tokens).toBeUndefined();
  });
});

describe.each([
  ['the 2025 revisions with sessions', sessionServer],
  ['HTTP+SSE', sseServer],
])('over %s', (_, serve) => {
  test('every request has a proof for its method and its URL', async () => {
    const made = await boundScene({ nonce: true });
    const { authorization, proofs } = made;
    const older = keep(await serve({ authorizationServers: [authorization], protection: { proofs } }));
    const config = configFile({ mcpServers: { notes: { url: older.mcpUrl } } });
    const line = ['--config-file', config, ...CALL.split(' ')];
    expect(await made.person(line)).toMatchObject({ exit: 0, stdout: expect.stringContaining('hello') });
    await storedRecord(made.home);
    const methods = new Set(proofs.taken.map(({ htm }) => htm));
    expect([...methods].sort()).toEqual(
      serve === sseServer ? ['GET', 'POST'] : expect.arrayContaining(['DELETE', 'POST']),
    );
    expect(proofs.taken.some(({ htu }) => htu.includes('?'))).toBe(false);
  });
});

describe('a nonce of the server', () => {
  test('that changes between two requests costs one more request, not the call', async () => {
    const { proofs, server, home, person } = await boundScene({ nonce: true });
    await person('auth login');
    await storedRecord(home);
    server.intercept = (hit) => {
      if (calledTool(hit)) proofs.nonce = 'the next nonce';
      return false;
    };
    expect(await person(CALL, { browser: noBrowser() })).toMatchObject({ exit: 0 });
    expect(server.calls('tools/call')).toBe(2);
  });

  test('that is another one each time ends the command, without a renewal and without a browser', async () => {
    const { authorization, proofs, server, home, person } = await boundScene({ nonce: true });
    await person('auth login');
    await storedRecord(home);
    const before = authorization.log.length;
    server.intercept = (hit) => {
      if (hit.headers.dpop !== undefined) proofs.nonce = `nonce-${server.log.length}`;
      return false;
    };
    const result = await person('ping --json', { browser: noBrowser() });
    expect(result.exit).toBe(4);
    expect(errorOf(result)).toMatchObject({ code: 'invalid_dpop_proof' });
    expect(authorization.log).toHaveLength(before);
  });
});

test('`oauth.dpop` asks for it where the server does not', async () => {
  const { server, home, person, script } = await boundScene({
    entry: { oauth: { dpop: true } },
    server: { protection: { metadata: ({ dpop_bound_access_tokens_required: _, ...rest }) => rest } },
  });
  expect(await person(LIST)).toMatchObject({ exit: 0 });
  expect((await storedRecord(home)).tokens?.tokenType).toBe('DPoP');
  expect(JSON.parse((await script('auth status notes --json')).stdout)).toMatchObject({ tokenType: 'DPoP' });
  expect((await script('auth status notes')).stdout).toContain('signed in (DPoP)');
  expect(server.log.some(({ headers }) => headers.dpop !== undefined)).toBe(true);
});

test.each([
  ['asked for', { entry: { oauth: { dynamic_registration: { metadata: BOUND } } } }],
  ['not asked for', { authorization: { clientDefaults: BOUND } }],
])('a registration for bound tokens is taken at its word, %s', async (_, options) => {
  const made = await boundScene({
    ...options,
    server: { protection: { metadata: ({ dpop_bound_access_tokens_required: _, ...rest }) => rest } },
  });
  const { home, person } = made;
  challengesNothing(made);
  expect(await person(LIST)).toMatchObject({ exit: 0 });
  expect((await storedRecord(home)).client.bound).toBe(true);
});

test('the resource metadata asks for it, where the refusal says nothing', async () => {
  const made = await boundScene();
  challengesNothing(made);
  expect(await made.person(LIST)).toMatchObject({ exit: 0 });
  expect((await storedRecord(made.home)).tokens?.tokenType).toBe('DPoP');
});

test('the next sign-in keeps the key', async () => {
  const { home, person } = await boundScene();
  await person('auth login');
  const { proofKey, tokens } = await storedRecord(home);
  expect(await person('auth login --force')).toMatchObject({ exit: 0 });
  const after = await storedRecord(home);
  expect(after.proofKey).toEqual(proofKey);
  expect(after.tokens?.accessToken).not.toBe(tokens?.accessToken);
});

test('a service signs in with a key of its own', async () => {
  const client = serviceClient('post');
  const { client_id, client_secret } = client;
  const { home, script } = await boundScene({
    nonce: true,
    entry: {
      oauth: { grant_type: 'client_credentials', client_id, client_secret, scopes: ['mcp:read'] },
    },
    authorization: { clients: [client] },
  });
  expect(await script(LIST)).toMatchObject({ exit: 0 });
  expect((await storedRecord(home)).tokens?.tokenType).toBe('DPoP');
});

test('a server without DPoP is asked for nothing of it', async () => {
  const made = await boundScene({
    authorization: { dpop: 'plain' },
    server: { protection: { proofs: undefined } },
  });
  const { authorization, server } = made;
  expect(await made.person(LIST)).toMatchObject({ exit: 0 });
  const sent = [...authorization.log, ...server.log];
  expect(sent.filter(({ headers, params }) => headers.dpop ?? params.dpop_jkt)).toEqual([]);
  expect((await storedRecord(made.home)).proofKey).toBeUndefined();
});

test('the clock of this machine does not matter where a nonce stands for the time', async () => {
  const { authorization, home, person } = await boundScene({ nonce: true });
  // The resource server here checks both, so only the sign-in is looked at.
  expect(await person('auth login', { clock: 3_600_000 })).toMatchObject({ exit: 0 });
  expect((await storedRecord(home)).tokens?.tokenType).toBe('DPoP');
  expect(authorization.count(authorization.paths.token)).toBe(2);
});

test('`auth token` prints no token that another program could not use', async () => {
  const { home, person, script } = await boundScene();
  await person('auth login');
  const { tokens } = await storedRecord(home);
  const bare = await script('auth token');
  expect(bare).toMatchObject({ exit: 2, stdout: '' });
  expect(bare.stderr).toContain('DPoP');
  const { stdout } = await script('auth token --json', { showsSecrets: true });
  expect(JSON.parse(stdout)).toMatchObject({
    tokenType: 'DPoP',
    accessToken: registerSecret(tokens?.accessToken ?? '', 'token'),
  });
});
