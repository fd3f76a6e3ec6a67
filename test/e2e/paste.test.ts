// A sign-in whose browser is on another machine: the person pastes where it ended.
import { describe, expect, test } from 'vitest';
import { idleBrowser, noBrowser, refusingBrowser } from '../support/browser.ts';
import { staticClient } from '../support/clients.ts';
import { changed, pasted } from '../support/paste.ts';
import { toolNames } from '../support/person.ts';
import { errorOf, scene } from '../support/scene.ts';

const LIST = '--server notes tools list --json';
const ELSEWHERE = 'https://app.example/callback';
const WORDS = 'paste the address of the page that the browser ends on, and press Enter';

describe('what is pasted', () => {
  test.each([
    ['with --no-browser', `${LIST} --no-browser`, noBrowser(), true],
    ['where no browser could be started', LIST, refusingBrowser(), true],
    ['beside a browser, without a word of it', LIST, idleBrowser(), false],
  ])('signs in %s', async (_, line, browser, words) => {
    const { authorization, person, script } = await scene();
    const result = await person(line, { browser, answers: [pasted()] });
    expect(result).toMatchObject({ exit: 0 });
    expect(toolNames(result)).toContain('echo');
    expect(result.stderr.includes(WORDS)).toBe(words);
    expect(authorization.count(authorization.paths.token)).toBe(1);
    expect(await script(LIST)).toMatchObject({ exit: 0 });
  });

  test.each([
    ['code and state alone', ({ search }: URL) => search.slice(1)],
    [
      'without its scheme, and with blanks around',
      ({ host, pathname, search }: URL) => `  ${host}${pathname}${search} `,
    ],
    ['in quotes', ({ href }: URL) => `"${href}"`],
  ])('may come %s', async (_, edit) => {
    const { person } = await scene();
    const result = await person(`${LIST} --no-browser`, { answers: [pasted(edit)] });
    expect(result).toMatchObject({ exit: 0 });
    expect(result.stderr).not.toContain('warning');
  });

  test('is judged as a callback is: what is wrong with it is said, none of it is used, and it is asked for again', async () => {
    const { authorization, person } = await scene();
    const answers = [
      pasted(({ href }) => href.replace('/callback', '/other')),
      pasted(({ href }) => href.replace('127.0.0.1', 'localhost')),
      pasted(changed(({ searchParams }) => searchParams.set('state', 'x'.repeat(43)))),
      pasted(changed(({ searchParams }) => searchParams.delete('state'))),
      pasted(({ searchParams }) => searchParams.get('code') ?? ''),
      pasted(({ href }) => `${href}&code=another-one-of-theirs`),
      pasted(({ searchParams: all }) => `${all.get('code')}#${all.get('state')}`),
      () => '',
      pasted(),
    ];
    const result = await person(`${LIST} --no-browser`, { answers });
    expect(result).toMatchObject({ exit: 0 });
    const warnings = result.stderr
      .replaceAll('\u001b[2K', '\n')
      .split('\n')
      .filter((line) => line.startsWith('warning: notes: '));
    expect(warnings.map((line) => line.replace(/^warning: notes: that /, '').split(/[,;]/)[0])).toEqual([
      'is not where this sign-in ends',
      'is not where this sign-in ends',
      'belongs to another sign-in',
      'has no state',
      'has no state',
      'is no answer to this sign-in',
      'does not say which server it is from',
    ]);
    expect(authorization.count(authorization.paths.token)).toBe(1);
  });

  test.each([
    [
      'another issuer',
      (url: URL) => url.searchParams.set('iss', 'https://attacker.example'),
      7,
      'issuer_mismatch',
    ],
    [
      'a refusal',
      ({ searchParams }: URL) => {
        searchParams.delete('code');
        searchParams.set('error', 'access_denied');
      },
      4,
      'access_denied',
    ],
  ])('ends the sign-in where it says %s', async (_, edit, exit, code) => {
    const { authorization, person } = await scene();
    const answers = [pasted(changed(edit))];
    const result = await person(`${LIST} --no-browser`, { answers });
    expect(result.exit).toBe(exit);
    expect(errorOf(result)).toMatchObject({ code, server: 'notes' });
    expect(authorization.count(authorization.paths.token)).toBe(0);
  });
});

describe('a redirect that is not on this machine', () => {
  const client = staticClient('none', [ELSEWHERE]);
  const redirect = (redirect_uri: string) => ({
    entry: { oauth: { client_id: client.client_id, redirect_uri } },
    authorization: {
      clients: [{ ...client, application_type: 'web' as const, redirect_uris: [redirect_uri] }],
    },
  });

  test.each([ELSEWHERE])('is pasted back at a terminal: %s', async (uri) => {
    const { person } = await scene(redirect(uri));
    const result = await person(LIST, { browser: noBrowser(), answers: [pasted()] });
    expect(result).toMatchObject({ exit: 0 });
    expect(result.stderr).toContain(`At the end, ${WORDS}`);
  });

  test('is an error without one', async () => {
    const { person, server } = await scene(redirect(ELSEWHERE));
    const result = await person(LIST, { browser: noBrowser() });
    expect(result.exit).toBe(3);
    expect(errorOf(result)).toMatchObject({
      code: 'redirect_not_loopback',
      hint: expect.stringContaining('pasted'),
    });
    expect(server.count('/mcp')).toBe(1);
  });
});

test('over SSH, the command that lets the browser come back is shown', async () => {
  const { person } = await scene();
  const env = { SSH_CONNECTION: '198.51.100.7 51000 192.0.2.1 2222', USER: 'ada' };
  const result = await person(LIST, { browser: idleBrowser(), env, answers: [pasted()] });
  expect(result).toMatchObject({ exit: 0 });
  expect(result.stderr).toMatch(/^ {3}ssh -L (\d+):127\.0\.0\.1:\1 -p 2222 ada@192\.0\.2\.1$/m);
  expect(result.stderr).toContain(WORDS);
});

describe('a client that the server has forgotten, which only the browser shows', () => {
  test('is registered anew by a word, without another command', async () => {
    const { authorization, person, script } = await scene();
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    authorization.forgetClients();
    authorization.forgetAccessTokens();
    authorization.forgetRefreshTokens();
    const browser = idleBrowser();
    const result = await person('auth login notes --force', { browser, answers: [() => 'new', pasted()] });
    expect(result).toMatchObject({ exit: 0 });
    expect(result.stderr).toContain('If the page does not know this client: type new, and press Enter');
    expect(authorization.count(authorization.paths.registration)).toBe(2);
    expect(browser.opened).toHaveLength(2);
    expect(await script(LIST)).toMatchObject({ exit: 0 });
  });

  test('a configured client is not', async () => {
    const client = staticClient('none');
    const { client_id } = client;
    const options = { entry: { oauth: { client_id } }, authorization: { clients: [client] } };
    const { authorization, person } = await scene(options);
    const result = await person(`${LIST} --no-browser`, { answers: [() => 'new', pasted()] });
    expect(result).toMatchObject({ exit: 0 });
    expect(result.stderr).toContain('warning: notes: that has no state');
    expect(authorization.count(authorization.paths.registration)).toBe(0);
  });
});
