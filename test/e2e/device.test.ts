// Signing in with a device code (RFC 8628) at the certified authorization server.
import { describe, expect, test } from 'vitest';
import { noBrowser } from '../support/browser.ts';
import { staticClient } from '../support/clients.ts';
import { devicePerson } from '../support/device.ts';
import { refuse } from '../support/faults.ts';
import type { Hit } from '../support/loopback.ts';
import { notes, toolNames } from '../support/person.ts';
import { desk, errorOf, type SceneOptions, scene } from '../support/scene.ts';

const LIST = '--server notes tools list --json';
const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const device = { oauth: { grant_type: 'device_code' } };

const asked = (log: Hit[], path: string) =>
  log.filter((hit) => hit.path === path).map(({ params }) => params);

describe('a device code', () => {
  test.each([
    ['the flag', {}, `${LIST} --device`],
    ['the configuration', device, LIST],
  ])('by %s: signs in, and the next command needs nobody', async (_, entry, line) => {
    const { authorization, server, person, script } = await scene({ entry, authorization: { device: true } });
    const browser = devicePerson(authorization);
    const result = await person(line, { browser });
    expect(result).toMatchObject({ exit: 0 });
    expect(toolNames(result)).toContain('echo');
    expect(result.stderr).toContain(browser.code());
    expect(browser.opened).toEqual([`${authorization.issuer}/device`]);
    const { paths, log } = authorization;
    expect(asked(log, paths.registration)).toHaveLength(1);
    expect(log.find(({ path }) => path === paths.registration)?.json).toMatchObject({
      grant_types: ['refresh_token', GRANT],
      response_types: [],
      redirect_uris: [],
    });
    const [request] = asked(log, paths.device);
    expect(request).toMatchObject({ resource: server.mcpUrl, scope: expect.stringContaining('mcp:read') });
    const tokens = asked(log, paths.token);
    expect(tokens.map(({ grant_type }) => grant_type)).toEqual(tokens.map(() => GRANT));
    expect(tokens.every(({ resource }) => resource === server.mcpUrl)).toBe(true);
    expect(authorization.count(paths.authorization)).toBe(0);
    expect(await script(LIST)).toMatchObject({ exit: 0 });
  });

  test('from configured endpoints, without a look at any metadata', async () => {
    const client = { ...staticClient('none'), grant_types: ['refresh_token', GRANT] };
    const { authorization, server, ...made } = await scene({
      authorization: { device: true, clients: [client] },
    });
    const { issuer, paths } = authorization;
    const oauth = {
      grant_type: 'device_code',
      client_id: client.client_id,
      token_url: `${issuer}${paths.token}`,
      device_authorization_url: `${issuer}${paths.device}`,
      scopes: ['mcp:read'],
    };
    const { person } = desk(notes({ url: server.mcpUrl, oauth }), made.home);
    expect(await person(LIST, { browser: devicePerson(authorization) })).toMatchObject({ exit: 0 });
    expect(authorization.count(/well-known/)).toBe(0);
  });

  test('with a registration that was for a browser, or that is forgotten: registers again', async () => {
    const { authorization, person } = await scene({ authorization: { device: true } });
    const { paths } = authorization;
    expect(await person('auth login notes')).toMatchObject({ exit: 0 });
    expect(
      await person('auth login notes --force --device', { browser: devicePerson(authorization) }),
    ).toMatchObject({ exit: 0 });
    expect(authorization.count(paths.registration)).toBe(2);
    authorization.forgetClients();
    expect(
      await person('auth login notes --force --device', { browser: devicePerson(authorization) }),
    ).toMatchObject({ exit: 0 });
    expect(authorization.count(paths.registration)).toBe(3);
    expect(
      await person('auth login notes --force --device', { browser: devicePerson(authorization) }),
    ).toMatchObject({ exit: 0 });
    expect(authorization.count(paths.registration)).toBe(3);
  });
});

describe('no sign-in', () => {
  const offered: SceneOptions = { authorization: { device: true } };

  test('where the person says no', async () => {
    const { authorization, person } = await scene(offered);
    authorization.behaviour.decision = 'deny';
    const result = await person(`${LIST} --device`, { browser: devicePerson(authorization) });
    expect(result.exit).toBe(4);
    expect(errorOf(result)).toMatchObject({
      code: 'access_denied',
      hint: expect.stringContaining('--device'),
    });
  });

  test('where nobody enters the code in its time', async () => {
    const { authorization, person } = await scene(offered);
    devicePerson(authorization, { expires_in: 1 });
    const result = await person(`${LIST} --device --no-browser`);
    expect(result.exit).toBe(4);
    expect(errorOf(result)).toMatchObject({ code: 'device_code_expired' });
  });

  test('in the time that the person has', async () => {
    const { authorization, person } = await scene(offered);
    devicePerson(authorization);
    const result = await person(`${LIST} --device --no-browser --login-timeout 1s`);
    expect(result.exit).toBe(4);
    expect(errorOf(result)).toMatchObject({ code: 'login_timeout' });
  });

  test('where the server does not offer it', async () => {
    const { authorization, person } = await scene();
    const result = await person(`${LIST} --device`, { browser: noBrowser() });
    expect(result.exit).toBe(4);
    const hint = expect.stringContaining('device_authorization_url');
    expect(errorOf(result)).toMatchObject({ code: 'device_unsupported', server: 'notes', hint });
    expect(authorization.count(authorization.paths.registration)).toBe(0);
  });

  test.each([
    ['unauthorized_client', 'unauthorized_client', 4],
    ['invalid_target', 'invalid_target', 4],
    ['what_is_this', 'token_refused', 4],
  ])('where the server refuses with %s', async (error, code, exit) => {
    const client = { ...staticClient('none'), grant_types: [GRANT] };
    const options = { device: true, clients: [client] };
    const oauth = { grant_type: 'device_code', client_id: client.client_id };
    const { authorization, person } = await scene({ entry: { oauth }, authorization: options });
    authorization.intercept = refuse(authorization.paths.device, error);
    const result = await person(LIST, { browser: noBrowser() });
    expect(result.exit).toBe(exit);
    expect(errorOf(result)).toMatchObject({ code });
    expect(authorization.count(authorization.paths.device)).toBe(1);
  });

  test('without a person: exit 4 within a second, and nothing is asked of anybody', async () => {
    const { authorization, script } = await scene({ ...offered, entry: device });
    await script('servers list');
    const before = Date.now();
    const result = await script(LIST);
    expect(Date.now() - before).toBeLessThan(1000);
    expect(result.exit).toBe(4);
    expect(errorOf(result)).toMatchObject({ code: 'login_required', server: 'notes' });
    expect(authorization.log).toEqual([]);
  });

  test('after Ctrl-C, at once', async () => {
    const { authorization, person } = await scene(offered);
    const stop = new AbortController();
    const browser = { ...devicePerson(authorization), openUrl: async () => stop.abort() };
    const result = await person(`${LIST} --device`, { browser, signal: stop.signal });
    expect(result.exit).toBe(130);
    expect(authorization.count(authorization.paths.token)).toBe(0);
  });
});
