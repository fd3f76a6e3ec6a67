// Forgetting, and the password of the store: wanted to revoke, not needed to forget. Needs dist (npm run build).
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CancelledError } from '../../src/errors.ts';
import { authorizationServer } from '../support/authorization-server.ts';
import { type CliOptions, cancel, noForm } from '../support/cli.ts';
import { configFile } from '../support/home.ts';
import { modernServer } from '../support/modern-server.ts';
import { PASSWORD } from '../support/person.ts';
import { desk, keep } from '../support/scene.ts';
import { ptyCli } from '../support/terminal.ts';

const QUESTION = /Password of the token store \(to revoke at the server; empty: only forget here\)/;
const never = (question: string) => Promise.reject(new Error(`asked "${question}"`));
const entries = (home: string) =>
  readdirSync(join(home, '.mcp_cli/tokens')).filter((name) => /^[^.].*\.enc$/.test(name));

/** `notes` signed in as oneself and as `work`, under a password that is in no variable afterwards. */
async function signedIn() {
  const authorization = keep(await authorizationServer());
  const server = keep(await modernServer({ authorizationServers: [authorization] }));
  const config = configFile({ mcpServers: { notes: { url: server.mcpUrl } } });
  const { home, person, script } = desk(config);
  const env = { MCP_CLI_ENCRYPTION_KEY: PASSWORD };
  for (const more of ['', ' --account work'])
    expect((await person(`auth login notes${more}`, { env })).exit).toBe(0);
  const tokens = await Promise.all(
    ['', ' --account work'].map(async (more) =>
      (await script(`auth token notes${more}`, { env, showsSecrets: true })).stdout.trim(),
    ),
  );
  authorization.log.splice(0);
  /** How many of the two tokens the authorization server still takes. */
  const alive = async () => {
    const found = await Promise.all(tokens.map((token) => authorization.validate(token, server.mcpUrl)));
    return found.filter((each) => each !== undefined).length;
  };
  const unset = { env: { MCP_CLI_ENCRYPTION_KEY: undefined } };
  const asked: string[] = [];
  /** With these answers to the password question, in order. */
  const answering = (...answers: (string | typeof cancel)[]): CliOptions => ({
    ...unset,
    deps: {
      prompt: {
        ...noForm,
        available: true,
        confirm: async () => true,
        text: never,
        select: never,
        checkbox: never,
        async secret(question) {
          asked.push(question);
          const answer = answers.shift();
          if (answer === cancel) throw new CancelledError();
          if (answer === undefined) throw new Error(`asked again: ${question}`);
          return answer;
        },
      },
    },
  });
  return { authorization, server, config, home, person, script, alive, unset, asked, answering };
}

const FORGOT = 'forgot notes\nforgot notes@work\n';
const NOT_REVOKED = /^error: .* not revoked at the server: notes, notes@work\nhint: .+\n$/;

describe('at a terminal', () => {
  test('the password is asked for once, and both are revoked', async () => {
    const { home, person, alive, asked, answering } = await signedIn();
    expect(await alive()).toBe(2);
    expect(await person('auth reset', answering(PASSWORD))).toMatchObject({
      exit: 0,
      stdout: FORGOT,
      stderr: '',
    });
    expect(asked).toEqual([expect.stringMatching(QUESTION)]);
    expect(await alive()).toBe(0);
    expect(entries(home)).toEqual([]);
  });

  test.each([
    ['none', ''],
    ['a wrong one', 'another password'],
  ])('%s is given: asked once, all forgotten here, and exit 6 with the names', async (_, answer) => {
    const { authorization, home, person, alive, asked, answering } = await signedIn();
    const result = await person('auth reset', answering(answer));
    expect(result).toMatchObject({ exit: 6, stdout: FORGOT });
    expect(result.stderr).toMatch(NOT_REVOKED);
    expect(asked).toHaveLength(1);
    expect(authorization.log).toEqual([]);
    expect(entries(home)).toEqual([]);
    expect(await alive()).toBe(2);
  });

  test('Ctrl-C at the question cancels all, also what could be forgotten without it', async () => {
    const { authorization, server, home, person, script, unset, answering } = await signedIn();
    const env = { MCP_CLI_ENCRYPTION_KEY: PASSWORD };
    // Before the others in the order of names, and of no configured server: nobody to revoke it at.
    const named = desk(configFile({ mcpServers: { aged: { url: server.mcpUrl } } }), home);
    expect((await named.person('auth login aged', { env })).exit).toBe(0);
    authorization.log.splice(0);
    const before = entries(home);
    expect(before).toHaveLength(3);
    expect(await person('auth reset', answering(cancel))).toMatchObject({ exit: 130, stdout: '' });
    expect(entries(home)).toEqual(before);
    expect(authorization.log).toEqual([]);
    expect((await script('auth status notes', { ...unset, env })).exit).toBe(0);
  });

  test('nothing is asked where nobody could be told: the server is not configured any more', async () => {
    const { home, answering, asked } = await signedIn();
    const elsewhere = desk(configFile({ mcpServers: {} }), home);
    expect(await elsewhere.person('auth reset', answering())).toMatchObject({ exit: 6, stdout: FORGOT });
    expect(asked).toEqual([]);
  });
});

describe('auth logout at a terminal', () => {
  test('Enter deletes the account unread, registration and all, and leaves the other account', async () => {
    const { authorization, home, person, alive, asked, answering } = await signedIn();
    const result = await person('auth logout notes', answering(''));
    expect(result).toMatchObject({ exit: 6, stdout: 'signed out of notes\n' });
    expect(result.stderr).toMatch(/^error: .* not revoked at the server: notes\nhint: .+\n$/);
    expect(asked).toEqual([expect.stringMatching(QUESTION)]);
    expect(authorization.log).toEqual([]);
    expect(entries(home)).toEqual([expect.stringMatching(/^notes_work-/)]);
    expect(await alive()).toBe(2);
  });

  test('a wrong password keeps all, of several servers too, and is asked for once', async () => {
    const { server, home, asked, answering } = await signedIn();
    const entry = { url: server.mcpUrl };
    const two = desk(configFile({ mcpServers: { notes: entry, other: entry } }), home);
    expect((await two.person('auth login other', { env: { MCP_CLI_ENCRYPTION_KEY: PASSWORD } })).exit).toBe(
      0,
    );
    const before = entries(home);
    const result = await two.person('auth logout notes other --json', answering('another password'));
    expect(result.exit).toBe(6);
    expect(JSON.parse(result.stderr).errors).toMatchObject([
      { code: 'wrong_password', server: 'notes' },
      { code: 'no_password', server: 'other' },
    ]);
    expect(asked).toHaveLength(1);
    expect(entries(home)).toEqual(before);
  });

  test('the password revokes, and the registration stays', async () => {
    const { home, person, alive, asked, answering } = await signedIn();
    expect(await person('auth logout notes', answering(PASSWORD))).toMatchObject({ exit: 0 });
    expect(asked).toHaveLength(1);
    expect(await alive()).toBe(1);
    expect(entries(home)).toHaveLength(2);
  });
});

test.each([
  ['without a terminal', 'auth reset --yes', false],
  ['with --non-interactive', 'auth reset --yes --non-interactive', true],
])('%s nothing is asked: forgotten here, and exit 6 with the names', async (_, line, terminal) => {
  const { home, person, script, unset, asked, answering } = await signedIn();
  const result = await (terminal ? person(line, answering()) : script(line, unset));
  expect(result).toMatchObject({ exit: 6, stdout: FORGOT });
  expect(result.stderr).toMatch(NOT_REVOKED);
  expect(asked).toEqual([]);
  expect(entries(home)).toEqual([]);
});

describe('at a pseudo-terminal', () => {
  const start = async (keys: string) => {
    const made = await signedIn();
    const terminal = ptyCli(['--config-file', made.config, 'auth', 'reset', '--yes'], { home: made.home });
    await terminal.seen(QUESTION);
    terminal.type(keys);
    return { ...made, ...(await terminal.done) };
  };

  test('Enter alone forgets here, and names what is not revoked', async () => {
    const { exit, shown, home } = await start('\r');
    expect(exit).toBe(6);
    expect(shown).toContain('not revoked at the server: notes, notes@work');
    expect(entries(home)).toEqual([]);
  });

  test('the password revokes, and is not shown', async () => {
    const { exit, shown, home, alive } = await start(`${PASSWORD}\r`);
    expect(exit).toBe(0);
    expect(shown).not.toContain(PASSWORD);
    expect(await alive()).toBe(0);
    expect(entries(home)).toEqual([]);
  });

  test.each([
    ['Ctrl-C', '\x03'],
    ['Ctrl-D', '\x04'],
  ])('%s cancels all', async (_, keys) => {
    const { exit, home, alive } = await start(keys);
    expect(exit).toBe(130);
    expect(entries(home)).toHaveLength(2);
    expect(await alive()).toBe(2);
  });
});
