// Tokens of a person's own in Vault, beside what the Python tool keeps there.
import { expect, test } from 'vitest';
import { configFile, newHome } from '../support/home.ts';
import { desk, errorOf, keep } from '../support/scene.ts';
import { registerSecret } from '../support/secrets.ts';
import { vaultServer } from '../support/vault-server.ts';

const VALUE = registerSecret('a-token-of-a-person-0006');
const PREFIX = 'mcp-cli/oauth';

async function world(options: Parameters<typeof vaultServer>[0] = {}) {
  const vault = keep(await vaultServer(options));
  const env = { VAULT_ADDR: vault.url, VAULT_TOKEN: vault.token };
  const put = (name: string, data: Record<string, unknown>) =>
    vault.secrets.set(`${PREFIX}/${name}`, { versions: [{ data }], current: 1, kept: 10 });
  return { vault, env, put, ...desk(configFile({ mcpServers: {} })) };
}

test.each([1, 2] as const)(
  'version %i: one machine sets, another reads, clears and finds nothing left',
  async (version) => {
    const { vault, env, script } = await world({ version });
    expect(await script('token set my-api --expires 1d --json', { env, stdin: VALUE })).toMatchObject({
      exit: 0,
    });
    expect([...vault.secrets.keys()]).toEqual([`${PREFIX}/bearer:my-api`]);
    const home = newHome();
    expect(JSON.parse((await script('token list --json', { env, home })).stdout).tokens).toMatchObject([
      { namespace: 'bearer', name: 'my-api', type: 'bearer', store: 'vault', expired: false },
    ]);
    const shown = await script('token get my-api --show-value', { env, home, showsSecrets: true });
    expect(shown.stdout).toBe(`${VALUE}\n`);
    expect(JSON.parse(String(vault.fields('bearer:my-api')?.value))).toMatchObject({
      token_type: 'bearer',
      name: 'my-api',
      data: { token: VALUE },
    });
    expect(await script('token clear --yes', { env, home })).toMatchObject({ exit: 0 });
    expect(vault.secrets.size).toBe(0);
  },
);

test('what the Python tool stored is a token here; its second copies of sign-ins are left to it', async () => {
  const { vault, env, put, script } = await world();
  put('provider:openai', { value: VALUE });
  put('team:ci', { value: JSON.stringify({ token_type: 'bearer', name: 'ci', data: { token: VALUE } }) });
  put('oauth:notes', {
    value: JSON.stringify({ token_type: 'oauth', name: 'notes', data: { access_token: VALUE } }),
  });
  const rows = JSON.parse((await script('token list --json', { env })).stdout).tokens;
  expect(rows).toMatchObject([
    { namespace: 'provider', name: 'openai', type: 'api-key', provider: 'openai' },
    { namespace: 'team', name: 'ci', type: 'bearer' },
  ]);
  for (const name of ['openai', 'ci'])
    expect((await script(`token get ${name} --show-value`, { env, showsSecrets: true })).stdout).toBe(
      `${VALUE}\n`,
    );
  expect(JSON.parse((await script('auth list --json', { env })).stdout)).toEqual({ servers: {} });
  expect(await script('auth reset --yes', { env })).toMatchObject({
    exit: 0,
    stdout: 'Nothing was stored.\n',
  });
  expect(vault.secrets.size).toBe(3);
  expect(await script('token clear --yes', { env })).toMatchObject({ exit: 0 });
  expect([...vault.secrets.keys()]).toEqual([`${PREFIX}/oauth:notes`]);
});

test.each<[string, Record<string, unknown>]>([
  ['foreign_entry', { value: 7 }],
  ['foreign_entry', { password: 'x' }],
  ['corrupt', { value: JSON.stringify({ token_type: 'bearer', data: { token: 'a\r\nX: y' } }) }],
  ['corrupt', { value: '', _mcp: { token: { type: 'generic' } } }],
])(
  '%s: an entry of somebody else is used for nothing, shown as damaged, and can be deleted: %j',
  async (code, fields) => {
    const { vault, env, put, script } = await world();
    put('bearer:my-api', fields);
    const shown = await script('token get my-api --show-value --json', { env });
    expect(shown.exit).toBe(6);
    expect(errorOf(shown)).toMatchObject({
      code,
      hint: expect.stringContaining('mcp-cli token delete my-api'),
    });
    expect((await script('token list', { env })).stdout).toMatch(/my-api +damaged/);
    expect(await script('token delete my-api', { env })).toMatchObject({ exit: 0 });
    expect(vault.secrets.size).toBe(0);
  },
);
