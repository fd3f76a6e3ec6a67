// The environment as an attacker's tool, and as a place where others find secrets. Real processes, looked at in /proc.
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { browserProgram } from '../support/browser.ts';
import { configFile, newHome } from '../support/home.ts';
import { listen } from '../support/loopback.ts';
import { modernServer } from '../support/modern-server.ts';
import { type Running, spawnCli } from '../support/process.ts';
import { keep } from '../support/scene.ts';
import { registerSecret, unsearchedFolder } from '../support/secrets.ts';
import { KEY } from '../support/store.ts';

const hasProc = existsSync('/proc/self/environ');
const SECRETS = {
  AWS_SECRET_ACCESS_KEY: registerSecret('an-aws-secret-of-the-test'),
  GITHUB_TOKEN: registerSecret('a-github-token-of-the-test'),
  NPM_CONFIG__AUTH: registerSecret('an-npm-secret-of-the-test'),
  DATABASE_URL: registerSecret('postgres://u:a-database-password@db'),
  MCP_CLI_TOKEN_OTHER: registerSecret('a-token-of-another-server'),
  VAULT_PASSWORD: registerSecret('a-vault-password-of-the-test'),
  XDG_SESSION_TOKEN: registerSecret('a-desktop-token-of-the-test'),
};

/** A program that writes down how it was called, and then is what `then` says. */
function witness(then: string): {
  command: string;
  seen(): { argv: string[]; env: Record<string, string> }[];
} {
  const folder = unsearchedFolder('witness');
  const file = join(folder, 'witness.mjs');
  writeFileSync(
    file,
    `#!${process.execPath}
import { appendFileSync } from 'node:fs';
appendFileSync(${JSON.stringify(join(folder, 'seen'))}, JSON.stringify({ argv: process.argv, env: process.env }) + '\\n');
${then}`,
  );
  chmodSync(file, 0o755);
  return {
    command: file,
    seen: () =>
      existsSync(join(folder, 'seen'))
        ? readFileSync(join(folder, 'seen'), 'utf8')
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line))
        : [],
  };
}

/** What every process of this HOME shows of itself to others, gathered for as long as it runs. */
function watchProcesses(home: string, running: Running): () => string[] {
  const found = new Set<string>();
  const own = () => readFileSync(`/proc/${running.child.pid}/cmdline`, 'utf8');
  const look = () => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        // In this order: a child that was forked, and is not yet what it shall be, shows what its parent shows.
        const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        const environ = readFileSync(`/proc/${pid}/environ`, 'utf8');
        if (!environ.includes(`HOME=${home}`)) continue;
        found.add(`argv ${argv}`);
        if (argv !== own()) found.add(`environ ${environ}`);
      } catch {
        // It has ended meanwhile.
      }
    }
  };
  const timer = setInterval(look, 3);
  return () => {
    clearInterval(timer);
    return [...found];
  };
}

test.runIf(hasProc)(
  'a sign-in shows nothing secret in the arguments or the environment of any process',
  async () => {
    const authorization = keep(await authorizationServer());
    const server = keep(await modernServer({ authorizationServers: [authorization] }));
    const config = configFile({ mcpServers: { notes: { url: server.mcpUrl } } });
    const browser = browserProgram();
    const home = newHome();
    const running = spawnCli(['--config-file', config, '--server', 'notes', 'tools', 'list', '--json'], {
      home,
      env: { ...SECRETS, MCP_CLI_ENCRYPTION_KEY: KEY, BROWSER: browser.command },
    });
    const stop = watchProcesses(home, running);
    const result = await running.done;
    const shown = stop();
    expect(result.exit).toBe(0);
    const text = shown.join('\n');
    expect(text).toContain('browser-child');
    for (const value of [KEY, ...Object.values(SECRETS)]) expect(text).not.toContain(value);
    const { state = '', code_challenge = '' } =
      authorization.log.find(({ path }) => path === authorization.paths.authorization)?.params ?? {};
    for (const value of [state, code_challenge]) {
      expect(value).not.toBe('');
      expect(text).not.toContain(value);
    }
    expect(browser.opened().every((url) => /^http:\/\/127\.0\.0\.1:\d+\/[\w-]+$/.test(url))).toBe(true);
  },
);

test('the browser gets what a desktop needs of the environment, and no secret', async () => {
  const { command, seen } = witness('');
  const authorization = keep(await authorizationServer());
  const server = keep(await modernServer({ authorizationServers: [authorization] }));
  const config = configFile({ mcpServers: { notes: { url: server.mcpUrl } } });
  const running = spawnCli(['--config-file', config, 'auth', 'login', 'notes', '--login-timeout', '1'], {
    env: { ...SECRETS, DISPLAY: ':7', MCP_CLI_ENCRYPTION_KEY: KEY, BROWSER: command },
  });
  await running.done;
  const [call] = seen();
  expect(call?.env.DISPLAY).toBe(':7');
  for (const name of [...Object.keys(SECRETS), 'MCP_CLI_ENCRYPTION_KEY'])
    expect(call?.env).not.toHaveProperty(name);
});

test('BROWSER is words and no shell', async () => {
  const { command, seen } = witness('');
  const mark = join(unsearchedFolder('mark'), 'ran');
  const authorization = keep(await authorizationServer());
  const server = keep(await modernServer({ authorizationServers: [authorization] }));
  const config = configFile({ mcpServers: { notes: { url: server.mcpUrl } } });
  const running = spawnCli(['--config-file', config, 'auth', 'login', 'notes', '--login-timeout', '1'], {
    env: {
      MCP_CLI_ENCRYPTION_KEY: KEY,
      BROWSER: `${command} %s;touch ${mark} $(touch ${mark}) \`touch ${mark}\` && x`,
    },
  });
  await running.done;
  expect(existsSync(mark)).toBe(false);
  const [url, ...rest] = seen()[0]?.argv.slice(2) ?? [];
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]+;touch$/);
  expect(rest).toEqual([mark, '$(touch', `${mark})`, '`touch', `${mark}\``, '&&', 'x']);
});

test('a stdio server gets the harmless variables and its own, and no secret of ours', async () => {
  const { command, seen } = witness(
    `await import(${JSON.stringify(join(import.meta.dirname, '../support/stdio-server.mjs'))});`,
  );
  const entry = { command, env: { OWN: 'its own' } };
  const config = configFile({ mcpServers: { local: entry } });
  const result = await spawnCli(['--config-file', config, '--server', 'local', 'tools', 'list', '--json'], {
    env: { ...SECRETS, MCP_CLI_ENCRYPTION_KEY: KEY },
  }).done;
  expect(result.stderr).toBe('');
  const calls = seen();
  expect(calls.length).toBeGreaterThan(0);
  for (const { env } of calls) {
    expect(env.OWN).toBe('its own');
    for (const name of [...Object.keys(SECRETS), 'MCP_CLI_ENCRYPTION_KEY'])
      expect(env).not.toHaveProperty(name);
  }
});

test('NODE_TLS_REJECT_UNAUTHORIZED=0 turns nothing off, for the server and for its authorization server', async () => {
  const secure = keep(await authorizationServer({ tls: true }));
  const server = keep(await modernServer({ authorizationServers: [secure] }));
  const far = keep(await modernServer({ tls: true }));
  for (const url of [server.mcpUrl, far.mcpUrl]) {
    const config = configFile({ mcpServers: { notes: { url } } });
    const result = await spawnCli(['--config-file', config, '--server', 'notes', 'tools', 'list', '--json'], {
      env: { MCP_CLI_ENCRYPTION_KEY: KEY, NODE_TLS_REJECT_UNAUTHORIZED: '0', BROWSER: '/bin/true' },
    }).done;
    expect(result.exit).toBe(5);
    expect(result.stderr).toContain('"code":"tls"');
  }
  expect([secure.log, far.log]).toEqual([[], []]);
});

test('a proxy of the environment sees no loopback request', async () => {
  const proxy = keep(await listen((_request, response) => response.end('no')));
  const server = keep(await modernServer({}));
  const config = configFile({ mcpServers: { notes: { url: server.mcpUrl } } });
  const result = await spawnCli(['--config-file', config, '--server', 'notes', 'tools', 'list', '--json'], {
    env: { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, ALL_PROXY: proxy.url },
  }).done;
  expect(result.exit).toBe(0);
  expect(proxy.log).toEqual([]);
});
