// The way back from the browser: ports, redirects, strangers at the listener, and nobody at all.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { idleBrowser, noBrowser } from '../support/browser.ts';
import { staticClient } from '../support/clients.ts';
import { refuse } from '../support/faults.ts';
import { keep, scene } from '../support/scene.ts';
import { expectTold, type Told } from '../support/told.ts';
import { walk } from '../support/walk.mjs';

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((each) => each?.address === '::1');

/** A server `notes` with a client entered by hand, for this redirect. */
function withClient(redirect: string, registered = [redirect]) {
  const client = staticClient('none', registered);
  return scene({
    authorization: { clients: [client] },
    entry: { oauth: { client_id: client.client_id, redirect_uri: redirect } },
  });
}

/** Somebody else's program on a port of this address. */
async function occupant(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ host, port: 0, exclusive: true }, resolve));
  keep({ close: () => new Promise<void>((resolve) => server.close(() => resolve())) });
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the port of a configured redirect', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['localhost', '127.0.0.1'],
    ...(hasIpv6
      ? [
          ['localhost', '::1'],
          ['[::1]', '::1'],
        ]
      : []),
  ] as [string, string][])('for %s, in use on %s', async (name, host) => {
    const port = await occupant(host);
    const { authorization, person } = await withClient(`http://${name}:${port}/callback`);
    const result = await person('tools list --json', { browser: noBrowser() });
    const error = expectTold(result, {
      exit: 3,
      code: 'port_in_use',
      says: `port ${port} is in use`,
      hint: 'mcpServers.notes.oauth.redirect_uri',
      server: 'notes',
    });
    expect(error.hint).toContain(`port ${port}`);
    expect(authorization.count('/auth')).toBe(0);
  });
});

describe('a redirect', () => {
  test('that is not on this machine', async () => {
    const { person } = await withClient('https://app.example/callback');
    const result = await person('tools list --json', { browser: noBrowser() });
    expectTold(result, {
      exit: 3,
      code: 'redirect_not_loopback',
      says: 'https://app.example/callback',
      hint: 'mcpServers.notes.oauth.redirect_uri',
      server: 'notes',
    });
  });

  test('that the authorization server does not know: it shows a page and never comes back', async () => {
    const redirect = `http://127.0.0.1:${await freePort()}/other`;
    const { authorization, person } = await withClient(redirect, ['http://127.0.0.1/callback']);
    const result = await person('--login-timeout 400ms tools list --json');
    const error = expectTold(result, {
      exit: 4,
      code: 'login_timeout',
      hint: /mcpServers\.notes\.oauth\.client_id and redirect_uri/,
      server: 'notes',
    });
    expect(error.hint).toContain(redirect);
    expect(authorization.count('/auth')).toBe(1);
    expect(authorization.count('/token')).toBe(0);
  });

  test.each<[string, string, Told]>([
    [
      'invalid_redirect_uri',
      'a redirect to this machine',
      {
        exit: 4,
        code: 'registration_refused',
        hint: /mcpServers\.notes\.oauth\.client_id and redirect_uri/,
      },
    ],
    [
      'invalid_client_metadata',
      'invalid_client_metadata',
      { exit: 4, code: 'registration_refused', hint: 'mcpServers.notes.oauth.client_id' },
    ],
    [
      'invalid_token',
      'invalid_token',
      {
        exit: 4,
        code: 'registration_refused',
        hint: 'mcpServers.notes.oauth.dynamicRegistration.initialAccessToken',
      },
    ],
  ])('refused at the registration with %s', async (error, says, told) => {
    const { authorization, person } = await scene();
    authorization.intercept = refuse('/reg', error, error === 'invalid_token' ? 401 : 400);
    const result = await person('tools list --json', { browser: noBrowser() });
    expectTold(result, { says, server: 'notes', ...told });
  });
});

test('a client that is unknown at the authorization server', async () => {
  const redirect = `http://127.0.0.1:${await freePort()}/callback`;
  const { person } = await scene({ entry: { oauth: { client_id: 'nobody', redirect_uri: redirect } } });
  const result = await person('--login-timeout 400ms tools list --json');
  expectTold(result, { exit: 4, code: 'login_timeout', hint: 'mcpServers.notes.oauth.client_id' });
});

test('a registration that the server has forgotten: the hint ends it', async () => {
  const { authorization, person, script } = await scene();
  expect((await person('auth login')).exit).toBe(0);
  authorization.forgetClients();
  const result = await person('--login-timeout 400ms auth login --force --json');
  expectTold(result, { exit: 4, code: 'login_timeout', hint: 'mcp-cli auth reset notes', server: 'notes' });
  await script('auth reset notes --yes');
  expect(await person('tools list --json')).toMatchObject({ exit: 0 });
});

test('nobody finishes the sign-in: the limit ends it, and the port is free', async () => {
  const port = await freePort();
  const { person } = await withClient(`http://127.0.0.1:${port}/callback`);
  for (let round = 0; round < 2; round++) {
    const result = await person('--login-timeout 200ms tools list --json', { browser: idleBrowser() });
    expectTold(result, { exit: 4, code: 'login_timeout', hint: '--login-timeout', server: 'notes' });
  }
});

describe('a caller of the listener that is not the answer', () => {
  test.each<[string, (callback: URL) => void]>([
    ['with another state', (url) => url.searchParams.set('state', 'a-guess')],
    ['without a state', (url) => url.searchParams.delete('state')],
    ['with the state twice', (url) => url.searchParams.append('state', 'a-guess')],
    ['with neither code nor error', (url) => url.searchParams.delete('code')],
    [
      'with an error and another state',
      (url) => {
        url.searchParams.set('state', 'a-guess');
        url.searchParams.set('error', 'access_denied');
      },
    ],
  ])('%s gets 400, and the good one wins', async (_, forge) => {
    const { authorization, person } = await scene();
    const statuses: number[] = [];
    let visit: Promise<unknown> = Promise.resolve();
    const browser = {
      ...idleBrowser(),
      async openUrl(start: string) {
        visit = untilCallback(start).then(async (callback) => {
          const forged = new URL(callback);
          forge(forged);
          for (const url of [forged, callback]) statuses.push((await fetch(url)).status);
        });
      },
      visits: async () => {
        await visit;
        return [];
      },
    };
    const result = await person('tools list --json', { browser });
    expect(result.exit).toBe(0);
    expect(statuses).toEqual([400, 200]);
    expect(authorization.count('/token')).toBe(1);
  });

  test('the link for the browser, opened twice, ends the sign-in', async () => {
    const { authorization, person } = await scene();
    let visit: Promise<unknown> = Promise.resolve();
    const browser = {
      ...idleBrowser(),
      async openUrl(start: string) {
        const look = () => fetch(start, { redirect: 'manual' });
        visit = look().then(look);
      },
      visits: async () => {
        await visit;
        return [];
      },
    };
    const told = { exit: 4, code: 'start_link_reused', hint: '--no-browser', server: 'notes' };
    expectTold(await person('tools list --json', { browser }), told);
    expect(authorization.count('/token')).toBe(0);
  });
});

/** Walks up to the redirect back to the program, and does not follow it. */
async function untilCallback(start: string): Promise<URL> {
  const { origin } = new URL(start);
  let callback: URL | undefined;
  await walk(start, {
    tamper(target) {
      if (target.origin !== origin) return undefined;
      callback = target;
      throw new Error('arrived');
    },
  }).catch(() => undefined);
  if (callback === undefined) throw new Error('the browser was never sent back');
  return callback;
}
