// A real Secret Service for one test: gnome-keyring on a session bus of its own, below dbus-run-session. It ends with
// the pipe that it reads from, so also when the tests are killed.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export type SecretService = {
  /** What a process needs to find it. */
  env: { HOME: string; XDG_RUNTIME_DIR: string; DBUS_SESSION_BUS_ADDRESS: string };
  home: string;
  /** Locks the keyring, as the desktop does when the person leaves. */
  lock(): void;
  /** The paths of the entries of a service, locked ones too. */
  search(service: string): string[];
  close(): Promise<void>;
};

type Options = {
  /** `unlocked`: with a keyring; `none`: a daemon that never made one; `no daemon`: only the bus. */
  keyring?: 'unlocked' | 'none' | 'no daemon';
  /** Who asks for the password of a locked keyring: nobody, or a window that no one answers. */
  prompter?: 'none' | 'silent';
};

const PROGRAMS = {
  session: '/usr/bin/dbus-run-session',
  send: '/usr/bin/dbus-send',
  daemon: '/usr/bin/gnome-keyring-daemon',
};
const SECRETS = 'org.freedesktop.secrets';
const PASSWORD = 'password of the keyring of a test';
const SCRIPT = {
  unlocked: 'printf %s "$1" | gnome-keyring-daemon --unlock --components=secrets >&2',
  none: 'gnome-keyring-daemon --start --components=secrets >&2',
  'no daemon': ':',
};
const silentPrompter = fileURLToPath(new URL('silent-prompter.mjs', import.meta.url));

/** Throws where the Debian packages of .ci/run are missing. */
export async function secretService({
  keyring = 'unlocked',
  prompter = 'none',
}: Options = {}): Promise<SecretService> {
  const home = mkdtempSync(join(tmpdir(), 'mcp-keyring-'));
  const runtime = join(home, 'run');
  const services = join(home, 'data/dbus-1/services');
  mkdirSync(runtime, { mode: 0o700 });
  mkdirSync(services, { recursive: true });
  offer(services, 'org.gnome.keyring.SystemPrompter', prompter === 'silent' && silentPrompter);
  if (keyring === 'no daemon') offer(services, 'org.freedesktop.secrets', false);

  const session = spawn(
    PROGRAMS.session,
    ['--', 'sh', '-c', `${SCRIPT[keyring]}; echo "$DBUS_SESSION_BUS_ADDRESS"; exec cat >&2`, 'sh', PASSWORD],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: home,
        XDG_RUNTIME_DIR: runtime,
        XDG_DATA_HOME: join(home, 'data'),
        XDG_CACHE_HOME: join(home, 'cache'),
      },
    },
  );
  let said = '';
  session.stderr.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  const address = await firstLine(session, () => said);
  const env = { HOME: home, XDG_RUNTIME_DIR: runtime, DBUS_SESSION_BUS_ADDRESS: address };
  const send = (to: string, path: string, method: string, what: string) =>
    execFileSync(PROGRAMS.send, ['--session', `--dest=${to}`, '--print-reply', path, method, what], {
      env: { PATH: process.env.PATH, ...env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  /** Whether the daemon was there to be ended. */
  const ended = () => {
    const bus = 'org.freedesktop.DBus';
    try {
      const said = send(bus, '/', `${bus}.GetConnectionUnixProcessID`, `string:${SECRETS}`);
      return process.kill(Number(/uint32 (\d+)/.exec(said)?.[1]), 'SIGKILL');
    } catch {
      return false;
    }
  };
  const call = (method: string, what: string) =>
    send(SECRETS, '/org/freedesktop/secrets', `org.freedesktop.Secret.Service.${method}`, what);
  return {
    env,
    home,
    lock: () => void call('Lock', 'array:objpath:/org/freedesktop/secrets/collection/login'),
    search: (service) =>
      call('SearchItems', `dict:string:string:service,${service}`).match(/\/collection\/\S+(?=")/g) ?? [],
    async close() {
      // The daemon does not always notice that its bus is gone; and one that has just begun has no name there yet.
      const until = performance.now() + (keyring === 'no daemon' ? 0 : 5_000);
      while (!ended() && performance.now() < until) await setTimeout(50);
      session.stdin.end();
      if (session.exitCode === null) await once(session, 'exit');
      rmSync(home, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** A service of this name, before the system's own; without a program, one that cannot start. */
function offer(folder: string, name: string, program: string | false): void {
  const start = join(folder, `${name}.sh`);
  const line = program ? `exec '${process.execPath}' '${program}'` : 'exit 1';
  writeFileSync(start, `#!/bin/sh\n${line}\n`);
  chmodSync(start, 0o700);
  writeFileSync(join(folder, `${name}.service`), `[D-BUS Service]\nName=${name}\nExec=${start}\n`);
}

async function firstLine(session: ChildProcess, said: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    session.once('error', (cause) =>
      reject(new Error('these tests need the packages dbus and gnome-keyring', { cause })),
    );
    session.once('exit', (code) => reject(new Error(`no session bus (exit ${code}): ${said()}`)));
    if (session.stdout) createInterface({ input: session.stdout }).once('line', resolve);
  });
}

/** What a machine without it has to install; undefined where it is there, or where a run may skip nothing. */
export const keyringMissing =
  process.env.MCP_CLI_TEST_NO_SKIP === '1' || Object.values(PROGRAMS).every((program) => existsSync(program))
    ? undefined
    : 'needs a keyring: apt-get install dbus gnome-keyring libsecret-1-0';
