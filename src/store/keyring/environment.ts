// The environment of the helper process. Pure.
import { posix } from 'node:path';
import type { Env } from '../../deps.ts';

/** What reaching the keyring, finding the libraries and asking at the person's screen need; nothing that can be a secret. */
const ALLOWED = [
  'HOME',
  'USER',
  'LOGNAME',
  'TMPDIR',
  'DBUS_SESSION_BUS_ADDRESS',
  'XDG_RUNTIME_DIR',
  'XDG_SESSION_ID',
  'XDG_CURRENT_DESKTOP',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
  // Where there is no /usr/lib, as on NixOS.
  'LD_LIBRARY_PATH',
  // Windows and macOS.
  'SystemRoot',
  'SystemDrive',
  'windir',
  'USERPROFILE',
  'USERNAME',
  'USERDOMAIN',
  'APPDATA',
  'LOCALAPPDATA',
  'TEMP',
  'TMP',
  '__CF_USER_TEXT_ENCODING',
];

/** `uid` is this user's number, where there are such. */
export function childEnvironment(
  env: Env,
  platform: NodeJS.Platform,
  uid: number | undefined,
): Record<string, string> {
  const kept = new Map<string, string>();
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && isAllowed(name, platform)) kept.set(name, value);
  }
  if (platform === 'linux') {
    // Left to itself GLib would start a bus of its own, by a program that it looks for in PATH.
    const runtime = env.XDG_RUNTIME_DIR || `/run/user/${uid}`;
    if (!env.DBUS_SESSION_BUS_ADDRESS) {
      kept.set('DBUS_SESSION_BUS_ADDRESS', `unix:path=${encodeURI(posix.join(runtime, 'bus'))}`);
    }
    kept.set('PATH', '/usr/bin:/bin');
    kept.set('LC_ALL', 'C');
  }
  return Object.fromEntries(kept);
}

function isAllowed(name: string, platform: NodeJS.Platform): boolean {
  // Windows writes the same name in several ways.
  return platform === 'win32'
    ? ALLOWED.some((allowed) => allowed.toUpperCase() === name.toUpperCase())
    : ALLOWED.includes(name);
}
