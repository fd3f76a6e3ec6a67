// What a bound sign-in is protected from: a stolen token, a server that binds no more, a key that is gone or wrong.
import { describe, expect, test } from 'vitest';
import { boundScene, proofsTo, storedRecord, storeRecord } from '../support/bound.ts';
import { noBrowser } from '../support/browser.ts';
import { configFile } from '../support/home.ts';
import { answer } from '../support/loopback.ts';
import { errorOf, type Scene } from '../support/scene.ts';
import { registerSecret } from '../support/secrets.ts';

const LIST = '--server notes tools list --json';

/** From now on its token endpoint gives tokens that are good for whoever has them. */
function bindsNothing({ authorization }: Scene): void {
  authorization.intercept = (hit, response) => {
    if (hit.path !== authorization.paths.token) return false;
    const access_token = registerSecret('a-token-that-is-good-for-anybody', 'token');
    answer(response, 200, { access_token, token_type: 'Bearer', expires_in: 3600 });
    return true;
  };
}

describe('a token that was stolen', () => {
  test('is refused without its key, and with another one', async () => {
    const { home, server, person } = await boundScene();
    await person('auth login');
    const { tokens } = await storedRecord(home);
    const ask = (headers: Record<string, string>) => fetch(server.mcpUrl, { method: 'POST', headers });
    const bearer = await ask({ authorization: `Bearer ${tokens?.accessToken}` });
    expect(bearer.status).toBe(401);
    const unproved = await ask({ authorization: `DPoP ${tokens?.accessToken}` });
    expect(unproved.headers.get('www-authenticate')).toContain('invalid_dpop_proof');

    const thief = await boundScene();
    await thief.person('auth login');
    const { proofKey } = await storedRecord(thief.home);
    await storeRecord(home, { ...(await storedRecord(home)), proofKey });
    const result = await person(LIST, { browser: noBrowser(), env: { CI: 'true' } });
    expect(result.exit).toBe(4);
    const token = server.log.at(-1)?.headers;
    expect(token?.authorization).toBe(`DPoP ${tokens?.accessToken}`);
  });

  test('a proof that was seen is not good for a second request', async () => {
    const { home, server, person, proofs } = await boundScene();
    await person('auth login');
    const { tokens } = await storedRecord(home);
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    const { authorization, dpop } = server.log.findLast(({ headers }) => headers.dpop)?.headers ?? {};
    expect(authorization).toBe(`DPoP ${tokens?.accessToken}`);
    const headers = { authorization: String(authorization), dpop: String(dpop) };
    const again = await fetch(server.mcpUrl, { method: 'POST', headers });
    expect(again.headers.get('www-authenticate')).toContain('invalid_dpop_proof');
    expect(proofs.taken.length).toBeGreaterThan(0);
  });
});

describe('a token that is not bound', () => {
  test('is not taken at the first sign-in that asks for one that is', async () => {
    const made = await boundScene({ entry: { oauth: { dpop: true } } });
    bindsNothing(made);
    const result = await made.person(LIST);
    expect(result.exit).toBe(7);
    expect(errorOf(result)).toMatchObject({
      code: 'dpop_downgraded',
      server: 'notes',
      hint: expect.stringContaining('oauth.dpop'),
    });
    expect(made.server.log.some(({ headers }) => headers.authorization)).toBe(false);
  });

  test('is not taken by a renewal, and the sign-in stays', async () => {
    const made = await boundScene();
    await made.person('auth login');
    const before = await storedRecord(made.home);
    bindsNothing(made);
    const result = await made.script('auth refresh --json');
    expect(result.exit).toBe(7);
    expect(errorOf(result).code).toBe('dpop_downgraded');
    expect(await storedRecord(made.home)).toEqual(before);
  });

  test('is not taken after a logout either, though the server has stopped asking', async () => {
    const made = await boundScene();
    await made.person('auth login');
    await storedRecord(made.home);
    await made.person('auth logout');
    made.server.protection.proofs = undefined;
    bindsNothing(made);
    expect(errorOf(await made.person(LIST)).code).toBe('dpop_downgraded');
    // A sign-in that knows of nothing has nothing to hold it against.
    await made.person('auth reset notes --yes');
    expect(errorOf(await made.person(LIST)).code).toBe('token_rejected');
  });

  test('that lies in the store is not used once `oauth.dpop` is set, nor a bound one once it is not', async () => {
    const made = await boundScene({ server: { protection: { proofs: undefined } } });
    const { authorization, server, home, person, script } = made;
    await person('auth login');
    const entry = (dpop: boolean) =>
      configFile({ mcpServers: { notes: { url: server.mcpUrl, oauth: { dpop } } } });
    const [bound, free] = [entry(true), entry(false)];
    const status = async (config: string) =>
      (await script(['--config-file', config, 'auth', 'status'])).stdout;
    expect(await status(bound)).toContain('signed out');
    expect(await person(['--config-file', bound, 'auth', 'login'])).toMatchObject({ exit: 0 });
    expect((await storedRecord(home)).tokens?.tokenType).toBe('DPoP');
    expect(await status(free)).toContain('signed out');
    expect(await person(['--config-file', free, 'auth', 'login'])).toMatchObject({ exit: 0 });
    expect(await storedRecord(home)).not.toHaveProperty('proofKey');
    expect(proofsTo(made, authorization.paths.token).filter(Boolean)).toHaveLength(1);
  });
});

describe('`oauth.dpop` set to false: never', () => {
  const never = { entry: { oauth: { dpop: false } } };
  const proofs = ({ authorization, server }: Scene) =>
    [...authorization.log, ...server.log].filter(({ headers, params }) => headers.dpop ?? params.dpop_jkt);

  test('though the metadata asks for it', async () => {
    const made = await boundScene(never);
    expect((await made.person(LIST)).exit).toBe(4);
    expect(proofs(made)).toEqual([]);
  });

  test('though the token endpoint asks for it', async () => {
    const made = await boundScene(never);
    const { authorization } = made;
    authorization.intercept = (hit, response) => {
      if (hit.path !== authorization.paths.token) return false;
      answer(response, 400, { error: 'use_dpop_nonce' });
      return true;
    };
    expect((await made.person(LIST)).exit).toBe(4);
    expect(proofs(made)).toEqual([]);
  });
});

test('a server that signs with nothing that we can is said to, before a browser opens', async () => {
  const made = await boundScene({ authorization: { proofAlgorithms: ['EdDSA'] } });
  const result = await made.person(LIST, { browser: noBrowser() });
  expect(result.exit).toBe(7);
  expect(errorOf(result)).toMatchObject({ code: 'dpop_unsupported', hint: expect.stringContaining('ES256') });
});

test('a wrong clock is named where there is no nonce', async () => {
  const { authorization, server, home, person } = await boundScene();
  const late = await person('auth login --json', { clock: 3_600_000 });
  expect(late.exit).toBe(4);
  expect(errorOf(late)).toMatchObject({
    code: 'invalid_dpop_proof',
    hint: expect.stringContaining('clock'),
  });
  await person('auth login');
  await storedRecord(home);
  const before = authorization.log.length;
  const call = await person(LIST, { clock: 600_000, browser: noBrowser() });
  expect(errorOf(call)).toMatchObject({ code: 'invalid_dpop_proof', server: 'notes' });
  expect(authorization.log).toHaveLength(before);
  expect(server.log.at(-1)?.headers.dpop).toBeDefined();
});

test('a token endpoint that asks for a proof nobody told of gets one, with the same code', async () => {
  const made = await boundScene({ server: { protection: { proofs: undefined } } });
  const { authorization } = made;
  authorization.intercept = (hit, response) => {
    if (hit.path !== authorization.paths.token || hit.headers.dpop !== undefined) return false;
    answer(response, 400, { error: 'invalid_dpop_proof' });
    return true;
  };
  await made.person('auth login');
  expect((await storedRecord(made.home)).tokens?.tokenType).toBe('DPoP');
  const codes = authorization.log.filter(({ path }) => path === authorization.paths.token);
  expect(new Set(codes.map(({ params }) => params.code)).size).toBe(1);
  expect(codes).toHaveLength(2);
});

test('a token that is said to be bound to a key nobody showed is no token', async () => {
  const made = await boundScene({ server: { protection: { proofs: undefined } } });
  const { authorization } = made;
  authorization.intercept = (hit, response) => {
    if (hit.path !== authorization.paths.token) return false;
    answer(response, 200, { access_token: registerSecret('bound-to-whom', 'token'), token_type: 'DPoP' });
    return true;
  };
  expect(errorOf(await made.person(LIST)).code).toBe('token_response_invalid');
});

test('a key that is none is told as a damaged sign-in, and nothing of it is shown', async () => {
  const { home, person, script } = await boundScene();
  await person('auth login');
  const record = await storedRecord(home);
  const x = registerSecret('A'.repeat(11) + 'notApointOnTheCurve'.padEnd(32, 'B'), 'key');
  await storeRecord(home, { ...record, proofKey: { ...record.proofKey, x } });
  const result = await script(`${LIST} --verbose`);
  expect(result.exit).toBe(6);
  expect(errorOf(result)).toMatchObject({ code: 'corrupt', hint: expect.stringContaining('auth reset') });
  expect(await person('auth logout')).toMatchObject({ exit: 6 });
});
