import type { Env } from '../deps.ts';
import { urlFault } from './address.ts';
import { type Block, block, type Warn } from './dialects.ts';
import type { Backend, StorageEntry } from './entry.ts';
import { STORAGE, VAULT } from './keys.ts';
import type { Place } from './place.ts';
import { check } from './schema.ts';
import { expandBlock, refuse } from './server.ts';

/** The seed documents write this; unset, it is no password but the absence of one. */
const UNRESOLVED = '${MCP_CLI_ENCRYPTION_KEY}';

/**
 * Reads `tokenStorage`. Only what the backend in effect can need is expanded; empty strings count as absent, because
 * templates carry them.
 * @param override the backend from `--token-backend`, which beats the file's
 * @throws ConfigError `invalid`, `missing_env`, `unsupported_reference`
 */
export function toStorage(
  value: unknown,
  place: Place,
  env: Env,
  warn: Warn,
  override?: string,
): StorageEntry {
  const raw = flatten(block(value ?? {}, STORAGE, place, warn), place, warn);
  const first = check('storage', expandBlock(only(raw, ['backend']), env, []));
  const backend = override ?? first.backend ?? 'auto';
  const needed = Object.keys(raw.values).filter((key) => {
    if (key === 'backend' || backend === 'auto') return true;
    return key === 'password' ? backend === 'encrypted' : backend === 'vault';
  });
  const fields = expandBlock(withPassword(only(raw, needed), env), env, []);
  for (const [key, item] of Object.entries(fields.values)) if (item === '') delete fields.values[key];
  const storage = check('storage', fields);
  // The token travels with every request to it. Vault's own development server is plain http on loopback.
  if (storage.vault_url !== undefined) refuse(urlFault(storage.vault_url, false), fields, 'vault_url');
  return {
    backend: first.backend as Backend | undefined,
    password: storage.password?.trim() === UNRESOLVED ? undefined : storage.password,
    vaultUrl: storage.vault_url,
    vaultToken: storage.vault_token,
    vaultMountPoint: storage.vault_mount_point,
    vaultPathPrefix: storage.vault_path_prefix,
    vaultNamespace: storage.vault_namespace,
  };
}

/** The nested form `vault: {url, …}` becomes `vault_url` and so on; written paths are kept for errors. */
function flatten(from: Block, place: Place, warn: Warn): Block {
  const { vault, ...values } = from.values;
  if (vault === undefined) return from;
  const key = from.keys.vault ?? 'vault';
  const inner = block(vault, VAULT, { ...place, path: [...place.path, key] }, warn);
  const keys = { ...from.keys };
  for (const [name, item] of Object.entries(inner.values)) {
    values[`vault_${name}`] ??= item;
    keys[`vault_${name}`] ??= `${key}.${inner.keys[name]}`;
  }
  return { ...from, values, keys };
}

function only(from: Block, keys: string[]): Block {
  const values = Object.fromEntries(Object.entries(from.values).filter(([key]) => keys.includes(key)));
  return { ...from, values };
}

/** Drops a password that is nothing but an unset variable which the store reads by itself. */
function withPassword(from: Block, env: Env): Block {
  const { password, ...values } = from.values;
  const absent =
    typeof password === 'string' && password.trim() === UNRESOLVED && !env.MCP_CLI_ENCRYPTION_KEY;
  return absent ? { ...from, values } : from;
}
