// Pushed authorization requests (RFC 9126), against the certified server.
import { describe, expect, test } from 'vitest';
import { boundScene, proofsTo, storedRecord } from '../support/bound.ts';
import { noBrowser, walkingBrowser } from '../support/browser.ts';
import { staticClient } from '../support/clients.ts';
import { answer } from '../support/loopback.ts';
import { freePort } from '../support/port.ts';
import { errorOf, type Scene, scene } from '../support/scene.ts';

const LIST = '--server notes tools list --json';

const required = { par: 'required' } as const;

/** What the browser brought to the authorization endpoint first. */
function asked({ authorization }: Scene): string[] {
  const hit = authorization.log.find(({ path }) => path === authorization.paths.authorization);
  return Object.keys(hit?.params ?? {}).sort();
}

function pushes({ authorization }: Scene) {
  return authorization.log.filter(({ path }) => path === authorization.paths.push);
}

describe('a server that wants authorization requests pushed', () => {
  test('gets them, and the browser only a name for them', async () => {
    const made = await scene({ authorization: required });
    expect(await made.person(LIST)).toMatchObject({ exit: 0 });
    expect(asked(made)).toEqual(['client_id', 'request_uri']);
    expect(pushes(made)).toHaveLength(1);
    expect(pushes(made)[0]?.params).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      resource: made.server.mcpUrl,
      state: expect.any(String),
      redirect_uri: expect.stringContaining('http://127.0.0.1:'),
    });
    const registration = made.authorization.log.find(
      ({ path }) => path === made.authorization.paths.registration,
    );
    expect(registration).toBeDefined();
  });

  test.each(['post', 'basic'] as const)('is shown the secret of a client by %s', async (method) => {
    const client = staticClient(method);
    const { client_id, client_secret } = client;
    const made = await scene({
      entry: {
        oauth: { client_id, client_secret, redirect_uri: `http://127.0.0.1:${await freePort()}/callback` },
      },
      authorization: { ...required, clients: [client] },
    });
    made.authorization.intercept = (hit, response) => {
      if (method === 'basic' || !hit.headers.authorization?.startsWith('Basic')) return false;
      answer(response, 401, { error: 'invalid_client' });
      return true;
    };
    expect(await made.person(LIST)).toMatchObject({ exit: 0 });
    // Basic is tried first where nothing says.
    expect(pushes(made)).toHaveLength(method === 'basic' ? 1 : 2);
    expect(pushes(made).at(-1)?.params.client_secret).toBe(method === 'post' ? client_secret : undefined);
    expect(made.authorization.count(made.authorization.paths.token)).toBe(1);
  });

  test('gets the thumbprint and a proof of the key as well, with its nonce', async () => {
    const made = await boundScene({ nonce: true, authorization: required });
    expect(await made.person(LIST)).toMatchObject({ exit: 0 });
    await storedRecord(made.home);
    expect(asked(made)).toEqual(['client_id', 'request_uri']);
    const proofs = proofsTo(made, made.authorization.paths.push);
    expect(proofs).toHaveLength(2);
    expect(proofs[1]?.claims.nonce).toBeDefined();
    expect(pushes(made)[1]?.params.dpop_jkt).toBe(proofs[1]?.thumbprint);
    expect(made.authorization.count(made.authorization.paths.token)).toBe(1);
  });

  test.each<[string, number, object | string, string, number]>([
    ['a refusal', 400, { error: 'invalid_request', error_description: 'no' }, 'invalid_request', 4],
    ['a refused client', 401, { error: 'unauthorized_client' }, 'unauthorized_client', 4],
    ['trouble', 503, '', 'server_error', 5],
    ['no name', 201, {}, 'token_response_invalid', 7],
    ['a name with a line break', 201, { request_uri: 'urn:a\nb' }, 'token_response_invalid', 7],
    ['a page', 200, '<h1>Hello</h1>', 'token_response_invalid', 7],
    ['a redirect', 302, '', 'token_response_invalid', 7],
  ])('%s is said, and no browser opens', async (_, status, body, code, exit) => {
    const made = await scene({ authorization: required });
    made.authorization.intercept = (hit, response) => {
      if (hit.path !== made.authorization.paths.push) return false;
      answer(response, status, body);
      return true;
    };
    const result = await made.person(LIST, { browser: noBrowser() });
    expect(result.exit).toBe(exit);
    expect(errorOf(result)).toMatchObject({ code, server: 'notes' });
  });

  test.each<[string, string | undefined, string]>([
    ['that it does not name', undefined, 'metadata_invalid'],
    ['that is not safe', 'http://par.example/request', 'insecure_url'],
    ['that is no URL', 'nowhere', 'invalid_url'],
  ])('at an endpoint %s is refused', async (_, pushed_authorization_request_endpoint, code) => {
    const metadata = (document: object) => ({ ...document, pushed_authorization_request_endpoint });
    const made = await scene({ authorization: { ...required, behaviour: { metadata } } });
    const result = await made.person(LIST, { browser: noBrowser() });
    expect(result.exit).toBe(7);
    expect(errorOf(result).code).toBe(code);
    expect(made.authorization.count(made.authorization.paths.authorization)).toBe(0);
  });

  test('is asked without a scope that it does not know, once', async () => {
    const made = await scene({ authorization: required });
    let refused = 0;
    made.authorization.intercept = (hit, response) => {
      if (hit.path !== made.authorization.paths.push || !hit.params.scope?.includes('offline')) return false;
      refused += 1;
      answer(response, 400, { error: 'invalid_scope' });
      return true;
    };
    const browser = walkingBrowser();
    expect(await made.person(LIST, { browser })).toMatchObject({ exit: 0 });
    expect(refused).toBe(1);
  });
});

test('a registration for pushed requests alone is kept, also where the server takes others', async () => {
  const metadata = { require_pushed_authorization_requests: true };
  const made = await scene({
    authorization: { par: 'offered' },
    entry: { oauth: { dynamic_registration: { metadata } } },
  });
  expect(await made.person(LIST)).toMatchObject({ exit: 0 });
  expect(await made.person('auth login --force')).toMatchObject({ exit: 0 });
  expect(pushes(made)).toHaveLength(2);
  expect(made.authorization.count(made.authorization.paths.registration)).toBe(1);
});

test('a server that only offers it gets requests as ever', async () => {
  const made = await scene({ authorization: { par: 'offered' } });
  expect(await made.person(LIST)).toMatchObject({ exit: 0 });
  expect(pushes(made)).toHaveLength(0);
  expect(asked(made)).toContain('code_challenge');
});
