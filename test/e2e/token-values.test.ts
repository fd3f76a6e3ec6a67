// `token set|get|list|delete|clear`: tokens of a person's own, beside the sign-ins.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CliResult } from '../support/cli.ts';
import { configFile } from '../support/home.ts';
import { desk, errorOf, scene } from '../support/scene.ts';
import { registerSecret } from '../support/secrets.ts';

const VALUE = registerSecret('a-token-of-a-person-0001');
const OTHER = registerSecret('a-token-of-a-person-0002');
const DAY = 86_400_000;
const aloud = { showsSecrets: true };

const alone = () => desk(configFile({ mcpServers: {} }));
const listed = ({ stdout }: CliResult) =>
  (JSON.parse(stdout).tokens as { namespace: string; name: string }[]).map(
    ({ namespace, name }) => `${namespace}:${name}`,
  );

/** Two bearer tokens, an API key and a provider's. */
async function stocked() {
  const made = alone();
  for (const line of [
    'token set my-api',
    'token set my-api --namespace team --expires 1d',
    'token set search --type api-key --provider brave',
    'token set-provider openai',
  ])
    expect(await made.script(line, { stdin: `${VALUE}\n` })).toMatchObject({ exit: 0 });
  return made;
}

describe('setting', () => {
  test('takes the value from a pipe, shows it on request only, and without its line break', async () => {
    const { script } = alone();
    const set = await script('token set my-api --json', { stdin: `${VALUE}\r\n` });
    expect(set).toMatchObject({ exit: 0, stderr: '' });
    const told = JSON.parse(set.stdout);
    expect(told).toMatchObject({
      namespace: 'bearer',
      name: 'my-api',
      type: 'bearer',
      expired: false,
      store: 'encrypted',
    });
    expect(Date.parse(told.createdAt)).toBeGreaterThan(Date.now() - 60_000);
    expect(JSON.parse((await script('token get my-api --json')).stdout)).toEqual(told);
    for (const terminal of [{}, { stdout: true }]) {
      expect((await script('token get my-api', { terminal })).stdout).not.toContain(VALUE);
      expect((await script('token get my-api --show-value', { ...aloud, terminal })).stdout).toBe(
        `${VALUE}\n`,
      );
    }
    expect(JSON.parse((await script('token get my-api --show-value --json', aloud)).stdout)).toEqual({
      ...told,
      value: VALUE,
    });
  });

  test('asks a person for it before anything else is at stake, and replaces what was there', async () => {
    const { person, script } = alone();
    expect(await person('token set a', { answers: [VALUE] })).toMatchObject({
      exit: 0,
      stdout: 'stored bearer:a\n',
    });
    expect(await person('token set a', { answers: [OTHER] })).toMatchObject({ exit: 0 });
    expect((await script('token get a --show-value', aloud)).stdout).toBe(`${OTHER}\n`);
  });

  test('takes it from the command line too, and says who can see that', async () => {
    const { script } = alone();
    const result = await script(['token', 'set', 'a', '--value', VALUE]);
    expect(result).toMatchObject({ exit: 0, stdout: 'stored bearer:a\n' });
    expect(result.stderr).toMatch(/^warning: other users can see .*token set a --value -\n$/);
    expect(await script('token set a --value -', { stdin: OTHER })).toMatchObject({ exit: 0, stderr: '' });
    expect((await script('token get a --show-value', aloud)).stdout).toBe(`${OTHER}\n`);
  });

  test('keeps any text as generic, letter by letter', async () => {
    const { script } = alone();
    const text = `{"token_type": "bearer",\n  "größe": "${VALUE}"}`;
    await script('token set account --type generic', { stdin: `${text}\n` });
    expect((await script('token get account --show-value', aloud)).stdout).toBe(`${text}\n`);
  });

  test.each<[string, string, string]>([
    ['token set a', '', 'no_value'],
    ['token set a', '\n', 'no_value'],
    ['token set a', `${VALUE}\nX-Evil: 1`, 'bad_value'],
    ['token set a --type api-key', 'größe', 'bad_value'],
    ['token set a --namespace a/b', VALUE, 'bad_name'],
    ['token set a}b', VALUE, 'bad_name'],
    ['token set a --namespace oauth', VALUE, 'not_for_sign_ins'],
    ['token set a --expires tomorrow', VALUE, 'bad_expiry'],
    ['token set a --expires 2020-01-01', VALUE, 'bad_expiry'],
    ['token set a --type other', VALUE, 'invalid_argument'],
  ])('%s with %j is %s, and keeps nothing', async (line, stdin, code) => {
    const { script } = alone();
    const result = await script(`${line} --json`, { stdin });
    expect(result.exit).toBe(2);
    expect(errorOf(result).code).toBe(code);
    expect(listed(await script('token list --json'))).toEqual([]);
  });

  test('without a store that works asks for no value', async () => {
    const { person } = alone();
    const env = { MCP_CLI_ENCRYPTION_KEY: 'mcpk1_broken' };
    expect(await person('token set a', { env, answers: [] })).toMatchObject({ exit: 6 });
  });
});

describe('listing', () => {
  test('shows tokens and sign-ins beside each other, and no value', async () => {
    const { person, script } = await scene();
    await person('auth login notes');
    await script('token set my-api --expires 90d', { stdin: VALUE });
    const rows = JSON.parse((await script('token list --json')).stdout).tokens;
    expect(rows).toMatchObject([
      { namespace: 'oauth', name: 'notes', type: 'oauth', expired: false, store: 'encrypted' },
      { namespace: 'bearer', name: 'my-api', type: 'bearer', expired: false, store: 'encrypted' },
    ]);
    expect(Date.parse(rows[1].expiresAt) - Date.parse(rows[1].createdAt)).toBe(90 * DAY);
    const text = (await script('token list')).stdout;
    expect(text).toMatch(/^NAMESPACE +NAME +TYPE +EXPIRES\n/);
    expect(text).toMatch(/bearer +my-api +bearer +in 90 days/);
  });

  test.each([
    ['', 'api-key:search bearer:my-api provider:openai team:my-api'],
    ['--bearer', 'bearer:my-api team:my-api'],
    ['--no-bearer --show-api-keys', 'api-key:search provider:openai'],
    ['--api-keys --no-providers', 'api-key:search'],
    ['--namespace team', 'team:my-api'],
    ['--oauth', ''],
  ])('token list %s', async (filters, shown) => {
    const { script } = await stocked();
    expect(listed(await script(`token list ${filters} --json`.replace('  ', ' '))).join(' ')).toBe(shown);
  });

  test('survives the loss of the index: what is left is no sign-in, and can be cleared', async () => {
    const { home, script } = await stocked();
    rmSync(join(home, '.mcp_cli/token_registry.json'));
    expect(JSON.parse((await script('auth list --json')).stdout)).toEqual({ servers: {} });
    expect((await script('token list')).stdout.match(/damaged/g)).toHaveLength(4);
    expect(await script('token clear --yes')).toMatchObject({ exit: 0 });
    expect(readdirSync(join(home, '.mcp_cli/tokens')).filter((name) => name.endsWith('.enc'))).toEqual([]);
  });
});

describe('getting', () => {
  test('wants to know which, if there are several, and who was meant, if there is none', async () => {
    const { script } = await stocked();
    expect(errorOf(await script('token get my-api --json'))).toMatchObject({ code: 'ambiguous_name' });
    expect((await script('token get my-api -n team')).stdout).toContain('namespace: team\n');
    expect((await script('token get my-api -t bearer')).stdout).toContain('namespace: bearer\n');
    expect(errorOf(await script('token get serch --json'))).toMatchObject({
      code: 'unknown_token',
      hint: expect.stringContaining('search?'),
    });
  });

  test('shows a sign-in, and leaves its token to auth', async () => {
    const { person, script } = await scene();
    await person('auth login notes');
    for (const line of ['token get notes', 'token get notes --oauth', 'token get notes -n oauth']) {
      expect(JSON.parse((await script(`${line} --json`)).stdout)).toMatchObject({
        namespace: 'oauth',
        name: 'notes',
        state: 'signed_in',
      });
      expect(errorOf(await script(`${line} --show-value --json`)).code).toBe('not_for_sign_ins');
    }
    expect(errorOf(await script('token get notes -n bearer --json')).code).toBe('unknown_token');
  });

  test('gives no value that is over, and says so', async () => {
    const { script } = await stocked();
    const later = { clock: 2 * DAY };
    expect(JSON.parse((await script('token get my-api -n team --json', later)).stdout).expired).toBe(true);
    const refused = await script('token get my-api -n team --show-value --json', later);
    expect(refused).toMatchObject({ exit: 4, stdout: '' });
    expect(errorOf(refused)).toMatchObject({
      code: 'token_expired',
      hint: expect.stringContaining('token set my-api --namespace team'),
    });
    expect((await script('token list', later)).stdout).toMatch(/team +my-api +bearer .*ago +expired/);
  });

  test("says where a provider's key comes from: the environment is first", async () => {
    const { script } = await stocked();
    const source = async (env: Record<string, string>, name = 'openai') =>
      JSON.parse((await script(`token get-provider ${name} --json`, { env })).stdout).source;
    expect(await source({})).toBe('store');
    expect(await source({ OPENAI_API_KEY: OTHER })).toBe('environment');
    expect(await source({}, 'groq')).toBe('none');
    expect((await script('token get-provider -p openai --show-value', aloud)).stdout).toBe(`${VALUE}\n`);
    expect((await script('token get-provider --provider openai --show-value', aloud)).stdout).toBe(
      `${VALUE}\n`,
    );
    expect(await script('token delete-provider openai')).toMatchObject({
      stdout: 'deleted provider:openai\n',
    });
    expect(await source({})).toBe('none');
    expect((await script('token get-provider')).exit).toBe(2);
  });
});
