import { urlFault } from './address.ts';
import { type Around, type Block, block, expandBlock, put, refuse } from './block.ts';
import type { StorageEntry } from './entry.ts';
import { STORAGE, VAULT } from './keys.ts';
import type { Place } from './place.ts';
import { check } from './schema.ts';

/** The seed documents write this; unset, it is no password but the absence of one. */
const UNRESOLVED = `\${MCP_CLI_ENCRYPTION_KEY}`;

/**
 * Reads `tokenStorage`. Only what the backend in effect can need is expanded; empty strings count as absent, because
 * templates carry them.
 * @param override the backend from `--token-backend`, which beats the file's
 * @throws ConfigError `invalid`, `missing_env`, `unsupported_reference`
 */
export function toStorage(value: unknown, place: Place, around: Around, override?: string): StorageEntry {
  const { env, warn } = around;
  const raw = keep(flatten(block(value, STORAGE, place, warn), warn), (_, item) => item !== '');
  const { backend } = check(
    'storage',
    expandBlock(
      keep(raw, (key) => key === 'backend'),
      env,
      [],
    ),
  );
  const effective = override ?? backend ?? 'auto';
  const needed = keep(raw, (key, item) => {
    if (key === 'password' && isUnset(item) && !env.MCP_CLI_ENCRYPTION_KEY) return false;
    if (key === 'backend' || effective === 'auto') return true;
    return effective === (key === 'password' ? 'encrypted' : 'vault');
  });
  const fields = keep(expandBlock(needed, env, []), (_, item) => item !== '' && !isUnset(item));
  const storage = check('storage', fields);
  if (storage.vault_url !== undefined) refuse(vaultFault(storage.vault_url), fields, 'vault_url');
  return {
    backend,
    password: storage.password,
    vaultUrl: storage.vault_url,
    vaultToken: storage.vault_token,
    vaultMountPoint: storage.vault_mount_point,
    vaultPathPrefix: storage.vault_path_prefix,
    vaultNamespace: storage.vault_namespace,
    vaultAuthMethod: storage.vault_auth_method,
    vaultAuthPath: storage.vault_auth_path,
    vaultRole: storage.vault_role,
    vaultRoleId: storage.vault_role_id,
    vaultSecretId: storage.vault_secret_id,
    vaultJwt: storage.vault_jwt,
    vaultJwtFile: storage.vault_jwt_file,
    vaultCaFile: storage.vault_ca_file,
    vaultClientCert: storage.vault_client_cert,
    vaultClientKey: storage.vault_client_key,
    vaultServerName: storage.vault_server_name,
    vaultKvVersion: storage.vault_kv_version,
  };
}

/** True for the placeholder itself, whichever way it came to stand there: it must never protect anything. */
function isUnset(item: unknown): boolean {
  return typeof item === 'string' && item.trim() === UNRESOLVED;
}

/** Vault's token travels with every request, so plain http is for its development server on loopback only. */
function vaultFault(url: string) {
  const fault = urlFault(url, true) ?? urlFault(url, false);
  return fault && { said: fault.said, hint: 'write it like "https://vault.example.com:8200"' };
}

/** The nested form `vault: {url, …}` becomes `vault_url` and so on. */
function flatten(from: Block, warn: Around['warn']): Block {
  const { vault, ...values } = from.values;
  if (vault === undefined) return from;
  const { vault: where = ['vault'], ...keys } = from.keys;
  const flat: Block = { ...from, values, keys };
  const inner = block(vault, VAULT, { ...from, path: [...from.path, ...where] }, warn);
  for (const [name, item] of Object.entries(inner.values)) {
    put(flat, `vault_${name}`, [...where, ...(inner.keys[name] ?? [name])], item);
  }
  return flat;
}

function keep(from: Block, wanted: (key: string, item: unknown) => boolean): Block {
  const values = Object.entries(from.values).filter(([key, item]) => wanted(key, item));
  return { ...from, values: Object.fromEntries(values) };
}
