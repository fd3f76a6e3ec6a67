// Where Vault is and how to get in: the configuration first, then the environment as Vault's own tools read it. Pure.
import type { StorageEntry } from '../../config/entry.ts';
import type { Env } from '../../deps.ts';
import { StoreError } from '../../errors.ts';

/** How a token is come by. `path` is where the method is mounted, below `auth/`. */
type VaultLogin =
  | { method: 'token'; token: string }
  | { method: 'approle'; path: string; roleId: string; secretId: string | undefined }
  | { method: 'jwt' | 'kubernetes'; path: string; role: string | undefined; jwt: string | { file: string } };

export type VaultSettings = {
  /** Without a trailing slash: Vault answers `//v1` with 404. */
  address: string;
  mount: string;
  /** Segments between the mount and the name of an entry. */
  prefix: string;
  namespace: string | undefined;
  /** Undefined: to be found out. */
  kvVersion: 1 | 2 | undefined;
  /** `file`: `~/.vault-token`, which is read when it is needed. */
  login: VaultLogin | { method: 'file' };
  caFile: string | undefined;
  clientCert: string | undefined;
  clientKey: string | undefined;
  serverName: string | undefined;
  skipVerify: boolean;
  /** Milliseconds for one request. */
  timeout: number;
  /** How often a request is tried again. */
  retries: number;
};

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/**
 * Undefined where nobody has set Vault up, which is an error only for who asked for it. `explicit` is that: only then
 * does `~/.vault-token` count, which many people have for other reasons.
 * @throws StoreError `vault_settings` for a setting that cannot be used
 */
export function vaultSettings(
  storage: Partial<StorageEntry> | undefined,
  env: Env,
  explicit: boolean,
): VaultSettings | undefined {
  const address = storage?.vaultUrl || env.VAULT_ADDR;
  const login = address ? loginOf(storage, env, explicit) : undefined;
  if (!address || !login) return undefined;
  return {
    address: usable(address),
    mount: path(storage?.vaultMountPoint) || 'secret',
    prefix: path(storage?.vaultPathPrefix) || 'mcp-cli/oauth',
    namespace: path(storage?.vaultNamespace || env.VAULT_NAMESPACE) || undefined,
    kvVersion: storage?.vaultKvVersion === undefined ? undefined : storage.vaultKvVersion === '1' ? 1 : 2,
    login,
    caFile: storage?.vaultCaFile || env.VAULT_CACERT || undefined,
    clientCert: storage?.vaultClientCert || env.VAULT_CLIENT_CERT || undefined,
    clientKey: storage?.vaultClientKey || env.VAULT_CLIENT_KEY || undefined,
    serverName: storage?.vaultServerName || env.VAULT_TLS_SERVER_NAME || undefined,
    skipVerify: flag('VAULT_SKIP_VERIFY', env),
    timeout: duration('VAULT_CLIENT_TIMEOUT', env) ?? 10_000,
    retries: count('VAULT_MAX_RETRIES', env) ?? 2,
  };
}

function loginOf(
  storage: Partial<StorageEntry> | undefined,
  env: Env,
  explicit: boolean,
): VaultSettings['login'] | undefined {
  const token = storage?.vaultToken || env.VAULT_TOKEN;
  const roleId = storage?.vaultRoleId || env.MCP_CLI_VAULT_ROLE_ID;
  const jwtFile = storage?.vaultJwtFile || env.MCP_CLI_VAULT_JWT_FILE;
  const jwt = storage?.vaultJwt || env.MCP_CLI_VAULT_JWT || (jwtFile && { file: jwtFile });
  const given = storage?.vaultAuthMethod || env.MCP_CLI_VAULT_AUTH_METHOD;
  const method = given ?? (token ? 'token' : roleId ? 'approle' : jwt ? 'jwt' : undefined);
  const at = path(storage?.vaultAuthPath || env.MCP_CLI_VAULT_AUTH_PATH);
  const role = storage?.vaultRole || env.MCP_CLI_VAULT_ROLE || undefined;
  switch (method) {
    case undefined:
      return explicit ? { method: 'file' } : undefined;
    case 'token':
      if (token) return { method, token };
      return explicit ? { method: 'file' } : undefined;
    case 'approle': {
      if (!roleId)
        throw bad(
          'the AppRole of Vault has no role id',
          'set tokenStorage.vault.role_id or MCP_CLI_VAULT_ROLE_ID',
        );
      const secretId = storage?.vaultSecretId || env.MCP_CLI_VAULT_SECRET_ID || undefined;
      return { method, path: at || 'approle', roleId, secretId };
    }
    case 'jwt':
    case 'oidc':
      if (!jwt)
        throw bad(
          'the JWT login of Vault has no token',
          'set tokenStorage.vault.jwt_file or MCP_CLI_VAULT_JWT',
        );
      return { method: 'jwt', path: at || method, role, jwt };
    case 'kubernetes':
      return { method, path: at || 'kubernetes', role, jwt: jwt || { file: SERVICE_ACCOUNT } };
    default:
      throw bad(
        `MCP_CLI_VAULT_AUTH_METHOD names no way into Vault`,
        'one of: token, approle, jwt, oidc, kubernetes',
      );
  }
}

/** Vault's token travels with every request: https, or http on this machine alone. */
function usable(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const local = url && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && local)) || url.search || url.hash) {
    throw bad(
      'the address of Vault is not an https URL',
      'write VAULT_ADDR like https://vault.example.com:8200',
    );
  }
  if (url.username || url.password) {
    throw bad('the address of Vault has a user name or password in it', 'put the token in VAULT_TOKEN');
  }
  return url.href.replace(/\/+$/, '');
}

function path(text: string | undefined): string {
  const segments = (text ?? '').split('/').filter(Boolean);
  if (segments.some((each) => each === '.' || each === '..' || /[?#%\p{Cc}]/u.test(each))) {
    throw bad('a path in Vault has a segment that cannot stand in a URL', 'write it like "team/mcp-cli"');
  }
  return segments.join('/');
}

/** As Vault's own tools read it: node-vault takes any text, `false` too, for yes. */
function flag(name: string, env: Env): boolean {
  const text = env[name] ?? '';
  if (/^(1|t|true)$/i.test(text)) return true;
  if (/^(|0|f|false)$/i.test(text)) return false;
  throw bad(`${name} is neither true nor false`, `write ${name}=true, or leave it out`);
}

function duration(name: string, env: Env): number | undefined {
  const text = env[name];
  if (!text) return undefined;
  const [, digits, unit = 's'] = /^(\d{1,6})(ms|s|m)?$/.exec(text) ?? [];
  if (!digits || Number(digits) === 0)
    throw bad(`${name} is not a time`, `write ${name} in seconds, such as 30`);
  return Number(digits) * ({ ms: 1, s: 1000, m: 60_000 }[unit] ?? 1000);
}

function count(name: string, env: Env): number | undefined {
  const text = env[name];
  if (!text) return undefined;
  if (!/^\d{1,2}$/.test(text)) throw bad(`${name} is not a small number`, `write ${name}=2`);
  return Number(text);
}

function bad(message: string, hint: string): StoreError {
  return new StoreError('vault_settings', message, { hint });
}
