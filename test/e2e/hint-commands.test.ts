// What a hint says to type runs as it stands: each one is taken at its word, with another server configured beside.
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { splitWords } from '../../src/shell/line.ts';
import { openEncryptedStore } from '../../src/store/encrypted.ts';
import { walkingBrowser } from '../support/browser.ts';
import type { CliResult } from '../support/cli.ts';
import { KEY } from '../support/expired.ts';
import { fault } from '../support/faults.ts';
import { answer } from '../support/loopback.ts';
import { modernServer } from '../support/modern-server.ts';
import { keep, scene } from '../support/scene.ts';

/** A server chooses what its tools are called. */
const HOSTILE = "$(id) it's; reboot";

/** `notes`, which wants a sign-in, beside `plain`: a command that names neither is a failure. */
async function two() {
  const plain = keep(
    await modernServer({
      register(server) {
        for (const name of ['count', HOSTILE])
          server.registerTool(name, { inputSchema: z.object({ count: z.number() }) }, async () => ({
            content: [],
          }));
      },
    }),
  );
  return { ...(await scene({ others: { plain: { url: plain.mcpUrl } } })), plain };
}

/** The commands of the hint, as a shell would take them apart. */
function commands({ stderr }: CliResult): string[][] {
  const { error } = JSON.parse(/\{"error":.*\}/.exec(stderr)?.[0] ?? '{}') as { error?: { hint?: string } };
  return [...(error?.hint ?? '').matchAll(/mcp-cli (.+)/g)].map(([, words = '']) => splitWords(words));
}

test('wrong arguments: the tool is described', async () => {
  const { script, plain } = await two();
  const [hint = []] = commands(await script('--server plain tools call count count=x --json'));
  expect(hint).toEqual(['--server', 'plain', 'tools', 'describe', 'count']);
  expect(await script(hint)).toMatchObject({ exit: 0, stdout: expect.stringContaining('count') });
  // Without a configured name, and with a name of the server's choice.
  const line = ['--server', plain.mcpUrl, 'tools', 'call', HOSTILE, '--json'];
  const [again = []] = commands(await script(line));
  expect(again).toEqual(['--server', plain.mcpUrl, 'tools', 'describe', HOSTILE]);
  expect((await script(again)).exit).toBe(0);
});

test('wrong arguments: the key in a URL is not shown', async () => {
  const { script, plain } = await two();
  const result = await script(`--server ${plain.mcpUrl}?shelf=abcdef tools call count count=x --json`);
  expect(commands(result)).toEqual([['--server', 'URL', 'tools', 'describe', 'count']]);
  expect(result.stderr).not.toContain('abcdef');
});

test.each(['plain', 'plain,again'])('an unknown tool on %s: the tools are listed', async (servers) => {
  const plain = keep(await modernServer());
  const again = keep(await modernServer());
  const { script } = await scene({ others: { plain: { url: plain.mcpUrl }, again: { url: again.mcpUrl } } });
  const [hint = []] = commands(await script(`--server ${servers} tools describe zzzzzzzz --json`));
  expect(hint).toEqual(['tools', 'list', ...servers.split(',')]);
  expect((await script(hint)).exit).toBe(0);
});

test('no terminal for a session: the tools are listed', async () => {
  const { script } = await two();
  const [hint = []] = commands(await script('--server plain --json'));
  expect(await script(hint)).toMatchObject({ exit: 0, stdout: expect.stringContaining('count') });
});

test('a request that is forbidden: the status of that account is shown', async () => {
  const { server, person, script } = await two();
  const line = ['--server', 'notes', '--account', "it's work", 'tools', 'list', '--json'];
  expect((await person(line)).exit).toBe(0);
  server.intercept = fault('/mcp', (response) => answer(response, 403, {}));
  const [hint = []] = commands(await script(line));
  expect(hint).toEqual(['auth', 'status', 'notes', '--account', "it's work"]);
  expect(await script(hint)).toMatchObject({ exit: 0, stdout: expect.stringContaining("it's work") });
});

test('a scope that is refused although it was granted: the status is shown', async () => {
  const { server, person, script } = await two();
  const challenge = 'Bearer error="insufficient_scope", scope="mcp:read"';
  expect((await person('--server notes tools list')).exit).toBe(0);
  server.intercept = fault('/mcp', (response) => {
    response.setHeader('www-authenticate', challenge);
    answer(response, 403, {});
  });
  const [hint = []] = commands(await person('--server notes tools list --json'));
  expect(hint).toEqual(['auth', 'status', 'notes']);
  expect((await script(hint)).exit).toBe(0);
});

test('a fresh token that is refused: the status, or a sign-in that brings another one', async () => {
  const { server, person, script } = await two();
  expect((await person('--server notes tools list')).exit).toBe(0);
  server.protection.refuseGoodTokens = Number.POSITIVE_INFINITY;
  const [status = []] = commands(await person('--server notes tools list --json'));
  expect(status).toEqual(['auth', 'status', 'notes']);
  expect((await script(status)).exit).toBe(0);
  const [login = []] = commands(await script('--server notes tools list --json'));
  const browser = walkingBrowser();
  expect((await person(login, { browser })).exit).toBe(0);
  expect(browser.opened).toHaveLength(1);
});

test('a damaged record: it is reset', async () => {
  const { home, script } = await two();
  const never = () => Promise.reject(new Error('asked'));
  const store = await openEncryptedStore({
    home,
    platform: process.platform,
    random: randomBytes,
    env: { MCP_CLI_ENCRYPTION_KEY: KEY },
    storage: undefined,
    prompt: { available: false, confirm: never, secret: never },
  });
  await store.set('notes', '{');
  const [hint = []] = commands(await script('--server notes tools list --json'));
  expect(hint).toEqual(['auth', 'reset', 'notes']);
  // It could not be read, so it could not be revoked.
  expect(await script(hint)).toMatchObject({ exit: 6, stdout: 'forgot notes\n' });
  expect((await script('auth status notes --json')).stdout).toContain('"signed_out"');
});
