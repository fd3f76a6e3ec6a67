// Where a device code is entered: a page that is not the issuer's, and a code beside a browser (RFC 8628).
import { describe, expect, test } from 'vitest';
import { cancel } from '../support/cli.ts';
import { staticClient } from '../support/clients.ts';
import { devicePerson, enterCode } from '../support/device.ts';
import { refuse } from '../support/faults.ts';
import { answer, type Hit } from '../support/loopback.ts';
import { pasted } from '../support/paste.ts';
import { freePort } from '../support/port.ts';
import { errorOf, scene } from '../support/scene.ts';

const LIST = '--server notes tools list --json';
const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

const asked = (log: Hit[], path: string) =>
  log.filter((hit) => hit.path === path).map(({ params }) => params);

describe("a page that is not the issuer's", () => {
  async function elsewhere() {
    const made = await scene({ authorization: { device: true } });
    const page = `http://localhost:${await freePort()}/device`;
    // The person goes to the true page by themselves.
    const person = devicePerson(made.authorization, { verification_uri: page });
    const opened: string[] = [];
    const browser = {
      ...person,
      async openUrl(url: string) {
        opened.push(url);
        await enterCode(`${made.authorization.issuer}/device`, person.code());
      },
    };
    return { ...made, page, opened, browser };
  }

  test('is confirmed first', async () => {
    const { person, page, opened, browser } = await elsewhere();
    expect(await person(`${LIST} --device`, { browser, answers: [true] })).toMatchObject({ exit: 0 });
    expect(opened).toEqual([page]);
  });

  test.each<boolean | typeof cancel>([false, cancel])(
    'is not opened and not asked about if the person does not',
    async (answer) => {
      const { authorization, person, page, browser, opened } = await elsewhere();
      const result = await person(`${LIST} --device`, { browser, answers: [answer] });
      expect(result.exit).toBe(130);
      expect(opened).toEqual([]);
      expect(result.stderr).not.toContain(page);
      expect(authorization.count(authorization.paths.token)).toBe(0);
    },
  );

  test('is refused where nobody can be asked', async () => {
    const { authorization, person, browser, opened } = await elsewhere();
    const result = await person(`${LIST} --device`, { browser });
    expect(result.exit).toBe(4);
    const hint = 'at a terminal it can be confirmed: mcp-cli auth login notes --device';
    expect(errorOf(result)).toMatchObject({ code: 'verification_uri_elsewhere', hint });
    expect(opened).toEqual([]);
    expect(authorization.count(authorization.paths.token)).toBe(0);
  });
});

describe('beside a browser that may be elsewhere', () => {
  test('the code is one more way, and the first to come wins', async () => {
    const { authorization, person, script } = await scene({ authorization: { device: true } });
    const who = devicePerson(authorization);
    const answers = [
      async (stderr: string) => {
        await expect.poll(() => who.code()).not.toBe('');
        expect(stderr).toContain('paste the address');
        await enterCode(`${authorization.issuer}/device`, who.code());
        return '';
      },
    ];
    const result = await person(`${LIST} --no-browser`, { answers });
    expect(result).toMatchObject({ exit: 0 });
    expect(result.stderr).toContain(`enter the code ${who.code()}`);
    const { paths, log } = authorization;
    expect(log.find(({ path }) => path === paths.registration)?.json).toMatchObject({
      grant_types: ['authorization_code', 'refresh_token', GRANT],
    });
    expect(asked(log, paths.token).every(({ grant_type }) => grant_type === GRANT)).toBe(true);
    expect(await script(LIST)).toMatchObject({ exit: 0 });
  });

  test('how the client proved itself is remembered from there too', async () => {
    const grants = ['authorization_code', 'refresh_token', GRANT];
    const client = { ...staticClient('post'), grant_types: grants };
    const { client_id, client_secret } = client;
    const { authorization, person, script } = await scene({
      entry: { oauth: { client_id, client_secret, redirect_uri: 'http://127.0.0.1/callback' } },
      authorization: { device: true, clients: [client] },
    });
    const who = devicePerson(authorization);
    const seen = authorization.intercept;
    authorization.intercept = (hit, response) => {
      if (!hit.headers.authorization?.startsWith('Basic')) return seen?.(hit, response) ?? false;
      answer(response, 401, { error: 'invalid_client' });
      return true;
    };
    const answers = [
      async () => {
        await expect.poll(() => who.code()).not.toBe('');
        await enterCode(`${authorization.issuer}/device`, who.code());
        return '';
      },
    ];
    expect(await person(`${LIST} --no-browser`, { answers })).toMatchObject({ exit: 0 });
    // The guess, and the second one; from then on it is known.
    expect(authorization.count(authorization.paths.device)).toBe(2);
    expect(await script('auth refresh')).toMatchObject({ exit: 0 });
  });

  test('a code that is refused, or whose page is elsewhere, is no more than one way less', async () => {
    for (const fault of ['refused', 'elsewhere']) {
      const { authorization, person } = await scene({ authorization: { device: true } });
      const { paths } = authorization;
      if (fault === 'refused') authorization.intercept = refuse(paths.device, 'unauthorized_client');
      else devicePerson(authorization, { verification_uri: 'https://elsewhere.example/' });
      const answers = [
        async (stderr: string) => {
          await expect.poll(() => authorization.count(paths.device)).toBe(1);
          return pasted()(stderr);
        },
      ];
      const result = await person(`${LIST} --no-browser`, { answers });
      expect(result).toMatchObject({ exit: 0 });
      expect(result.stderr).not.toContain('elsewhere.example');
      expect(asked(authorization.log, paths.token).map(({ grant_type }) => grant_type)).toEqual([
        'authorization_code',
      ]);
    }
  });

  test('a browser at hand gets no code', async () => {
    const { authorization, person } = await scene({ authorization: { device: true } });
    expect(await person(LIST, { answers: [] })).toMatchObject({ exit: 0 });
    expect(authorization.count(authorization.paths.device)).toBe(0);
  });
});
