// Several accounts at one server: each has a sign-in of its own, in every command.
import { expect, test } from 'vitest';
import { storedRecord } from '../support/expired.ts';
import { errorOf, type Scene, scene } from '../support/scene.ts';

const aloud = { showsSecrets: true };

/** The plain account is ada's, `work` is grace's. */
async function both(entry: object = {}): Promise<Scene> {
  const made = await scene({ entry });
  expect((await made.person('auth login notes')).exit).toBe(0);
  made.authorization.behaviour.person = 'grace';
  const second = await made.person('auth login notes --account work');
  expect(second).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^notes \(work\): signed in at /) });
  expect(second.stderr).toContain('Authentication required for notes (work)');
  return made;
}

test('each has a token of its own, for every command', async () => {
  const { home, script } = await both();
  const plain = (await script('auth token notes', aloud)).stdout;
  const work = (await script('auth token notes --account work', aloud)).stdout;
  expect(work).not.toBe(plain);
  expect(JSON.parse((await script('auth token notes --account work --json', aloud)).stdout)).toMatchObject({
    server: 'notes',
    account: 'work',
  });
  expect((await storedRecord(home))?.account).toBeUndefined();
  expect((await storedRecord(home, 'notes@work'))?.account).toBe('work');
  expect((await script('tools list notes --account work')).exit).toBe(0);
  expect((await script('tools list notes --account home')).exit).toBe(4);
});

test('a renewal of one leaves the other as it is', async () => {
  const { home, script } = await both();
  const before = await storedRecord(home);
  const token = (await storedRecord(home, 'notes@work'))?.tokens?.accessToken;
  const result = await script('auth refresh notes --account work --json');
  expect(JSON.parse(result.stdout)).toMatchObject({ server: 'notes', account: 'work', state: 'signed_in' });
  expect(await storedRecord(home)).toEqual(before);
  expect((await storedRecord(home, 'notes@work'))?.tokens?.accessToken).not.toBe(token);
});

test('the list has all of them, or the one that is asked for; the status has the usual one', async () => {
  const { script } = await both();
  const { servers } = JSON.parse((await script('auth list --json')).stdout);
  expect(Object.keys(servers)).toEqual(['notes', 'notes@work']);
  expect(servers['notes@work']).toMatchObject({ server: 'notes', account: 'work' });
  expect((await script('auth list')).stdout).toContain('notes (work)');
  const one = JSON.parse((await script('auth list --account work --json')).stdout);
  expect(Object.keys(one.servers)).toEqual(['notes@work']);
  const status = JSON.parse((await script('auth status --json')).stdout);
  expect(Object.keys(status.servers)).toEqual(['notes']);
});

test('the entry makes one the usual one, and the flag beats it', async () => {
  const { home, person, script } = await scene({ entry: { account: 'work' } });
  expect((await person('auth login notes')).exit).toBe(0);
  expect((await storedRecord(home, 'notes@work'))?.account).toBe('work');
  expect((await script('tools list notes')).exit).toBe(0);
  expect((await script('tools list notes --account home')).exit).toBe(4);
});

test('what is to be typed names the account', async () => {
  const { script } = await scene();
  for (const line of ['tools list notes', 'auth token notes', 'auth whoami notes', 'auth refresh notes']) {
    const { hint } = errorOf(await script(`${line} --account work --json`));
    expect(hint, line).toContain('mcp-cli auth login notes --account work');
  }
});

test('one is forgotten alone, and without a name for it all are', async () => {
  const { script } = await both();
  expect((await script('auth reset notes --account work')).stdout).toBe('forgot notes@work\n');
  expect((await script('tools list notes')).exit).toBe(0);
  const again = await both();
  expect((await again.script('auth reset notes')).stdout).toBe('forgot notes\nforgot notes@work\n');
});

test('a token in the environment is of the account in its name, and of no other', async () => {
  const { script, server } = await scene();
  const env = { MCP_CLI_TOKEN_NOTES: 'of-the-plain-account' };
  const result = await script('tools list notes --account work --json', { env });
  expect(errorOf(result)).toMatchObject({ code: 'login_required' });
  expect(server.log.some(({ headers }) => headers.authorization?.includes(env.MCP_CLI_TOKEN_NOTES))).toBe(
    false,
  );
  const own = { MCP_CLI_TOKEN_NOTES_WORK: 'of-the-account-work' };
  expect(errorOf(await script('tools list notes --account work --json', { env: own }))).toMatchObject({
    code: 'token_rejected',
    message: expect.stringContaining('MCP_CLI_TOKEN_NOTES_WORK'),
  });
});

test('a variable that means an account and another server is refused', async () => {
  const { script } = await scene({ others: { 'notes-work': { url: 'https://other.example/mcp' } } });
  const env = { MCP_CLI_TOKEN_NOTES_WORK: 'whose-token-is-it' };
  const result = await script('tools list notes --account work --json', { env });
  expect(result.exit).toBe(3);
  expect(errorOf(result)).toMatchObject({ code: 'ambiguous_token' });
});
