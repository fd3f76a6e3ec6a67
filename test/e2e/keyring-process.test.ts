// The helper process: it ends with its parent, whatever ends that, and has no secret where others can look. Many at once.
// Needs dist (npm run build).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import type { Env } from '../../src/deps.ts';
import type { StoreError } from '../../src/errors.ts';
import { openKeyringStore } from '../../src/store/keyring/store.ts';
import { leftovers, processesOf } from '../support/expired.ts';
import { newHome } from '../support/home.ts';
import { helper, openAtKeyring, secretServiceOptions } from '../support/keyring.ts';
import { notes } from '../support/person.ts';
import { spawnCli } from '../support/process.ts';
import { keep } from '../support/scene.ts';
import { keyringMissing, secretService } from '../support/secret-service.ts';
import { registerSecret } from '../support/secrets.ts';
import { errorOf } from '../support/store.ts';
import { ptyCli } from '../support/terminal.ts';

const SECRETS: Env = {
  MCP_CLI_ENCRYPTION_KEY: 'a password that no child may see',
  MCP_CLI_TOKEN_OTHER: 'a token that no child may see',
  VAULT_TOKEN: 'hvs.that-no-child-may-see',
  NODE_OPTIONS: '--no-deprecation',
  DEBUG: '*',
};

/** A keyring that is locked, with a window that nobody answers: whoever asks it hangs. */
async function stuck(prompter: 'silent' | 'none' = 'silent') {
  const service = keep(await secretService({ prompter }));
  await (await openAtKeyring(service.env)).set('notes', 'the sign-in');
  service.lock();
  const { HOME: _, ...env } = service.env;
  return { service, env };
}

/** A command that hangs in the keyring, its helper's number, and its HOME. */
async function hanging(more: Env = {}) {
  const { service, env } = await stuck();
  const home = newHome();
  const config = notes({ url: 'http://127.0.0.1:9/mcp' });
  const argv = ['--config-file', config, '--token-backend', 'secretservice', 'tools', 'list', 'notes'];
  const running = spawnCli(argv, { home, env: { ...env, ...more } });
  const pid = await vi.waitFor(
    () => {
      const [found] = processesOf(home).filter((one) => one !== running.child.pid);
      if (found === undefined || !isAsking(service.home)) throw new Error('no question yet');
      return found;
    },
    { timeout: 5_000, interval: 10 },
  );
  return { running, pid, home };
}

/** Whether the window for the password was started. */
const isAsking = (home: string) =>
  processesOf(home).some((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('silent-prompter'));

/** Resolves when nothing that was started with this HOME runs. */
const alone = (home: string) =>
  vi.waitFor(() => expect(processesOf(home)).toEqual([]), { timeout: 3_000, interval: 10 });

describe.skipIf(keyringMissing)(`on a real daemon${keyringMissing ? ` (${keyringMissing})` : ''}`, () => {
  test('the helper has no secret in its environment and in its arguments', async () => {
    const { running, pid } = await hanging(SECRETS);
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
    const names = environment.map((line) => line.slice(0, line.indexOf('=')));
    expect(names.sort()).toEqual(['DBUS_SESSION_BUS_ADDRESS', 'HOME', 'LC_ALL', 'PATH', 'XDG_RUNTIME_DIR']);
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toMatch(
      new RegExp(`^${process.execPath}\0[^\0]*/dist/store/keyring/child\\.js\0$`),
    );
    running.child.kill('SIGKILL');
    await running.done;
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s ends both at once, and leaves nothing',
    async (signal) => {
      const { running, home } = await hanging();
      const start = performance.now();
      running.child.kill(signal);
      expect((await running.done).exit).toBe(130);
      expect(performance.now() - start).toBeLessThan(2_000);
      await alone(home);
      expect(leftovers(home)).toEqual([]);
    },
  );

  test('at a terminal it is said what is waited for, and Ctrl-C ends both', async () => {
    const { env } = await stuck();
    const config = notes({ url: 'http://127.0.0.1:9/mcp' });
    const argv = ['--config-file', config, '--token-backend', 'secretservice', 'tools', 'list', 'notes'];
    const terminal = ptyCli(argv, { env });
    await terminal.seen(/waiting for the keyring to be unlocked \(Ctrl-C to cancel\)/);
    expect(processesOf(terminal.home)).toHaveLength(2);
    terminal.type('\x03');
    expect((await terminal.done).exit).toBe(130);
    await alone(terminal.home);
  });

  test('a parent that is killed takes the helper with it, out of a call that hangs', async () => {
    const { running, home } = await hanging();
    running.child.kill('SIGKILL');
    await running.done;
    await alone(home);
  });

  test('a command that is done waits for no helper', async () => {
    const service = keep(await secretService());
    const { HOME: _, ...env } = service.env;
    const home = newHome();
    const config = notes({ url: 'http://127.0.0.1:9/mcp' });
    const argv = ['--config-file', config, '--token-backend', 'secretservice', 'auth', 'list', '--json'];
    expect(await spawnCli(argv, { home, env }).done).toMatchObject({ exit: 0 });
    await alone(home);
  });

  test('a crash of the addon: said so, at once, and again without another try', async () => {
    const { service } = await stuck('none');
    const options = secretServiceOptions(service.env, { program: helper('keyring-crash.mjs') });
    const store = await openKeyringStore(options);
    const start = performance.now();
    const error = await errorOf(store.get('notes'));
    expect(error).toMatchObject({ code: 'crashed', exit: 6, hint: expect.stringContaining('encrypted') });
    expect(error.message).toContain('SIGSEGV');
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(await errorOf(store.set('notes', 'x'))).toMatchObject({ code: 'crashed' });
  });

  test('no error shows a value', async () => {
    const { service } = await stuck();
    const value = registerSecret(`value-${'v'.repeat(40)}`);
    const store = await openAtKeyring(service.env);
    const errors: StoreError[] = [
      await errorOf(store.set('notes', value)),
      await errorOf(store.set('notes', value.repeat(99))),
    ];
    for (const error of errors) {
      expect(error.code).toBe('timed_out');
      expect(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain(value);
    }
  });

  test('20 processes at once', { timeout: 400_000 }, async () => {
    const service = keep(await secretService());
    const home = newHome();
    const runs = Array.from({ length: 20 }, async (_, n) => {
      const env = { ...service.env, PATH: process.env.PATH };
      const child = spawn(process.execPath, [helper('keyring-save.mjs'), home, String(n)], {
        env,
        stdio: ['ignore', 'inherit', 'pipe'],
      });
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk;
      });
      const [code] = await once(child, 'close');
      return `${code} ${said}`;
    });
    expect(await Promise.all(runs)).toEqual(Array(20).fill('0 '));
    const store = await openAtKeyring(service.env, { home });
    const kept = Array.from({ length: 20 }, (_, n) => n).filter((n) => n % 4 !== 0);
    expect(await store.list()).toEqual([...kept.map((n) => `server ${n}`), 'shared'].sort());
    for (const n of kept)
      expect(JSON.parse((await store.get(`server ${n}`)) ?? 'null')).toMatchObject({ number: String(n) });
    expect(leftovers(home)).toEqual([]);
  });
});
