import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { browserEnv, commandFor, openBrowser } from '../../src/ui/browser.ts';

const url = 'http://127.0.0.1:5000/abc?x=1&y=$(id)';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcp-cli-browser-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A real program that writes its arguments and environment down; the file appears complete. */
function recorder(name: string): { program: string; seen: () => Promise<{ args: string[]; env: string[] }> } {
  const program = join(folder, name);
  const out = join(folder, 'seen');
  const script = `#!/bin/sh\n{ printf '%s\\n' "$#" "$@"; env; } > '${out}.part'\nmv '${out}.part' '${out}'\n`;
  writeFileSync(program, script);
  chmodSync(program, 0o700);
  return {
    program,
    async seen() {
      await new Promise<void>((resolve) => {
        const watcher = watch(folder, () => existsSync(out) && resolve(watcher.close()));
        if (existsSync(out)) resolve(watcher.close());
      });
      const [count = '0', ...lines] = readFileSync(out, 'utf8').split('\n');
      return { args: lines.slice(0, Number(count)), env: lines.slice(Number(count)) };
    },
  };
}

describe('the command', () => {
  const handler = ['url.dll,FileProtocolHandler', url];
  test.each([
    ['firefox', 'firefox', [url]],
    ['firefox --new-window', 'firefox', ['--new-window', url]],
    ['chrome --app=%s --x', 'chrome', [`--app=${url}`, '--x']],
    ['"/opt/My Browser/run" -n', '/opt/My Browser/run', ['-n', url]],
    ["'/opt/My Browser/run' %s", '/opt/My Browser/run', [url]],
    ['a:b', 'a:b', [url]],
    ['x; rm -rf ~', 'x;', ['rm', '-rf', '~', url]],
  ])('BROWSER=%s', (BROWSER, program, args) => {
    for (const platform of ['linux', 'win32', 'darwin'] as const) {
      expect(commandFor(url, { BROWSER, WSL_DISTRO_NAME: 'x' }, platform)).toEqual({ program, args });
    }
  });

  test('on Windows and WSL no shell and no PowerShell', () => {
    expect(commandFor(url, { SystemRoot: 'D:\\Windows' }, 'win32')).toEqual({
      program: 'D:\\Windows\\System32\\rundll32.exe',
      args: handler,
    });
    expect(commandFor(url, { BROWSER: ' ', WSL_INTEROP: '/run/x' }, 'linux')).toMatchObject({
      program: '/mnt/c/Windows/System32/rundll32.exe',
      args: handler,
    });
  });

  test('elsewhere the open package decides', () => {
    expect(commandFor(url, {}, 'linux')).toBeUndefined();
    expect(commandFor(url, { WSL_DISTRO_NAME: 'x' }, 'darwin')).toBeUndefined();
  });
});

test('the environment of a browser holds a desktop and no secret', () => {
  const kept = {
    PATH: '/bin',
    Path: 'C:\\',
    HOME: '/h',
    DISPLAY: ':0',
    WAYLAND_DISPLAY: 'w',
    XAUTHORITY: '/x',
    XDG_RUNTIME_DIR: '/run',
    DBUS_SESSION_BUS_ADDRESS: 'unix:x',
    LANG: 'C',
    LC_ALL: 'C',
    USER: 'u',
    LOGNAME: 'u',
    SystemRoot: 'C:\\Windows',
  };
  const dropped = {
    MCP_CLI_TOKEN_NOTION: 's',
    MCP_CLI_ENCRYPTION_KEY: 's',
    VAULT_TOKEN: 's',
    VAULT_ADDR: 's',
    NOTION_CLIENT_SECRET: 's',
    XDG_SECRET: 's',
    LC_API_KEY: 's',
    DBUS_PASSWORD: 's',
    NODE_OPTIONS: '--require x',
    LD_PRELOAD: 'x',
    SSH_AUTH_SOCK: 'x',
    BROWSER: 'x',
    HTTPS_PROXY: 'http://u:p@x',
    UNSET: undefined,
  };
  expect(browserEnv({ ...dropped, ...kept })).toEqual(kept);
});

test.each([
  'http://as.example/',
  'file:///etc/passwd',
  'javascript:x',
  '--help',
  'https://x/ y',
  'https://x/"',
])('%s is not opened', async (bad) => {
  const never = (() => {
    throw new Error('spawned');
  }) as unknown as typeof spawn;
  await expect(
    openBrowser(bad, { env: { BROWSER: 'x' }, platform: 'linux', spawn: never }),
  ).rejects.toMatchObject({ code: 'insecure_url' });
});

describe.skipIf(process.platform === 'win32')('a real program', () => {
  test('from BROWSER gets the URL as one argument, no shell, and a clean environment', async () => {
    const { program, seen } = recorder('my browser');
    const env = { BROWSER: `"${program}" --new %s`, PATH: process.env.PATH, VAULT_TOKEN: 'hush', LANG: 'C' };
    await openBrowser(url, { env, platform: 'linux' });
    const { args, env: given } = await seen();
    expect(args).toEqual(['--new', url]);
    expect(given).toContain('LANG=C');
    expect(given.join('\n')).not.toContain('hush');
  });

  test('that is not there rejects', async () => {
    const env = { BROWSER: join(folder, 'missing') };
    await expect(openBrowser(url, { env, platform: 'linux' })).rejects.toMatchObject({ code: 'no_browser' });
    writeFileSync(join(folder, 'plain'), 'text');
    await expect(
      openBrowser(url, { env: { BROWSER: join(folder, 'plain') }, platform: 'linux' }),
    ).rejects.toMatchObject({ code: 'no_browser' });
    await expect(openBrowser(url, { env: { BROWSER: 'a\0b' }, platform: 'linux' })).rejects.toMatchObject({
      code: 'no_browser',
    });
  });

  test.skipIf(process.platform !== 'linux')('that the open package finds gets no secret either', async () => {
    const { program, seen } = recorder('www-browser');
    renameSync(program, join(folder, 'x-www-browser'));
    writeFileSync(join(folder, 'www-browser'), readFileSync(join(folder, 'x-www-browser')));
    chmodSync(join(folder, 'www-browser'), 0o700);
    // A browser that this machine has is not asked: its desktop entries are out of sight.
    const nowhere = { XDG_DATA_DIRS: folder, XDG_DATA_HOME: folder, XDG_CONFIG_DIRS: folder };
    const env = {
      PATH: `${folder}:/usr/bin:/bin`,
      HOME: folder,
      DISPLAY: ':99',
      MCP_CLI_TOKEN_X: 'hush',
      ...nowhere,
    };
    await openBrowser(url, { env, platform: 'linux' });
    const { args, env: given } = await seen();
    expect(args).toEqual([url]);
    expect(given.join('\n')).not.toContain('hush');
  });

  test('that starts the browser and fails rejects', async () => {
    const failing = ((_program: string, _args: string[], options: object) =>
      spawn('false', options)) as unknown as typeof spawn;
    await expect(
      openBrowser(url, { env: { PATH: process.env.PATH }, platform: 'linux', spawn: failing }),
    ).rejects.toMatchObject({ code: 'no_browser' });
  });
});
