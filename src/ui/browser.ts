import type { spawn as Spawn, SpawnOptions } from 'node:child_process';
import type { Env } from '../deps.ts';
import { ConfigError, ProtocolError } from '../errors.ts';
import { isSafeBrowserUrl } from '../url.ts';

type Options = { env: Env; platform: NodeJS.Platform; spawn?: typeof Spawn };
type Command = {
  program: string;
  args: string[];
  options?: SpawnOptions;
  /** It starts the browser and ends soon: its exit code says whether it could. */
  waits?: true;
};

/**
 * Starts the person's browser: `BROWSER` if set, else what the system offers. Resolves once a program was started,
 * not when a page is seen. Rejects with ConfigError `no_browser` if none could be, and with ProtocolError
 * `insecure_url` for a URL that no browser should be given. There is never a shell in between.
 */
export async function openBrowser(url: string, options: Options): Promise<void> {
  if (!isSafeBrowserUrl(url))
    throw new ProtocolError('insecure_url', 'the URL may not be opened in a browser', {
      hint: 'tell the operator of the authorization server',
    });
  const { env, platform } = options;
  const spawn = options.spawn ?? (await import('node:child_process')).spawn;
  const command = commandFor(url, env, platform) ?? (await packageCommand(url));
  await new Promise<void>((resolve, reject) => {
    const fail = (cause?: unknown) =>
      reject(
        new ConfigError('no_browser', 'no browser could be started', {
          hint: '--no-browser shows the URL instead',
          cause,
        }),
      );
    try {
      const child = spawn(command.program, command.args, {
        env: browserEnv(env),
        stdio: 'ignore',
        detached: true,
        windowsHide: true,
        ...command.options,
      });
      child.on('error', fail);
      // Nobody stays for it: the sign-in can be over before a slow desktop has answered.
      child.unref();
      if (command.waits) child.once('exit', (code) => (code === 0 ? resolve() : fail()));
      else child.once('spawn', () => resolve());
    } catch (error) {
      // What Node will not even try, a batch file for instance.
      fail(error);
    }
  });
}

/** Everything that needs no look at the file system; undefined where the `open` package knows best. */
export function commandFor(url: string, env: Env, platform: NodeJS.Platform): Command | undefined {
  const [program, ...args] = words(env.BROWSER ?? '');
  if (program !== undefined) {
    const given = args.some((word) => word.includes('%s'));
    return { program, args: given ? args.map((word) => word.replaceAll('%s', url)) : [...args, url] };
  }
  // The `open` package would start PowerShell here.
  const handler = ['url.dll,FileProtocolHandler', url];
  if (platform === 'win32') {
    return { program: `${env.SystemRoot ?? 'C:\\Windows'}\\System32\\rundll32.exe`, args: handler };
  }
  if (platform === 'linux' && (env.WSL_DISTRO_NAME || env.WSL_INTEROP)) {
    const system = '/mnt/c/Windows/System32';
    // A Windows program cannot start in a folder of the Linux side.
    return { program: `${system}/rundll32.exe`, args: handler, options: { cwd: system } };
  }
  return undefined;
}

// `open` gives its child our whole environment, secrets included, and has no option for it: so it runs in a process
// of its own that has none. Only our own one-use URL ever stands in its arguments.
async function packageCommand(url: string): Promise<Command> {
  const [{ execPath }, { createRequire }, { pathToFileURL }] = await Promise.all([
    import('node:process'),
    import('node:module'),
    import('node:url'),
  ]);
  const module = pathToFileURL(createRequire(import.meta.url).resolve('open')).href;
  return { program: execPath, args: ['--input-type=module', '--eval', OPENER, module, url], waits: true };
}

// `open` is content once the system's opener runs, which then may find no browser and says so by its exit code. One
// that becomes the browser itself does not end for hours.
const OPENER = `
  const { argv, exit } = process;
  const [, module, url] = argv;
  const opener = await (await import(module)).default(url);
  opener.ref();
  opener.once('exit', (code) => exit(code ?? 1));
  setTimeout(() => exit(0), 5000);`;

/** Words as a person writes them, with quotes around those that hold spaces; nothing else has a meaning. */
export function words(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
}

const passed = new Set(
  `APPDATA COMMONPROGRAMFILES DESKTOP_SESSION DISPLAY GDK_BACKEND HOME HOMEDRIVE HOMEPATH LANG LANGUAGE LOCALAPPDATA
  LOGNAME MOZ_ENABLE_WAYLAND PATH PATHEXT PROGRAMDATA PROGRAMFILES PROGRAMFILES(X86) PROGRAMW6432 QT_QPA_PLATFORM
  SHELL SYSTEMDRIVE SYSTEMROOT TEMP TMP TMPDIR TZ USER USERDOMAIN USERNAME USERPROFILE VSCODE_IPC_HOOK_CLI
  WAYLAND_DISPLAY WINDIR WSL_DISTRO_NAME WSL_INTEROP XAUTHORITY`.split(/\s+/),
);

/** The environment of a program that is not ours: what a desktop needs, and nothing that could be a secret. */
export function browserEnv(env: Env): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    const upper = name.toUpperCase();
    const wanted = passed.has(upper) || /^(XDG|DBUS|LC|KDE|GNOME)_/.test(upper);
    const secret = /(TOKEN|SECRET|KEY|PASSWORD|PASS|CREDENTIALS?)$/.test(upper);
    if (value !== undefined && wanted && !secret) kept[name] = value;
  }
  return kept;
}
