// Whether the keyring is to be had, as cheaply as that can be said: where no session bus is, no helper is started.
import { access } from 'node:fs/promises';
import { posix } from 'node:path';
import self from 'node:process';
import type { Env } from '../../deps.ts';
import { hasDefaultKeychain } from './default-keychain.ts';
import type { Engine } from './engine.ts';
import { faultError } from './failure.ts';
import { type KeyringOptions, type KeyringProbe, probeKeyring } from './store.ts';

/** As `probeKeyring`. `engine` is started for a look that needs one. */
export async function lookAtKeyring(
  options: Omit<KeyringOptions, 'home' | 'random'>,
  engine?: () => Engine,
  hasKeychain = hasDefaultKeychain,
): Promise<KeyringProbe> {
  const { name, platform, env } = options;
  const socket =
    name === 'secretservice' && platform === 'linux' ? busSocket(env, self.getuid?.()) : undefined;
  const gone = socket !== undefined && !(await access(socket).then(...EITHER));
  if (gone) return { works: false, error: faultError(name, 'no_service', '') };
  if (name === 'keychain' && platform === 'darwin' && !(await hasKeychain(env)))
    return { works: false, error: faultError(name, 'no_collection', '') };
  return probeKeyring(options, engine?.());
}

const EITHER = [() => true, () => false] as const;

/** The file that the session bus listens on; undefined if it cannot be told from the environment. Pure. */
export function busSocket(env: Env, uid: number | undefined): string | undefined {
  const address = env.DBUS_SESSION_BUS_ADDRESS;
  if (!address) return posix.join(env.XDG_RUNTIME_DIR || `/run/user/${uid}`, 'bus');
  const [, path] = /^unix:path=([^,;%]+)(,guid=\w+)?$/.exec(address) ?? [];
  return path;
}
