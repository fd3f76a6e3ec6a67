// A Vault that is hostile, broken or out of reach: one clear error, nothing lost, nothing shown.

import { createServer as createTcp } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { answer, certificateFile, listen, redirect } from '../support/loopback.ts';
import { notes } from '../support/person.ts';
import { spawnCli } from '../support/process.ts';
import { keep, scene } from '../support/scene.ts';
import { expectTold } from '../support/told.ts';
import { vaultClient } from '../support/vault.ts';
import { vaultServer } from '../support/vault-server.ts';

const VAULT_TOKEN = 'hvs.root-of-the-test-vault';

async function world(options: Parameters<typeof vaultServer>[0] = {}) {
  const vault = keep(await vaultServer(options));
  return { vault, ...(await scene()), env: { VAULT_ADDR: vault.url, VAULT_TOKEN: vault.token } };
}

describe('refusals', () => {
  test.each<[string, (vault: Awaited<ReturnType<typeof world>>['vault']) => void, string, RegExp, string]>([
    [
      'is sealed',
      (vault) => {
        vault.behaviour.sealed = true;
      },
      'unavailable',
      /sealed/,
      'unseal',
    ],
    ['has another token by now', (vault) => vault.tokens.clear(), 'denied', /HTTP 403/, 'expired'],
    [
      'may not be read there',
      (vault) => Object.assign(vault.tokens.get(vault.token) ?? {}, { may: () => false }),
      'denied',
      /HTTP 403/,
      'policy',
    ],
  ])('one that %s', async (_, arrange, code, says, hint) => {
    const { vault, script, env } = await world();
    arrange(vault);
    expectTold(await script('tools list notes --json', { env }), { code, exit: 6, says, hint }, [
      vault.token,
    ]);
  });

  test('nobody signs in for a store that would not take the tokens', async () => {
    const { vault, person, authorization, env } = await world();
    const may = (capability: string) => capability === 'read' || capability === 'list';
    Object.assign(vault.tokens.get(vault.token) ?? {}, { may });
    const asked = authorization.log.length;
    const result = await person('auth login notes --json', { env });
    expectTold(result, { code: 'denied', exit: 6, says: /may not write/, hint: 'policy' }, [vault.token]);
    expect(authorization.log.length).toBe(asked);
  });

  test('a token that may do as the documented policy says is enough', async () => {
    const { vault, person, script, env } = await world();
    const policy: [RegExp, string[]][] = [
      [/^secret\/data\/mcp-cli\/oauth\//, ['create', 'update', 'read']],
      [/^secret\/metadata\/mcp-cli\/oauth(\/|$)/, ['list', 'delete', 'update']],
    ];
    const may = (capability: string, path: string) =>
      policy.some(([at, granted]) => at.test(path) && granted.includes(capability));
    Object.assign(vault.tokens.get(vault.token) ?? {}, { may });
    vault.behaviour.mounts = 'forbidden';
    expect(await person('auth login notes', { env })).toMatchObject({ exit: 0 });
    expect(await script('auth list --json', { env })).toMatchObject({ exit: 0 });
    expect(await person('auth reset notes', { env })).toMatchObject({ exit: 0 });
    expect(vault.secrets.size).toBe(0);
  });
});

describe('what answers is not Vault', () => {
  test.each<[string, number, string]>([
    ['a page', 200, '<html>Welcome</html>'],
    ['a page that is missing', 404, '<html>Not here</html>'],
    ['nothing', 200, ''],
    ['broken JSON', 200, '{"data":'],
  ])('%s is never read as "no token"', async (_, status, body) => {
    const { script, env } = await world();
    const proxy = keep(await listen((_request, response) => answer(response, status, body)));
    const result = await script('tools list notes --json', { env: { ...env, VAULT_ADDR: proxy.url } });
    expectTold(result, { code: 'unavailable', exit: 6, says: /is not Vault/, hint: 'VAULT_ADDR' }, [
      VAULT_TOKEN,
    ]);
  });

  test('a redirect is not followed: the token stays', async () => {
    const { script, env } = await world();
    const thief = keep(await listen((_request, response) => answer(response, 200, { data: {} })));
    const proxy = keep(
      await listen((_request, response, hit) => redirect(response, `${thief.url}${hit.path}`, 307)),
    );
    const result = await script('tools list notes --json', { env: { ...env, VAULT_ADDR: proxy.url } });
    expectTold(result, { code: 'unavailable', exit: 6, says: /redirect/, hint: 'active node' }, [
      VAULT_TOKEN,
    ]);
    expect(thief.log).toEqual([]);
  });

  test('one that nobody runs', async () => {
    const { script, env } = await world();
    const gone = await listen(() => {});
    await gone.close();
    const result = await script('tools list notes --json', { env: { ...env, VAULT_ADDR: gone.url } });
    expectTold(result, { code: 'unavailable', exit: 6, says: /refused/, hint: 'VAULT_ADDR' }, [VAULT_TOKEN]);
  });

  test('one that never answers: the limit of VAULT_CLIENT_TIMEOUT, as often as VAULT_MAX_RETRIES says', async () => {
    const { script, env } = await world();
    const asked: string[] = [];
    const silent = createTcp((socket) => void socket.on('data', (data) => asked.push(String(data))));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const slow = {
      ...env,
      VAULT_ADDR: `http://127.0.0.1:${port}`,
      VAULT_CLIENT_TIMEOUT: '100ms',
      VAULT_MAX_RETRIES: '1',
    };
    const result = await script('tools list notes --json', { env: slow });
    silent.close();
    expectTold(result, { code: 'unavailable', exit: 6, says: /in time/, hint: 'VAULT_ADDR' }, [VAULT_TOKEN]);
  });
});

describe('TLS', () => {
  test('is verified, whatever VAULT_SKIP_VERIFY=false and NODE_TLS_REJECT_UNAUTHORIZED=0 are taken for elsewhere', async () => {
    const { script, env } = await world({ tls: true });
    for (const more of [
      {},
      { VAULT_SKIP_VERIFY: 'false' },
      { VAULT_SKIP_VERIFY: '0' },
      { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    ]) {
      const result = await script('tools list notes --json', { env: { ...env, ...more } });
      expectTold(result, { code: 'unavailable', exit: 6, says: /certificate/, hint: 'VAULT_ADDR' }, [
        VAULT_TOKEN,
      ]);
    }
  });

  test('VAULT_CACERT adds its authority; VAULT_SKIP_VERIFY=true is obeyed and said aloud', async () => {
    const { script, env } = await world({ tls: true });
    const trusted = { ...env, VAULT_CACERT: certificateFile };
    expect((await script('auth status notes --json', { env: trusted })).exit).toBe(4);
    const skipped = await script('auth status notes', { env: { ...env, VAULT_SKIP_VERIFY: 'true' } });
    expect(skipped.exit).toBe(4);
    expect(skipped.stderr).toContain('warning: VAULT_SKIP_VERIFY');
  });

  test('http beyond this machine is refused before anything is sent', async () => {
    const { script, env } = await world();
    const result = await script('tools list notes --json', {
      env: { ...env, VAULT_ADDR: 'http://vault.example:8200' },
    });
    expectTold(result, { code: 'vault_settings', exit: 6, says: /not an https URL/, hint: 'https://' }, [
      VAULT_TOKEN,
    ]);
  });
});

describe('what is written and then lost on the way', () => {
  test('an answer that never came: the write is looked into, not repeated blindly', async () => {
    const { vault, person, env } = await world();
    let cut = 0;
    vault.intercept = ({ method, path }, response) => {
      if (method !== 'POST' || !path.startsWith('/v1/secret/data/') || cut++ > 0) return false;
      const { end } = response;
      // Vault has written; its answer is lost.
      response.end = function (this: typeof response) {
        this.destroy();
        return this;
      } as typeof end;
      return false;
    };
    expect(await person('auth login notes', { env })).toMatchObject({ exit: 0 });
    expect(vault.secrets.get('mcp-cli/oauth/notes')?.current).toBe(1);
  });

  test('a busy Vault is asked again', async () => {
    const { vault, script, env } = await world();
    let busy = 2;
    vault.intercept = (_, response) => {
      if (busy-- <= 0) return false;
      response.setHeader('retry-after', '0');
      answer(response, 429, { errors: [] });
      return true;
    };
    expect((await script('auth status notes', { env })).exit).toBe(4);
  });
});

describe('what shows', () => {
  test('no error holds the token or what was written', async () => {
    const vault = keep(await vaultServer());
    const client = vaultClient({ VAULT_ADDR: vault.url, VAULT_TOKEN: vault.token, VAULT_MAX_RETRIES: '0' });
    const secret = 'what-was-written-55a1';
    for (const status of [400, 403, 500, 503]) {
      vault.intercept = (_, response) => {
        answer(response, status, { errors: [`no ${secret}`] });
        return true;
      };
      const errors = await Promise.all(
        [client.get('notes'), client.set('notes', secret), client.list()].map((each) =>
          each.catch((error: unknown) => error),
        ),
      );
      for (const error of errors) {
        expect(error).toBeInstanceOf(Error);
        const shown = inspect(error, { depth: 20, showHidden: true });
        expect(shown).not.toContain(secret);
        expect(shown).not.toContain(vault.token);
      }
    }
    await client.end();
  });

  test('DEBUG=* prints none of it', async () => {
    const { person, env, home, server } = await world();
    expect(await person('auth login notes', { env })).toMatchObject({ exit: 0 });
    const config = notes({ url: server.mcpUrl });
    const argv = ['--config-file', config, 'auth', 'status', 'notes'];
    const { stderr, exit } = await spawnCli(argv, { home, env: { ...env, DEBUG: '*', CI: 'true' } }).done;
    expect(exit).toBe(0);
    expect(stderr).not.toContain(VAULT_TOKEN);
  });
});
