// Where new entries go: the store that was asked for, else Vault where it is set up, else the platform's keyring where
// it works, else the encrypted file. Looking at a keyring takes a process, so what was seen is remembered.
import { createHash } from 'node:crypto';
import type { Backend } from '../config/entry.ts';
import type { StoreOptions } from './choose.ts';
import type { KeyringName } from './keyring/protocol.ts';
import type { Registry } from './registry.ts';
import type { StoreName } from './store.ts';
import { vaultSettings } from './vault/settings.ts';

export type Usual = {
  name: StoreName;
  /** The keyring that would have been taken, if only it were there. */
  instead?: { why: string };
};

/**
 * Whether a keyring can be used. Not usable is only what has to be fallen back from: none is there, or it takes
 * nothing. A locked one, or one that waits for somebody, is usable: its own errors say the rest.
 */
export type Look = (
  name: KeyringName,
) => Promise<{ usable: true; sure: boolean } | { usable: false; why: string }>;

/** Milliseconds. A keyring that went away says so itself; one that came is to be noticed soon. */
const GOOD_FOR = 12 * 3_600_000;
const BAD_FOR = 3_600_000;

/**
 * `asked` is the backend that somebody named, or `auto`. `anew`: a keyring that was not there is looked for again, because something is to be kept for long.
 * Throws StoreError `vault_settings`.
 */
export async function usualStore(
  asked: Backend,
  options: Pick<StoreOptions, 'env' | 'storage' | 'platform' | 'now'>,
  registry: Pick<Registry, 'probed' | 'remember'>,
  look: Look,
  anew = false,
): Promise<Usual> {
  const { env, storage, platform } = options;
  if (asked !== 'auto') return { name: asked };
  // A team's Vault holds the sign-in that its machines share: a second one in a file would fight it for the refresh token.
  if (vaultSettings(storage, env, false)) return { name: 'vault' };

  const name = keyringOf(platform);
  const session = sessionOf(env);
  const now = options.now();
  const last = await registry.probed();
  const age = last && now - last.at;
  const same = last?.backend === name && last.session === session && age !== undefined && age >= 0;
  if (same && last.usable && age < GOOD_FOR) return { name };
  if (same && !last.usable && age < BAD_FOR && !anew)
    return { name: 'encrypted', instead: { why: last.why ?? '' } };

  const seen = await look(name);
  if (seen.usable) {
    if (seen.sure) await registry.remember({ backend: name, usable: true, at: now, session });
    return { name };
  }
  const { why } = seen;
  const told = same && last.told && last.why === why ? { told: true as const } : {};
  await registry.remember({ backend: name, usable: false, why, at: now, session, ...told });
  return { name: 'encrypted', instead: { why } };
}

export function keyringOf(platform: NodeJS.Platform): KeyringName {
  if (platform === 'darwin') return 'keychain';
  return platform === 'win32' ? 'windows' : 'secretservice';
}

/** Tells a desktop's session from one over SSH, without keeping addresses. */
function sessionOf(env: StoreOptions['env']): string {
  const parts = [
    'DBUS_SESSION_BUS_ADDRESS',
    'XDG_RUNTIME_DIR',
    'DISPLAY',
    'WAYLAND_DISPLAY',
    'SSH_CONNECTION',
  ];
  const told = JSON.stringify(parts.map((name) => env[name] ?? null));
  return createHash('sha256').update(told).digest('hex').slice(0, 12);
}
