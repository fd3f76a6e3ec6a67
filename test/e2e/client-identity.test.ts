// Which client a later sign-in uses: the one of last time, another one, or none of another server's.
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type AuthorizationServer, authorizationServer } from '../support/authorization-server.ts';
import { idleBrowser } from '../support/browser.ts';
import { staticClient } from '../support/clients.ts';
import { refuse, refuseAtAuthorization, rewrite } from '../support/faults.ts';
import { featureServer } from '../support/feature-server.ts';
import { configFile } from '../support/home.ts';
import type { Hit } from '../support/loopback.ts';
import { freePort } from '../support/port.ts';
import { desk, errorOf, keep, scene } from '../support/scene.ts';

const LIST = 'tools list --json';
const AGAIN = 'auth login --force';
const REG = '/reg';

function authorizations({ log, paths }: AuthorizationServer): Record<string, string>[] {
  return log.filter(({ path }) => path === paths.authorization).map(({ params }) => params);
}

function tokenRequests({ log, paths }: AuthorizationServer): Hit[] {
  return log.filter(({ path }) => path === paths.token);
}

async function occupy(port: number): Promise<void> {
  const taker = createServer();
  await new Promise<void>((resolve) => taker.listen(port, '127.0.0.1', resolve));
  keep({ close: () => new Promise<void>((resolve) => void taker.close(() => resolve())) });
}

describe('a client metadata document', () => {
  const url = 'https://me.example/mcp-cli.json';
  const entry = { oauth: { client_metadata_url: url } };
  const clients = [{ ...staticClient('none'), client_id: url }];

  test('is the client where the server takes them', async () => {
    const { authorization, person, script } = await scene({ entry, authorization: { clients } });
    authorization.behaviour.metadata = (it) => ({ ...it, client_id_metadata_document_supported: true });
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    authorization.forgetAccessTokens();
    expect(await script(LIST)).toMatchObject({ exit: 0 });
    expect(authorization.count(REG)).toBe(0);
    expect(authorizations(authorization)[0]?.client_id).toBe(url);
    expect(authorizations(authorization)[0]?.redirect_uri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    expect(tokenRequests(authorization).map(({ params }) => params.client_id)).toEqual([url, url]);
  });

  test('is the client at the next authorization server too, and nothing is registered', async () => {
    const { server, person } = await scene({ entry, authorization: { clients } });
    const able = (it: object) => ({ ...it, client_id_metadata_document_supported: true });
    const next = keep(await authorizationServer({ clients }));
    const [first] = server.protection.authorizationServers as [AuthorizationServer];
    for (const each of [first, next]) each.behaviour.metadata = able;
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    server.protection.authorizationServers = [next];
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    for (const each of [first, next]) {
      expect(authorizations(each).map(({ client_id }) => client_id)).toEqual([url]);
      expect(each.count(REG)).toBe(0);
    }
  });

  test('gives way to registration where it does not', async () => {
    const { authorization, person } = await scene({ entry });
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(authorization.count(REG)).toBe(1);
    expect(authorizations(authorization)[0]?.client_id).not.toBe(url);
  });

  test('gives way to a configured client', async () => {
    const { authorization, person } = await scene({
      entry: { oauth: { client_metadata_url: url, client_id: 'public-client' } },
      authorization: { clients: [staticClient('none'), ...clients] },
    });
    authorization.behaviour.metadata = (it) => ({ ...it, client_id_metadata_document_supported: true });
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(authorizations(authorization)[0]?.client_id).toBe('public-client');
  });
});

describe('a registered client', () => {
  test('is used again at the same redirect, after a logout too', async () => {
    const { authorization, person } = await scene();
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(await person(AGAIN)).toMatchObject({ exit: 0 });
    expect(await person('auth logout')).toMatchObject({ exit: 0 });
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(authorization.count(REG)).toBe(1);
    const sent = authorizations(authorization);
    expect(new Set(sent.map(({ client_id, redirect_uri }) => `${client_id} ${redirect_uri}`)).size).toBe(1);
    expect(sent).toHaveLength(3);
  });

  test('is registered anew where its port is taken', async () => {
    const { authorization, person } = await scene();
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    const port = new URL(authorizations(authorization)[0]?.redirect_uri ?? '').port;
    await occupy(Number(port));
    expect(await person(AGAIN)).toMatchObject({ exit: 0 });
    expect(authorization.count(REG)).toBe(2);
    const [first, second] = authorizations(authorization).map(
      ({ redirect_uri }) => new URL(redirect_uri ?? ''),
    );
    expect(second?.port).not.toBe(port);
    expect(second?.pathname).toBe(first?.pathname);
  });

  test('is registered anew once its secret has expired, and not before', async () => {
    const metadata = { token_endpoint_auth_method: 'client_secret_basic' };
    const { authorization, person } = await scene({
      entry: { oauth: { dynamicRegistration: { enabled: true, metadata } } },
    });
    const expires = Math.floor(Date.now() / 1000) + 600;
    authorization.intercept = rewrite(REG, (it) => ({ ...it, client_secret_expires_at: expires }));
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(await person(AGAIN, { clock: 500_000 })).toMatchObject({ exit: 0 });
    expect(authorization.count(REG)).toBe(1);
    expect(await person(AGAIN, { clock: 700_000 })).toMatchObject({ exit: 0 });
    expect(authorization.count(REG)).toBe(2);
  });

  test.each(['invalid_client', 'invalid_client in the browser'])(
    'that the server has forgotten is registered anew, once: %s',
    async (how) => {
      const { authorization, person } = await scene();
      const { authorization: authorize, token } = authorization.paths;
      expect(await person(LIST)).toMatchObject({ exit: 0 });
      authorization.intercept =
        how === 'invalid_client'
          ? refuse(token, 'invalid_client', 401, 1)
          : refuseAtAuthorization(authorize, 'invalid_client', authorization.issuer, 1);
      expect(await person(AGAIN)).toMatchObject({ exit: 0 });
      expect(authorization.count(REG)).toBe(2);
      const ids = authorizations(authorization).map(({ client_id }) => client_id);
      expect(ids).toHaveLength(3);
      expect(ids[1]).toBe(ids[0]);
      expect(ids[2]).not.toBe(ids[0]);
    },
  );

  test('that is refused a second time is an error, and no loop', async () => {
    const { authorization, person } = await scene();
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    authorization.intercept = refuse(authorization.paths.token, 'invalid_client', 401);
    const result = await person([...AGAIN.split(' '), '--json']);
    expect(result.exit).toBe(4);
    expect(errorOf(result).code).toBe('invalid_client');
    expect(authorization.count(REG)).toBe(2);
    expect(authorizations(authorization)).toHaveLength(3);
  });

  test('that a refresh found forgotten is not sent to the browser again', async () => {
    const { authorization, person, script } = await scene();
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    authorization.forgetAccessTokens();
    authorization.forgetClients();
    expect(errorOf(await script(LIST)).code).toBe('login_required');
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(authorization.count(REG)).toBe(2);
    expect(authorizations(authorization)).toHaveLength(2);
  });

  test('may be why nobody comes back from the browser: the way on is told', async () => {
    const { authorization, person } = await scene();
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    authorization.forgetClients();
    const line = `${AGAIN} --json --login-timeout 300ms`;
    const error = errorOf(await person(line, { browser: idleBrowser() }));
    expect(error.code).toBe('login_timeout');
    expect(error.hint).toContain('mcp-cli auth reset notes');
  });
});

describe('how a registered client is authenticated', () => {
  const methodOf = ({ headers, params }: Hit) => {
    if (headers.authorization?.startsWith('Basic ')) return 'client_secret_basic';
    return params.client_secret === undefined ? 'none' : 'client_secret_post';
  };

  test.each(['client_secret_basic', 'client_secret_post', 'none'])(
    'as registration answers: %s',
    async (method) => {
      const metadata = { token_endpoint_auth_method: method === 'none' ? 'none' : 'client_secret_basic' };
      const { authorization, person, script } = await scene({
        entry: { oauth: { dynamicRegistration: { enabled: true, metadata } } },
      });
      authorization.intercept = rewrite(REG, (it) => ({ ...it, token_endpoint_auth_method: method }));
      expect(await person(LIST)).toMatchObject({ exit: 0 });
      authorization.forgetAccessTokens();
      expect(await script(LIST)).toMatchObject({ exit: 0 });
      expect(tokenRequests(authorization).map(methodOf)).toEqual([method, method]);
    },
  );

  test('a secret that nobody asked for is posted', async () => {
    const server = keep(await featureServer('internal'));
    server.quirks.secretAnyway = true;
    const { person } = desk(configFile({ mcpServers: { notes: { url: server.mcpUrl } } }));
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(server.log.filter(({ path }) => path === '/token').map(methodOf)).toEqual(['client_secret_post']);
  });

  test('a public client that is not allowed is registered once more without naming a method', async () => {
    const { authorization, person } = await scene();
    authorization.intercept = refuse(authorization.paths.token, 'unauthorized_client', 400, 1);
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    const sent = authorization.log.filter(({ path }) => path === REG).map(({ params }) => params);
    expect(sent.map((body) => body.token_endpoint_auth_method)).toEqual(['none', undefined]);
    expect(tokenRequests(authorization).map(methodOf)).toEqual(['none', 'client_secret_basic']);
  });
});

describe('credentials belong to the issuer that gave them', () => {
  test.each(['a redirect of its own', 'the same redirect'])(
    'a server that moved is noticed, and the new one sees nothing of the old: %s',
    async (how) => {
      const metadata = { redirect_uris: [`http://localhost:${await freePort()}/callback`] };
      const oauth = { dynamicRegistration: { enabled: true, metadata } };
      const made = await scene({ entry: how === 'the same redirect' ? { oauth } : {} });
      const { authorization: old, server, person } = made;
      expect(await person(LIST)).toMatchObject({ exit: 0 });
      const next = keep(await authorizationServer());
      server.protection.authorizationServers = [next];
      expect(await person(LIST)).toMatchObject({ exit: 0 });
      expect(next.count(REG)).toBe(1);
      const [{ client_id } = {}] = authorizations(old);
      expect(JSON.stringify(next.log)).not.toContain(client_id);
      expect(tokenRequests(next).map(({ params }) => params.grant_type)).toEqual(['authorization_code']);
    },
  );

  test('a configured secret does not move with the server, unless the person moves it', async () => {
    const client = staticClient('basic');
    const { client_id, client_secret } = client;
    const options = { clients: [client] };
    const made = await scene({ entry: { oauth: { client_id, client_secret } }, authorization: options });
    const { authorization: old, server, person, home } = made;
    const first = await person(LIST);
    expect(first).toMatchObject({ exit: 0 });
    expect(first.stderr).toContain(`the client secret of notes goes to ${old.issuer}`);
    const next = keep(await authorizationServer(options));
    server.protection.authorizationServers = [next];
    const result = await person(LIST);
    expect(result.exit).toBe(7);
    expect(errorOf(result)).toMatchObject({ code: 'issuer_changed', server: 'notes' });
    expect(next.count(next.paths.token) + next.count(next.paths.authorization)).toBe(0);
    const oauth = { client_id, client_secret, issuer: next.issuer };
    const moved = desk(configFile({ mcpServers: { notes: { url: server.mcpUrl, oauth } } }), home);
    expect(await moved.person(LIST)).toMatchObject({ exit: 0 });
  });
});
