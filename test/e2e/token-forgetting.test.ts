// What `token delete` and `token clear` delete, and what `auth reset` leaves.
import { describe, expect, test } from 'vitest';
import { type CliResult, cancel } from '../support/cli.ts';
import { errorOf, scene } from '../support/scene.ts';
import { registerSecret } from '../support/secrets.ts';

const VALUE = registerSecret('a-token-of-a-person-0003');
const DAY = 86_400_000;

/** Signed in to `notes`, and two tokens, one of them good for a day. */
async function stocked() {
  const made = await scene();
  await made.person('auth login notes');
  await made.script('token set my-api', { stdin: VALUE });
  await made.script('token set old --namespace team --expires 1d', { stdin: VALUE });
  return made;
}

const names = ({ stdout }: CliResult) =>
  (JSON.parse(stdout).tokens as { namespace: string; name: string }[]).map(
    ({ namespace, name }) => `${namespace}:${name}`,
  );
const ALL = ['oauth:notes', 'bearer:my-api', 'team:old'];
const LOST = { env: { MCP_CLI_ENCRYPTION_KEY: 'another password altogether' } };

describe('token delete', () => {
  test('deletes the one, and nothing is an answer as well', async () => {
    const { script } = await stocked();
    expect(await script('token delete my-api')).toMatchObject({
      exit: 0,
      stdout: 'deleted bearer:my-api\n',
      stderr: '',
    });
    expect(await script('token delete my-api')).toMatchObject({ exit: 0, stdout: 'Nothing was stored.\n' });
    expect(JSON.parse((await script('token delete old --force --json')).stdout)).toEqual({
      namespace: 'team',
      name: 'old',
      deleted: true,
    });
    expect(names(await script('token list --json'))).toEqual(['oauth:notes']);
  });

  test('never takes a sign-in of that name for it', async () => {
    const { script } = await stocked();
    expect((await script('token delete notes')).stdout).toBe('Nothing was stored.\n');
    expect(names(await script('token list --json'))).toEqual(ALL);
  });

  test.each(['--is-oauth', '--oauth', '-n oauth'])('with %s revokes and forgets a sign-in', async (flag) => {
    const { authorization, script } = await stocked();
    expect(await script(`token delete notes ${flag}`)).toMatchObject({ exit: 0, stdout: 'forgot notes\n' });
    expect(authorization.count(authorization.paths.revocation)).toBeGreaterThan(0);
    expect(names(await script('token list --json'))).toEqual(['bearer:my-api', 'team:old']);
  });
});

describe('token clear', () => {
  test('without a terminal wants to be told twice', async () => {
    const { script } = await stocked();
    const result = await script('token clear --json');
    expect(result.exit).toBe(2);
    expect(errorOf(result)).toMatchObject({
      code: 'confirmation_needed',
      message: expect.stringContaining('bearer:my-api, team:old'),
    });
    expect(names(await script('token list --json'))).toEqual(ALL);
  });

  test('asks at a terminal, and a no is one', async () => {
    const { person, script } = await stocked();
    for (const answer of [false, cancel] as const) {
      expect(await person('token clear', { answers: [answer] })).toMatchObject({ exit: 130 });
      expect(names(await script('token list --json'))).toEqual(ALL);
    }
    expect(await person('token clear', { answers: [true] })).toMatchObject({
      exit: 0,
      stdout: 'deleted bearer:my-api\ndeleted team:old\n',
    });
  });

  test.each(['--yes', '--force', '-f'])(
    'with %s leaves sign-ins, and says how they are revoked',
    async (flag) => {
      const { script } = await stocked();
      const result = await script(`token clear ${flag}`);
      expect(result).toMatchObject({ exit: 0, stderr: expect.stringContaining('mcp-cli auth reset') });
      expect(names(await script('token list --json'))).toEqual(['oauth:notes']);
      expect(await script('tools list')).toMatchObject({ exit: 0 });
      expect(await script('token clear')).toMatchObject({ exit: 0, stdout: 'Nothing was stored.\n' });
    },
  );

  test('of a namespace, or of what is over, deletes that alone', async () => {
    const { script } = await stocked();
    expect((await script('token clear --expired')).stdout).toBe('Nothing was stored.\n');
    expect((await script('token clear --expired --yes', { clock: 2 * DAY })).stdout).toBe(
      'deleted team:old\n',
    );
    expect((await script('token clear -n team --yes')).stdout).toBe('Nothing was stored.\n');
    expect((await script('token clear -n bearer --yes')).stdout).toBe('deleted bearer:my-api\n');
  });

  test('of oauth is a reset of every sign-in, which asks for itself', async () => {
    const { authorization, script } = await stocked();
    expect(errorOf(await script('token clear -n oauth --json')).code).toBe('confirmation_needed');
    expect(errorOf(await script('token clear -n oauth --expired --json')).code).toBe('not_for_sign_ins');
    expect(await script('token clear -n oauth --force')).toMatchObject({ exit: 0, stdout: 'forgot notes\n' });
    expect(authorization.count(authorization.paths.revocation)).toBeGreaterThan(0);
    expect(names(await script('token list --json'))).toEqual(['bearer:my-api', 'team:old']);
  });

  test('works with a lost password; when both kinds are gone, a new one can be chosen', async () => {
    const { person, script } = await stocked();
    expect(errorOf(await script('token list --json', LOST))).toMatchObject({
      code: 'wrong_password',
      hint: expect.stringContaining('mcp-cli token clear'),
    });
    expect(await script('token clear --yes', LOST)).toMatchObject({ exit: 0 });
    expect((await script('auth reset --yes', LOST)).stdout).toBe('forgot notes\n');
    expect(await person('token set a', { ...LOST, stdin: VALUE })).toMatchObject({ exit: 0 });
  });
});

describe('auth', () => {
  test('reset forgets the sign-ins alone, and tells of the rest', async () => {
    const { script } = await stocked();
    const result = await script('auth reset --yes');
    expect(result).toMatchObject({
      exit: 0,
      stdout: 'forgot notes\n',
      stderr: '2 stored tokens stay: mcp-cli token clear\n',
    });
    expect(names(await script('token list --json'))).toEqual(['bearer:my-api', 'team:old']);
    expect(await script('auth reset')).toMatchObject({ exit: 0, stdout: 'Nothing was stored.\n' });
  });

  test('list and status know none of them', async () => {
    const { script } = await stocked();
    expect(Object.keys(JSON.parse((await script('auth list --json')).stdout).servers)).toEqual(['notes']);
    expect(Object.keys(JSON.parse((await script('auth status --json')).stdout).servers)).toEqual(['notes']);
  });

  test('never meets a token under a name that looks like one', async () => {
    const { script, person } = await scene({
      others: { '~bearer:my-api': { url: 'https://a.example/mcp' } },
    });
    await person('auth login notes');
    await script('token set my-api', { stdin: VALUE });
    expect((await script(['auth', 'reset', '~bearer:my-api'])).stdout).toBe('Nothing was stored.\n');
    expect(names(await script('token list --json'))).toContain('bearer:my-api');
  });
});
