// Files and folders of the program that somebody else has put there, or can write. Real processes: what hangs must show.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { copyHome, expiredHome, KEY } from '../support/expired.ts';
import { configFile, newHome } from '../support/home.ts';
import { bin, spawnCli } from '../support/process.ts';
import { scene } from '../support/scene.ts';
import { unsearchedFolder } from '../support/secrets.ts';

const isRoot = process.getuid?.() === 0;

/** Ends by itself, or is killed after ten seconds: then `exit` is -1. */
async function command(home: string, line: string, options: { cwd?: string; config?: string } = {}) {
  const config = options.config === undefined ? [] : ['--config-file', options.config];
  const running = spawnCli([...config, ...line.split(' ')], {
    home,
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    env: { MCP_CLI_ENCRYPTION_KEY: KEY, CI: 'true' },
  });
  const timer = setTimeout(() => running.child.kill('SIGKILL'), 10_000);
  const result = await running.done;
  clearTimeout(timer);
  return result;
}

const fifo = (path: string) => execFileSync('sh', ['-c', 'mkfifo -m 600 "$0"', path]);

describe('a configuration file', () => {
  test.each(['./server_config.json', '~/.mcp_cli/server_config.json', '~/.mcp/servers.json'])(
    '%s that is a pipe which nobody writes does not hang',
    async (place) => {
      const home = newHome();
      const cwd = join(home, 'checkout');
      for (const folder of ['checkout', '.mcp_cli', '.mcp']) mkdirSync(join(home, folder), { mode: 0o700 });
      fifo(place.replace(/^~/, home).replace(/^\./, cwd));
      const result = await command(home, 'servers list --json', { cwd });
      expect({ exit: result.exit, stdout: result.stdout }).toEqual({ exit: 3, stdout: '' });
      expect(result.stderr).toContain('unreadable');
    },
  );

  test('that is a device is not read', async () => {
    const home = newHome();
    const cwd = join(home, 'checkout');
    mkdirSync(cwd);
    symlinkSync('/dev/zero', join(cwd, 'server_config.json'));
    expect((await command(home, 'servers list --json', { cwd })).exit).toBe(3);
  });

  test('may come from a pipe if somebody says so', async () => {
    const home = newHome();
    const pipe = join(home, 'pipe');
    fifo(pipe);
    const running = command(home, 'servers list --json', { config: pipe });
    execFileSync('sh', ['-c', `printf '{"mcpServers":{"a":{"url":"https://a.example"}}}' > "${pipe}"`]);
    expect((await running).exit).toBe(0);
  });

  test.each([0o660, 0o666, 0o606])('of mode %o is refused', async (mode) => {
    const file = configFile({ mcpServers: {} });
    chmodSync(file, mode);
    const result = await command(newHome(), 'servers list --json', { config: file });
    expect(result.exit).toBe(3);
    expect(result.stderr).toContain('unsafe_file');
  });

  test.runIf(isRoot)('of another user is refused', async () => {
    const file = configFile({ mcpServers: {} });
    chownSync(file, 12345, 12345);
    const result = await command(newHome(), 'servers list --json', { config: file });
    expect(result.stderr).toContain('unsafe_file');
  });
});

describe('the token store', () => {
  let signedIn: string;
  let config: string;
  const place = (home: string, ...rest: string[]) => join(home, '.mcp_cli', ...rest);

  beforeAll(async () => {
    const { authorization, server } = await scene({
      authorization: { behaviour: { refreshTokens: 'always' } },
    });
    config = configFile({ mcpServers: { notes: { url: server.mcpUrl } } });
    signedIn = await expiredHome(authorization, config, { looksFresh: true });
  });

  const elsewhere = () => join(unsearchedFolder('elsewhere'), 'x');
  const attacks: [string, string, (home: string) => void][] = [
    ['a linked ~/.mcp_cli', 'unsafe_directory', (home) => moved(place(home))],
    ['a linked tokens folder', 'unsafe_directory', (home) => moved(place(home, 'tokens'))],
    ['a linked token file', 'unsafe_file', (home) => moved(place(home, 'tokens', 'notes.enc'))],
    ['a ~/.mcp_cli that the group can write', 'unsafe_directory', (home) => chmodSync(place(home), 0o770)],
    [
      'a tokens folder that all can write',
      'unsafe_directory',
      (home) => chmodSync(place(home, 'tokens'), 0o707),
    ],
    [
      'a tokens folder that is sticky',
      'unsafe_directory',
      (home) => chmodSync(place(home, 'tokens'), 0o1777),
    ],
    [
      'a file for a folder',
      'unsafe_directory',
      (home) => replaced(place(home, 'tokens'), (path) => writeFileSync(path, '')),
    ],
    ['a pipe for a token file', 'unsafe_file', (home) => replaced(place(home, 'tokens', 'notes.enc'), fifo)],
    [
      'a folder for a token file',
      'unsafe_file',
      (home) => replaced(place(home, 'tokens', 'notes.enc'), (path) => mkdirSync(path)),
    ],
    [
      'a token file of 5 MB',
      'corrupt',
      (home) => writeFileSync(place(home, 'tokens', 'notes.enc'), Buffer.alloc(5 * 1024 * 1024)),
    ],
  ];
  if (isRoot) {
    attacks.push([
      'a foreign ~/.mcp_cli',
      'unsafe_directory',
      (home) => chownSync(place(home), 12345, 12345),
    ]);
    attacks.push([
      'a foreign token file',
      'unsafe_file',
      (home) => chownSync(place(home, 'tokens', 'notes.enc'), 12345, 12345),
    ]);
  }

  /** Moves it away and leaves a link. */
  function moved(path: string): void {
    const target = elsewhere();
    cpSync(path, target, { recursive: true });
    replaced(path, () => symlinkSync(target, path));
  }

  function replaced(path: string, put: (path: string) => void): void {
    rmSync(path, { recursive: true });
    put(path);
  }

  test.each(attacks)('%s is refused at once: %s', async (_, code, attack) => {
    const home = copyHome(signedIn);
    attack(home);
    const result = await command(home, 'auth token notes --json', { config });
    expect({ exit: result.exit, stdout: result.stdout }).toEqual({ exit: 6, stdout: '' });
    expect(result.stderr).toContain(`"code":"${code}"`);
  });

  test('a lock that is a pipe, or a link to somewhere, holds nobody up and is not followed', async () => {
    const home = copyHome(signedIn);
    const target = elsewhere();
    writeFileSync(target, 'precious', { mode: 0o600 });
    for (const put of [fifo, (path: string) => symlinkSync(target, path)]) {
      const lock = place(home, 'tokens', '.notes.lock');
      rmSync(lock, { force: true });
      put(lock);
      const result = await command(home, 'auth refresh notes --json', { config });
      expect(result.exit).toBe(6);
      expect(readFileSync(target, 'utf8')).toBe('precious');
    }
  });

  test('files that others may read are closed, and a hard link to one is left behind by the next save', async () => {
    const home = copyHome(signedIn);
    const file = place(home, 'tokens', 'notes.enc');
    const link = elsewhere();
    linkSync(file, link);
    chmodSync(file, 0o644);
    chmodSync(place(home, 'tokens'), 0o755);
    expect((await command(home, 'auth list --json', { config })).exit).toBe(0);
    expect([statSync(file).mode & 0o777, statSync(place(home, 'tokens')).mode & 0o777]).toEqual([
      0o600, 0o700,
    ]);
    const before = readFileSync(link);
    await command(home, 'auth logout notes --json', { config });
    expect(readFileSync(link).equals(before)).toBe(true);
    expect(statSync(file).ino).not.toBe(lstatSync(link).ino);
  });

  test('what is written is for its owner alone, whatever the umask', async () => {
    const home = copyHome(signedIn);
    const words = [process.execPath, bin, '--config-file', config, 'auth', 'logout', 'notes'];
    // Everything is written anew: also what was there before.
    rmSync(place(home, 'token_registry.json'));
    // The server is gone: what was stored is forgotten all the same.
    spawnSync('sh', ['-c', 'umask 000; exec "$0" "$@"', ...words], {
      env: { HOME: home, PATH: process.env.PATH, MCP_CLI_ENCRYPTION_KEY: KEY },
      stdio: 'ignore',
    });
    const names = readdirSync(place(home), { recursive: true }).map(String);
    expect(names).toContain('token_registry.json');
    expect(statSync(place(home, 'tokens', 'notes.enc')).mtimeMs).toBeGreaterThan(
      statSync(place(signedIn, 'tokens', 'notes.enc')).mtimeMs,
    );
    // What Node writes into the compile cache follows the umask; the folder around it is closed, and looked at here.
    const ours = names.filter((name) => !name.startsWith('compile-cache/'));
    for (const name of ours) expect(lstatSync(place(home, name)).mode & 0o077, name).toBe(0);
  });
});
