import { expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { runCli } from '../support/cli.ts';
import { configFile, newHome } from '../support/home.ts';
import { modernServer } from '../support/modern-server.ts';
import { atTerminal, unattended } from '../support/person.ts';
import { keep } from '../support/scene.ts';

test('a key opens the store without a question, and another one does not', async () => {
  const keys = [];
  for (const format of [[], ['--json']]) {
    const { exit, stdout } = await runCli([...format, 'token', 'keygen'], unattended({ showsSecrets: true }));
    expect(exit).toBe(0);
    keys.push(format.length > 0 ? JSON.parse(stdout).key : stdout.trimEnd());
  }
  const [key, other] = keys;
  expect(key).toMatch(/^mcpk1_[\w-]{48}$/);
  expect(other).not.toBe(key);

  const server = keep(await modernServer({ authorizationServers: [keep(await authorizationServer())] }));
  const config = configFile({ mcpServers: { notes: { url: server.mcpUrl } } });
  const home = newHome();
  const auth = (words: string[], secret: string, showsSecrets = false) => {
    const who = words[0] === 'login' ? atTerminal : unattended;
    return runCli(
      ['--config-file', config, 'auth', ...words],
      who({ home, showsSecrets, env: { MCP_CLI_ENCRYPTION_KEY: secret } }),
    );
  };
  expect(await auth(['login', 'notes'], key)).toMatchObject({ exit: 0 });
  expect(await auth(['token', 'notes'], key, true)).toMatchObject({ exit: 0 });
  expect(await auth(['token', 'notes'], other)).toMatchObject({ exit: 6, stdout: '' });
});
