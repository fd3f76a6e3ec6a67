// How the program comes by a client where none is configured: dynamic registration (RFC 7591).
import { describe, expect, test } from 'vitest';
import { type AuthorizationServer, authorizationServer } from '../support/authorization-server.ts';
import { fault, html, refuse } from '../support/faults.ts';
import { configFile } from '../support/home.ts';
import { answer } from '../support/loopback.ts';
import { modernServer } from '../support/modern-server.ts';
import { freePort } from '../support/port.ts';
import { desk, errorOf, keep, scene } from '../support/scene.ts';
import { registerSecret } from '../support/secrets.ts';

const LIST = 'tools list --json';
const REG = '/reg';

function registrations({ log }: AuthorizationServer): Record<string, unknown>[] {
  return log.filter(({ path }) => path === REG).map(({ json }) => json as Record<string, unknown>);
}

function redirects({ log, paths }: AuthorizationServer): (string | undefined)[] {
  return log.filter(({ path }) => path === paths.authorization).map(({ params }) => params.redirect_uri);
}

describe('what is registered', () => {
  test('is a native public client with the redirect that is listened on, and no scope', async () => {
    const { authorization, person } = await scene();
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    const [redirect] = redirects(authorization);
    expect(redirect).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback\/[\w-]{8}$/);
    expect(registrations(authorization)).toEqual([
      {
        client_name: 'mcp-cli',
        application_type: 'native',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        redirect_uris: [redirect],
      },
    ]);
  });

  test('has the configured name', async () => {
    const { authorization, person } = await scene({ entry: { oauth: { client_name: 'Notes of Ada' } } });
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(registrations(authorization)[0]).toMatchObject({ client_name: 'Notes of Ada' });
  });

  test('is the configured metadata as given, with its first loopback redirect bound', async () => {
    const redirect = `http://localhost:${await freePort()}/oauth/callback`;
    const metadata = {
      client_name: 'MCPHub',
      redirect_uris: ['https://hub.example.com/oauth/callback', redirect],
      grant_types: ['authorization_code', 'refresh_token'],
      contacts: ['ada@example.com'],
    };
    const { authorization, person } = await scene({
      entry: { oauth: { dynamicRegistration: { enabled: true, metadata } } },
    });
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    const [sent] = registrations(authorization);
    const { redirect_uris: uris, ...rest } = sent ?? {};
    expect(rest).toEqual({
      client_name: 'MCPHub',
      application_type: 'native',
      grant_types: metadata.grant_types,
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      contacts: metadata.contacts,
    });
    expect(new Set(uris as string[])).toEqual(new Set(metadata.redirect_uris));
    expect(redirects(authorization)).toEqual([redirect]);
  });
});

describe('an initial access token', () => {
  const TOKEN = registerSecret('the-initial-access-token', 'initial_access_token');
  const entry = { oauth: { dynamicRegistration: { enabled: true, initialAccessToken: TOKEN } } };

  test('goes with the registration request, and nowhere else', async () => {
    const { authorization, server, person, script } = await scene({
      entry,
      authorization: { registration: { token: TOKEN } },
    });
    const first = await person(LIST);
    expect(first).toMatchObject({ exit: 0 });
    expect(first.stderr).toContain(`the initial access token of notes goes to ${authorization.issuer}`);
    authorization.forgetAccessTokens();
    expect(await script(LIST)).toMatchObject({ exit: 0 });
    const carrying = [...authorization.log, ...server.log].filter((hit) =>
      JSON.stringify(hit).includes(TOKEN),
    );
    expect(carrying.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      [REG, `Bearer ${TOKEN}`],
    ]);
  });

  test('does not follow the server to another authorization server', async () => {
    const registration = { token: TOKEN };
    const { authorization, server, person } = await scene({ entry, authorization: { registration } });
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    const other = keep(await authorizationServer({ registration }));
    server.protection.authorizationServers = [other];
    const result = await person('auth login --force --json');
    expect(result.exit).toBe(7);
    expect(errorOf(result)).toMatchObject({
      code: 'issuer_changed',
      hint: `the initial access token was for ${authorization.issuer}; if the move is genuine, set mcpServers.notes.oauth.issuer to ${other.issuer}`,
    });
    expect(other.count(REG)).toBe(0);
  });

  test('that is missing is named', async () => {
    const { person } = await scene({ authorization: { registration: { token: TOKEN } } });
    const result = await person(LIST);
    expect(result.exit).toBe(4);
    expect(errorOf(result)).toMatchObject({
      code: 'registration_refused',
      hint: expect.stringContaining('mcpServers.notes.oauth.dynamicRegistration.initialAccessToken'),
    });
  });
});

describe('where to register', () => {
  test('dynamicRegistration.issuer names the server, whatever the resource lists', async () => {
    const [listed, named] = [keep(await authorizationServer()), keep(await authorizationServer())];
    const server = keep(await modernServer({ authorizationServers: [listed, named] }));
    const oauth = { dynamicRegistration: { enabled: true, issuer: named.issuer } };
    const { person } = desk(configFile({ mcpServers: { notes: { url: server.mcpUrl, oauth } } }));
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(named.count(REG)).toBe(1);
    expect(listed.log).toEqual([]);
  });

  test('a configured endpoint is used, though metadata names none', async () => {
    const authorization = keep(await authorizationServer());
    authorization.behaviour.metadata = (document) => ({ ...document, registration_endpoint: undefined });
    const server = keep(await modernServer({ authorizationServers: [authorization] }));
    const oauth = { registration_url: `${authorization.url}${REG}` };
    const { person } = desk(configFile({ mcpServers: { notes: { url: server.mcpUrl, oauth } } }));
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(authorization.count(REG)).toBe(1);
  });
});

describe('no registration', () => {
  const ways = ['oauth.client_id', 'oauth.client_metadata_url', 'bearer_token_env'];

  test('where dynamicRegistration.enabled is false', async () => {
    const { authorization, person } = await scene({
      entry: { oauth: { dynamicRegistration: { enabled: false } } },
    });
    const result = await person(LIST);
    expect(result.exit).toBe(4);
    const error = errorOf(result);
    expect(error.code).toBe('registration_unavailable');
    for (const way of ways) expect(error.hint).toContain(way);
    expect(error.message).toContain('dynamicRegistration.enabled');
    expect(authorization.count(REG)).toBe(0);
  });

  test.each([
    ['the server offers none', { registration: 'closed' as const }, undefined],
    ['it is advertised and forbidden', {}, refuse(REG, 'access_denied', 403)],
    ['it is advertised and not there', {}, html(REG, 404)],
  ])('because %s: the three ways on are told', async (_, options, intercept) => {
    const { authorization, person } = await scene({ authorization: options });
    authorization.intercept = intercept;
    const result = await person(LIST);
    expect(result.exit).toBe(4);
    const error = errorOf(result);
    expect(error).toMatchObject({ code: 'registration_unavailable', server: 'notes' });
    for (const way of ways) expect(error.hint).toContain(way);
    expect(error.message).toContain(authorization.issuer);
  });

  test.each([
    ['refused', refuse(REG, 'invalid_client_metadata', 400), 4, 'registration_refused'],
    ['refused for its redirect', refuse(REG, 'invalid_redirect_uri', 400), 4, 'registration_refused'],
    ['broken', html(REG, 200), 7, 'registration_invalid'],
    ['in trouble', html(REG, 502), 5, 'server_error'],
    ['without a client_id', fault(REG, (response) => answer(response, 201, {})), 7, 'registration_invalid'],
  ] as const)('that is %s opens no browser', async (_, intercept, exit, code) => {
    const { authorization, person } = await scene();
    authorization.intercept = intercept;
    const result = await person(LIST);
    expect(result.exit).toBe(exit);
    expect(errorOf(result)).toMatchObject({ code, server: 'notes' });
    expect(authorization.count(authorization.paths.authorization)).toBe(0);
  });

  test('a redirect that is refused is tried once more under the name localhost', async () => {
    const { authorization, person } = await scene();
    authorization.intercept = refuse(REG, 'invalid_redirect_uri', 400, 1);
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    const sent = registrations(authorization).map(
      ({ redirect_uris: uris }) => new URL(String(uris)).hostname,
    );
    expect(sent).toEqual(['127.0.0.1', 'localhost']);
    expect(new URL(String(redirects(authorization)[0])).hostname).toBe('localhost');
  });
});
