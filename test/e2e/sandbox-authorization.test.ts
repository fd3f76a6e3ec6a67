// What the program does about each fault of the sandbox's authorization server.
import { describe, expect, test } from 'vitest';
import { AUTHORIZATION_FAULTS } from '../../src/sandbox/authorization/faults.ts';
import { toolNames } from '../support/person.ts';
import { sandboxed } from '../support/sandbox.ts';
import { errorOf } from '../support/scene.ts';

const LIST = 'tools list notes --json';
const tested = new Set<string>();

/** Each fault is in one of the tables below. */
function each<T extends [string, ...unknown[]]>(rows: T[]): T[] {
  for (const [name] of rows) tested.add(name);
  return rows;
}

describe('no fault of ours to find', () => {
  test.each(
    each([
      ['secret-despite-none'],
      ['state-unencoded'],
      ['redirect-second-question'],
      ['exact-redirect'],
      ['resource-ignored'],
      ['bare-registration'],
      ['basic-ignored'],
      ['metadata-html'],
      ['metadata-empty'],
      ['token-type-case'],
      ['form-token-answer'],
    ]),
  )('%s: signs in, and needs nobody the next time', async (fault) => {
    const { person, script, seen } = await sandboxed([fault]);
    expect(toolNames(await person(LIST))).toContain('search_notes');
    seen.splice(0);
    expect(toolNames(await script(LIST))).toContain('search_notes');
    expect(seen.every(({ path, status }) => path === '/mcp' && status === 200)).toBe(true);
  });

  test.each(each([['issuer-slash']]))('%s: signs in, and says so with --verbose', async (fault) => {
    const { person } = await sandboxed([fault]);
    const { exit, stderr } = await person(`${LIST} --verbose`);
    expect(exit).toBe(0);
    expect(stderr).toContain('slash');
  });

  test.each(each([['odd-endpoints']]))('%s: used as given', async (fault) => {
    const { person, count } = await sandboxed([fault]);
    expect((await person(LIST)).exit).toBe(0);
    expect([count('/token'), count('//token')]).toEqual([0, 1]);
  });

  test.each(each([['none-unauthorized']]))('%s: registers once more', async (fault) => {
    const { person, count } = await sandboxed([fault]);
    expect((await person(LIST)).exit).toBe(0);
    expect([count('/register'), count('/authorize')]).toEqual([2, 2]);
  });

  test.each(each([['slow-last-hop']]))('%s: waits', { timeout: 60_000 }, async (fault) => {
    const { person } = await sandboxed([fault]);
    const { exit, stderr } = await person(LIST);
    expect(exit).toBe(0);
    expect(stderr).toContain('Waiting for authorization');
  });
});

describe('renewals', () => {
  const LATER = { clock: 700_000 };

  test.each(each([['refresh-not-rotated']]))('%s: the old refresh token is kept', async (fault) => {
    const { person, script, count } = await sandboxed([fault]);
    expect((await person('auth login notes')).exit).toBe(0);
    for (let round = 1; round <= 2; round++) {
      expect((await script('auth refresh notes')).exit).toBe(0);
      expect(count('/token')).toBe(round + 1);
    }
  });

  test.each(each([['null-fields']]))('%s: nothing can be renewed, and status knows', async (fault) => {
    const { person, script } = await sandboxed([fault]);
    expect((await person('auth login notes')).exit).toBe(0);
    const { stdout } = await script('auth status notes --json');
    expect(JSON.parse(stdout)).toMatchObject({ state: 'signed_in', refreshable: false });
    expect(errorOf(await script(LIST, LATER)).code).toBe('login_required');
  });

  test.each(each([['expires-in-too-long']]))('%s: renewed once the server says 401', async (fault) => {
    let now = Date.now();
    const { person, script, count } = await sandboxed([fault], { now: () => now });
    expect((await person('auth login notes')).exit).toBe(0);
    now += 700_000;
    expect(toolNames(await script(LIST, LATER))).toContain('search_notes');
    expect(count('/token')).toBe(2);
  });

  test.each(each([['refresh-500'], ['errors-invalid-request'], ['errors-without-json']]))(
    '%s: a refresh token that is over means signing in again, and not a loop',
    async (fault) => {
      let now = Date.now();
      const { person, script, count } = await sandboxed([fault], { now: () => now, refreshLifetime: 1000 });
      expect((await person('auth login notes')).exit).toBe(0);
      now += 700_000;
      const result = await script(LIST, LATER);
      expect(result.exit).toBe(4);
      expect(errorOf(result).code).toBe('login_required');
      expect(count('/token')).toBe(2);
      // And where somebody is there, they are asked once.
      expect(toolNames(await person(LIST, LATER))).toContain('search_notes');
    },
  );

  test.each(each([['rotation-lost']]))(
    '%s: kept while nothing is known, then said what to do',
    async (fault) => {
      const { person, script } = await sandboxed([fault]);
      expect((await person('auth login notes')).exit).toBe(0);
      const lost = await script('auth refresh notes --json');
      expect(lost.exit).toBe(5);
      expect(JSON.parse((await script('auth status notes --json')).stdout)).toMatchObject({
        refreshable: true,
      });
      const next = await script('auth refresh notes --json');
      expect(next.exit).toBe(4);
      expect(errorOf(next).hint).toContain('auth login notes');
    },
  );
});

describe('the end of the way', () => {
  test.each<[string, number, string, string]>(
    each([
      ['resource-refused', 4, 'invalid_target', '"omit"'],
      ['registration-closed', 4, 'registration_unavailable', 'oauth.client_id'],
      ['no-registration', 4, 'registration_unavailable', 'oauth.client_id'],
      ['metadata-503', 5, 'server_error', 'try again'],
      ['metadata-broken-json', 7, 'metadata_invalid', 'authorization_url'],
      ['no-pkce-metadata', 7, 'pkce_not_supported', 'allow_missing_pkce_metadata'],
      ['invalid-code', 4, 'token_refused', 'again'],
      ['denies', 4, 'access_denied', 'auth login'],
      ['silent-refusal', 4, 'login_timeout', '--login-timeout'],
      ['wrong-iss', 7, 'issuer_mismatch', 'not used'],
      ['missing-iss', 7, 'issuer_mismatch', 'not used'],
      ['wrong-state', 4, 'login_timeout', '--login-timeout'],
      ['foreign-issuer', 7, 'issuer_mismatch', 'oauth.issuer'],
      ['script-authorize-url', 7, 'insecure_url', 'operator'],
      ['http-endpoint', 7, 'insecure_url', 'allow_http'],
      ['token-redirect', 7, 'token_response_invalid', 'token_url'],
      ['token-control-characters', 7, 'token_response_invalid', 'operator'],
      ['endless-token', 7, 'too_large', 'operator'],
      ['deep-json', 7, 'metadata_invalid', 'operator'],
      ['escape-in-error', 4, 'invalid_grant', 'again'],
      ['registration-escape', 7, 'registration_invalid', 'oauth.client_id'],
    ]),
  )('%s: exit %i, %s', async (fault, exit, code, hint) => {
    const { person, script, count } = await sandboxed([fault]);
    const result = await person(`${LIST} --login-timeout 1s`);
    const error = errorOf(result);
    expect({ exit: result.exit, code: error.code }).toEqual({ exit, code });
    expect(error.hint).toContain(hint);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not reach a terminal
    expect(result.stderr.replaceAll('\r\u001b[2K', '')).not.toMatch(/\u001b|\u0007/);
    expect(count('/stolen')).toBe(0);
    // Nothing of it was kept: nobody is signed in by half.
    expect((await script('auth status notes --json')).exit).toBe(4);
  });

  test('resource-refused: the way that the hint names is one', async () => {
    const { person } = await sandboxed(['resource-refused'], { entry: { oauth: { resource: 'omit' } } });
    expect(toolNames(await person(LIST))).toContain('search_notes');
  });

  test('no-pkce-metadata: the way that the hint names is one', async () => {
    const entry = { oauth: { allow_missing_pkce_metadata: true } };
    const { person } = await sandboxed(['no-pkce-metadata'], { entry });
    expect(toolNames(await person(LIST))).toContain('search_notes');
  });
});

test('every fault of the authorization server is in one of these tables', () => {
  const names = AUTHORIZATION_FAULTS.map(({ name }) => name);
  expect(names.filter((name) => !tested.has(name))).toEqual([]);
  expect([...tested].filter((name) => !names.includes(name))).toEqual([]);
});
