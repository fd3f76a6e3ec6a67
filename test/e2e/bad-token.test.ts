// Tokens that are there and do not help: refused, too narrow, or not wanted.
import { describe, expect, test } from 'vitest';
import { idleBrowser } from '../support/browser.ts';
import { fault } from '../support/faults.ts';
import { answer } from '../support/loopback.ts';
import { type SceneOptions, scene } from '../support/scene.ts';
import { registerSecret } from '../support/secrets.ts';
import { expectTold, type Told } from '../support/told.ts';

const TOKEN = registerSecret('a-token-that-is-no-longer-good');

describe('a token from outside that the server refuses', () => {
  test.each<[string, SceneOptions, Record<string, string>, string]>([
    ['in the variable of the server', {}, { MCP_CLI_TOKEN_NOTES: TOKEN }, 'MCP_CLI_TOKEN_NOTES'],
    [
      'in the variable of the entry',
      { entry: { bearer_token_env: 'NOTES_PAT' } },
      { NOTES_PAT: TOKEN },
      'NOTES_PAT',
    ],
    [
      'in a header',
      { entry: { headers: { Authorization: `Bearer ${TOKEN}` } } },
      {},
      'mcpServers.notes.headers.Authorization',
    ],
  ])('%s: no sign-in is started', async (_, options, env, source) => {
    const { authorization, person } = await scene(options);
    const result = await person('tools list --json', { env, browser: idleBrowser() });
    const told: Told = { exit: 4, code: 'token_rejected', says: source, hint: source, server: 'notes' };
    expectTold(result, told, [TOKEN]);
    expect(authorization.log).toEqual([]);
  });

  test('of two servers whose variables collide', async () => {
    const { person } = await scene({ others: { NOTES: { url: 'https://mcp.example/mcp' } } });
    const result = await person('--server notes tools list --json', { env: { MCP_CLI_TOKEN_NOTES: TOKEN } });
    const told: Told = {
      exit: 3,
      code: 'ambiguous_token',
      says: 'MCP_CLI_TOKEN_NOTES',
      hint: 'bearer_token_env',
    };
    expectTold(result, told, [TOKEN]);
  });
});

test('a sign-in that the configuration forbids', async () => {
  const { authorization, person } = await scene({ entry: { oauth: { enabled: false } } });
  const result = await person('tools list --json', { browser: idleBrowser() });
  const told: Told = {
    exit: 4,
    code: 'oauth_disabled',
    says: 'mcpServers.notes.oauth.enabled',
    hint: 'bearer_token_env',
  };
  expectTold(result, { ...told, server: 'notes' });
  expect(authorization.log).toEqual([]);
});

describe('a token that does not reach far enough', () => {
  test('with nobody to ask for more', async () => {
    const { person, script } = await scene();
    await person('auth login');
    const told: Told = {
      exit: 4,
      code: 'insufficient_scope',
      says: 'mcp:admin',
      hint: 'mcp-cli auth login notes',
    };
    expectTold(await script('tools call admin --json'), { ...told, server: 'notes' });
    expect((await script('tools list')).exit).toBe(0);
  });

  test('whatever its scopes', async () => {
    const { person, script, server } = await scene();
    await person('auth login');
    server.intercept = fault('/mcp', (response) => answer(response, 403, { error: 'no' }));
    const told: Told = {
      exit: 4,
      code: 'forbidden',
      says: '403',
      hint: 'mcp-cli auth status',
      server: 'notes',
    };
    expectTold(await script('tools list --json'), told);
    server.intercept = undefined;
    expect((await script('tools list')).exit).toBe(0);
  });

  test('a fresh one that is refused for good, with nobody to ask', async () => {
    const { person, script, server } = await scene();
    await person('auth login');
    server.protection.refuseGoodTokens = 100;
    const told: Told = { exit: 4, code: 'login_required', hint: 'mcp-cli auth login notes', server: 'notes' };
    expectTold(await script('tools list --json'), told);
    server.protection.refuseGoodTokens = 0;
    expect((await script('tools list')).exit).toBe(0);
  });
});
