// A server that wants more than the token grants, or is never content with what it gets.
import { describe, expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { walkingBrowser } from '../support/browser.ts';
import { storedRecord } from '../support/expired.ts';
import { fault } from '../support/faults.ts';
import { configFile } from '../support/home.ts';
import { answer } from '../support/loopback.ts';
import type { McpOptions, McpServerHandle } from '../support/mcp-server.ts';
import { modernServer } from '../support/modern-server.ts';
import { desk, errorOf, keep, type Scene, type SceneOptions, scene } from '../support/scene.ts';
import { sessionServer } from '../support/session-server.ts';
import { sseServer } from '../support/sse-server.ts';

const LIST = 'tools list --json';
const ADMIN = 'tools call admin --json';

async function signedIn(options: SceneOptions = {}): Promise<Scene> {
  const made = await scene(options);
  expect(await made.person(LIST)).toMatchObject({ exit: 0 });
  made.authorization.log.splice(0);
  made.server.log.splice(0);
  return made;
}

/** A person sees the sign-in before the failure. */
const codeOf = ({ stderr }: { stderr: string }) => /\{"error":\{"code":"(\w+)"/.exec(stderr)?.[1];

const askedFor = ({ authorization }: Pick<Scene, 'authorization'>) =>
  authorization.log
    .filter(({ path }) => path === authorization.paths.authorization)
    .map(({ params }) => params.scope?.split(' ').sort());

describe('a tool that needs a further scope', () => {
  test.each<[string, (options: McpOptions) => Promise<McpServerHandle>]>([
    ['2026-07-28', modernServer],
    ['2025 with sessions', sessionServer],
    ['HTTP+SSE', sseServer],
  ])('%s: one browser for the union of scopes, and the call completes', async (_, open) => {
    const authorization = keep(await authorizationServer());
    const server = keep(await open({ authorizationServers: [authorization] }));
    const { home, person, script } = desk(configFile({ mcpServers: { notes: { url: server.mcpUrl } } }));
    expect((await person(LIST)).exit).toBe(0);
    authorization.log.splice(0);
    const browser = walkingBrowser();
    const result = await person(ADMIN, { browser });
    expect(result).toMatchObject({ exit: 0, stdout: expect.stringContaining('done as administrator') });
    expect(browser.opened).toHaveLength(1);
    expect(askedFor({ authorization })).toEqual([['mcp:admin', 'mcp:read', 'offline_access']]);
    expect(server.calls('tools/call')).toBe(2);
    // The registration serves again, and the wider grant is kept.
    expect(authorization.count(authorization.paths.registration)).toBe(0);
    expect((await storedRecord(home))?.tokens?.scope?.split(' ')).toEqual(
      expect.arrayContaining(['mcp:read', 'mcp:admin']),
    );
    expect(await script(ADMIN)).toMatchObject({ exit: 0 });
  });

  test('without a person: exit 4 naming the scope, and nothing is lost', async () => {
    const { authorization, home, server, script } = await signedIn();
    const before = await storedRecord(home);
    const result = await script(ADMIN);
    expect(result.exit).toBe(4);
    expect(errorOf(result)).toMatchObject({
      code: 'insufficient_scope',
      message: expect.stringContaining('mcp:admin'),
      hint: expect.stringContaining('mcp-cli auth login notes --scope mcp:admin'),
      server: 'notes',
    });
    expect(server.calls('tools/call')).toBe(1);
    expect(authorization.log).toEqual([]);
    expect(await storedRecord(home)).toEqual(before);
    expect((await script(LIST)).exit).toBe(0);
  });

  test('and what the hint says to type is enough', async () => {
    const { person, script } = await signedIn();
    const { hint = '' } = errorOf(await script(ADMIN));
    const typed = hint.slice(hint.indexOf('mcp-cli ') + 'mcp-cli '.length);
    expect((await person(typed)).exit).toBe(0);
    expect((await script(ADMIN)).exit).toBe(0);
  });

  test('that the person refuses: exit 4, and the narrower grant goes on working', async () => {
    const { authorization, home, person, script } = await signedIn();
    const before = await storedRecord(home);
    authorization.behaviour.decision = 'deny';
    const result = await person(ADMIN, { browser: walkingBrowser() });
    expect(result.exit).toBe(4);
    expect(codeOf(result)).toBe('access_denied');
    expect(await storedRecord(home)).toEqual(before);
    expect((await script(LIST)).exit).toBe(0);
  });

  test('of two operations is asked for twice, and not a third time', async () => {
    const { authorization, server, person } = await signedIn();
    const browser = walkingBrowser();
    // First a refused token that needs a sign-in, then a step-up, then another: one command has two rounds.
    authorization.forgetAccessTokens();
    authorization.forgetRefreshTokens();
    let wanted = 0;
    server.intercept = (hit, response) => {
      const { method } = (hit.json ?? {}) as { method?: string };
      const known = hit.headers.authorization !== undefined && browser.opened.length > 0;
      if (!known || (method !== 'tools/list' && method !== 'tools/call')) return false;
      if (method === 'tools/list' && wanted > 0) return false;
      wanted += 1;
      response.setHeader('www-authenticate', `Bearer error="insufficient_scope", scope="more:${wanted}"`);
      answer(response, 403, {});
      return true;
    };
    const result = await person('tools call echo text=x --json', { browser });
    expect(result.exit).toBe(4);
    expect(codeOf(result)).toBe('insufficient_scope');
    expect(browser.opened).toHaveLength(2);
  });
});

describe('a server that is never content', () => {
  const forbid = (challenge: string | undefined) =>
    fault('/mcp', (response) => {
      if (challenge !== undefined) response.setHeader('www-authenticate', challenge);
      answer(response, 403, {});
    });

  test('403 for a scope, always: one step-up, then exit 4', async () => {
    const { server, person } = await signedIn();
    server.intercept = forbid('Bearer error="insufficient_scope", scope="mcp:admin"');
    const browser = walkingBrowser();
    const result = await person(ADMIN, { browser });
    expect(result.exit).toBe(4);
    expect(codeOf(result)).toBe('insufficient_scope');
    expect(browser.opened).toHaveLength(1);
    expect(server.log.length).toBeLessThan(8);
  });

  test('403 for a scope that the token has: exit 4 without a browser', async () => {
    const { server, person } = await signedIn();
    server.intercept = forbid('Bearer error="insufficient_scope", scope="mcp:read"');
    const result = await person(LIST, { browser: walkingBrowser() });
    expect(result.exit).toBe(4);
    expect(codeOf(result)).toBe('insufficient_scope');
    expect(server.log.length).toBeLessThan(4);
  });

  test.each([
    ['without a challenge', undefined],
    ['for another reason', 'Bearer error="access_denied"'],
  ])('403 %s: exit 4 without a browser', async (_, challenge) => {
    const { authorization, server, person } = await signedIn();
    server.intercept = forbid(challenge);
    const browser = walkingBrowser();
    const result = await person(LIST, { browser });
    expect(result.exit).toBe(4);
    expect(errorOf(result)).toMatchObject({ code: 'forbidden', server: 'notes' });
    expect(browser.opened).toEqual([]);
    expect(authorization.log).toEqual([]);
  });

  test('401 for ever: one refresh, one sign-in, then exit 4', async () => {
    const { authorization, server, person } = await signedIn();
    server.protection.refuseGoodTokens = Number.POSITIVE_INFINITY;
    const browser = walkingBrowser();
    const result = await person(LIST, { browser });
    expect(result.exit).toBe(4);
    expect(codeOf(result)).toBe('token_rejected');
    expect(browser.opened).toHaveLength(1);
    expect(authorization.count(authorization.paths.token)).toBe(2);
    expect(server.calls('server/discover') + server.calls('tools/list')).toBeLessThan(6);
  });

  test('401 for ever without a person: one refresh, then exit 4', async () => {
    const { authorization, home, server, script } = await signedIn();
    server.protection.refuseGoodTokens = Number.POSITIVE_INFINITY;
    const result = await script(LIST);
    expect(result.exit).toBe(4);
    expect(errorOf(result)).toMatchObject({ server: 'notes' });
    expect(authorization.count(authorization.paths.token)).toBe(1);
    // What the server refuses today may be good tomorrow.
    expect((await storedRecord(home))?.tokens?.refreshToken).toMatch(/./);
    server.protection.refuseGoodTokens = 0;
    expect((await script(LIST)).exit).toBe(0);
  });

  test('401 for ever to somebody who is not signed in: one browser, then exit 4', async () => {
    const { server, person } = await scene();
    server.protection.refuseGoodTokens = Number.POSITIVE_INFINITY;
    const browser = walkingBrowser();
    expect((await person(LIST, { browser })).exit).toBe(4);
    expect(browser.opened).toHaveLength(1);
    expect(server.calls('server/discover')).toBeLessThan(6);
  });
});
