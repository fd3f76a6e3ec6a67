// Tokens from the environment, and from a configured header: they beat the store, and no command forgets them.
import { expect, test } from 'vitest';
import { errorOf, type Scene, scene } from '../support/scene.ts';
import { registerSecret } from '../support/secrets.ts';

const header = registerSecret('Bearer of-the-configuration', 'header');

/** Where a token can come from, beside the store. */
const SOURCES: [string, { entry?: object; env?: Record<string, string> }][] = [
  ['MCP_CLI_TOKEN_NOTES', { env: { MCP_CLI_TOKEN_NOTES: 'from-the-environment' } }],
  ['WORK_TOKEN', { entry: { bearer_token_env: 'WORK_TOKEN' }, env: { WORK_TOKEN: 'from-bearer-token-env' } }],
  ['mcpServers.notes.headers.Authorization', { entry: { headers: { Authorization: header } } }],
];

/** No authorization server has seen any of the tokens from outside. */
function sentNowhere({ authorization }: Scene): void {
  expect(authorization.log.filter(({ text }) => /from-|of-the-configuration/.test(text))).toEqual([]);
}

test.each(SOURCES)('logout and reset leave %s alone, and say that it still counts', async (source, given) => {
  const made = await scene(given.entry === undefined ? {} : { entry: given.entry });
  const env = { env: given.env ?? {} };
  const still = `notes can still be used: ${source} holds a token\n`;
  for (const line of ['auth logout', 'auth logout notes', 'auth reset notes']) {
    expect(await made.script(line, env)).toMatchObject({
      exit: 0,
      stdout: 'Nothing was stored.\n',
      stderr: still,
    });
    expect(await made.script(`${line} --quiet`, env)).toMatchObject({ exit: 0, stderr: '' });
  }
  sentNowhere(made);
});

test.each(SOURCES.slice(0, 2))(
  'with %s set, logout and reset still end what is stored',
  async (source, given) => {
    for (const verb of ['logout', 'reset --yes']) {
      const made = await scene(given.entry === undefined ? {} : { entry: given.entry });
      await made.person('auth login');
      const token = (await made.script('auth token', { showsSecrets: true })).stdout.trim();
      expect(await made.authorization.validate(token, made.server.mcpUrl)).toBeDefined();
      const result = await made.script(`auth ${verb}`, { env: given.env ?? {} });
      expect(result.exit).toBe(0);
      expect(result.stderr).toContain(`${source} holds a token`);
      expect(await made.authorization.validate(token, made.server.mcpUrl)).toBeUndefined();
      expect((await made.script('tools list')).exit).toBe(4);
      sentNowhere(made);
    }
  },
);

test.each(SOURCES)('with %s set there is nothing to sign in to or to refresh', async (source, given) => {
  const made = await scene(given.entry === undefined ? {} : { entry: given.entry });
  for (const verb of ['login', 'refresh']) {
    const result = await made.person(`auth ${verb} --json`, { env: given.env ?? {} });
    expect(result.exit).toBe(2);
    expect(errorOf(result)).toMatchObject({
      code: 'token_provided',
      message: expect.stringContaining(source),
      server: 'notes',
    });
  }
  expect(made.authorization.log).toEqual([]);
});

test.each(SOURCES)(
  'a server that refuses %s: exit 4 that names it, and no sign-in',
  async (source, given) => {
    const made = await scene(given.entry === undefined ? {} : { entry: given.entry });
    const result = await made.person('tools list --json', { env: given.env ?? {} });
    expect(result.exit).toBe(4);
    const told = errorOf(result);
    expect(`${told.message} ${told.hint}`).toContain(source);
    expect(made.authorization.count(/./)).toBe(0);
  },
);

test('a token for one server goes to no other', async () => {
  const { server, script } = await scene({ others: { other: { url: 'https://other.example/mcp' } } });
  const env = { MCP_CLI_TOKEN_OTHER: 'from-the-environment' };
  expect((await script('--server notes tools list', { env })).exit).toBe(4);
  expect(server.log.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
});
