// `auth login` where nobody can sign in: what it says to do is something else than what was just typed.
import { expect, test } from 'vitest';
import { splitWords } from '../../src/shell/line.ts';
import { walkingBrowser } from '../support/browser.ts';
import { configFile } from '../support/home.ts';
import { desk, errorOf, scene } from '../support/scene.ts';
import { registerSecret } from '../support/secrets.ts';

const AWAY = { env: { CI: undefined } };

/** The two lines of the hint: for a person, and for a script. */
async function hints(result: ReturnType<Awaited<ReturnType<typeof scene>>['script']>): Promise<string[]> {
  const { exit, ...rest } = await result;
  expect(exit).toBe(4);
  return errorOf({ exit, ...rest }).hint?.split('\n') ?? [];
}

test('without a terminal names the variable, which works, and the command for a terminal, which does', async () => {
  const { authorization, person, script, ...made } = await scene({
    others: { 'my.notes 2': { url: 'https://h.example/mcp' } },
  });
  const found = await hints(script('auth login notes --json', AWAY));
  expect(found).toEqual([
    'sign in once at a terminal: mcp-cli auth login notes',
    'for a script, set MCP_CLI_TOKEN_NOTES to an access token',
  ]);
  expect(authorization.log).toEqual([]);
  const browser = walkingBrowser();
  const [, command = ''] = /mcp-cli (.*)/.exec(found[0] ?? '') ?? [];
  expect((await person(splitWords(command), { browser })).exit).toBe(0);
  expect(browser.opened).toHaveLength(1);
  const token = registerSecret(
    (await script('auth token notes', { showsSecrets: true })).stdout.trim(),
    'token',
  );
  const elsewhere = desk(configFile({ mcpServers: { notes: { url: made.server.mcpUrl } } }));
  const [, variable = ''] = /set (\w+) to/.exec(found[1] ?? '') ?? [];
  expect(await elsewhere.script('tools list', { env: { [variable]: token } })).toMatchObject({ exit: 0 });
});

test.each([
  [
    'CI is set',
    'auth login notes',
    {},
    'sign in once at a terminal and without CI in the environment: mcp-cli auth login notes',
  ],
  [
    '--non-interactive is given',
    'auth login notes --non-interactive --force --scope mcp:admin,mcp:read',
    AWAY,
    'sign in once at a terminal and without --non-interactive: mcp-cli auth login notes --force --scope mcp:admin,mcp:read',
  ],
])('where %s, that is said', async (_, line, options, said) => {
  const { script } = await scene();
  expect((await hints(script(`${line} --json`, options)))[0]).toBe(said);
});

test.each([
  [
    'has a name with other characters',
    'my.notes',
    {},
    'for a script, set MCP_CLI_TOKEN_MY_NOTES to an access token',
  ],
  [
    'names its own variable',
    'own',
    { bearer_token_env: 'OF_MY_OWN' },
    'for a script, set OF_MY_OWN to an access token',
  ],
  [
    'shares the variable',
    'a-b',
    {},
    'for a script, name a variable with an access token in mcpServers.a-b.bearer_token_env',
  ],
  [
    'is called like the switch',
    'backend',
    {},
    'for a script, name a variable with an access token in mcpServers.backend.bearer_token_env',
  ],
])('for a server that %s, the variable that counts is named', async (_, name, more, said) => {
  const url = 'https://h.example/mcp';
  const { script } = desk(configFile({ mcpServers: { [name]: { url, ...more }, a_b: { url } } }));
  expect((await hints(script(['auth', 'login', name, '--json'], AWAY)))[1]).toBe(said);
});

test('other commands say to sign in, and several servers each their own', async () => {
  const { script } = await scene({ others: { more: { url: 'https://h.example/mcp' } } });
  expect(await hints(script('--server notes tools list --json', AWAY))).toEqual([
    'sign in with: mcp-cli auth login notes',
  ]);
  const both = await script('auth login notes more --json', AWAY);
  expect(both.exit).toBe(4);
  const { servers } = JSON.parse(both.stdout) as { servers: Record<string, { error: { hint: string } }> };
  expect(servers.notes?.error.hint).toContain('MCP_CLI_TOKEN_NOTES ');
  expect(servers.more?.error.hint).toContain('MCP_CLI_TOKEN_MORE ');
});
