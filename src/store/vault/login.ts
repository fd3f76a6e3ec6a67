// A token of Vault's: given, read from a file, or got by logging in.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../../errors.ts';
import { type Client, encodePath } from './client.ts';
import { statusOf, vaultFailure } from './failure.ts';
import type { VaultSettings } from './settings.ts';

/** A login token is of this size at most; a file that is larger is something else. */
const TOKEN_LIMIT = 64 * 1024;

/**
 * Gives the client its token. Commands end soon after: what a login gave is not renewed, it ends by itself.
 * @throws StoreError `denied`, `unavailable`, `vault_settings`
 */
export async function logIn(client: Client, { login }: VaultSettings, home: string): Promise<void> {
  if (login.method === 'token' || login.method === 'file') {
    client.token = login.method === 'token' ? login.token : await savedToken(home);
    return;
  }
  const path = `auth/${encodePath(login.path)}/login`;
  const answer = await client
    .write(path, await credentials(login))
    .catch((error: unknown) => Promise.reject(refused(error, login.method)));
  const token = (answer as { auth?: { client_token?: unknown } } | undefined)?.auth?.client_token;
  if (typeof token !== 'string' || token === '') {
    throw new StoreError('denied', `the ${login.method} login of Vault gave no token`, {
      hint: `check that ${login.path} is the path of that method`,
    });
  }
  client.token = token;
}

/**
 * Renews the token where less than a third of its life is left, so that one that is used stays alive. What fails here
 * fails where the token is used, and is told there.
 */
export async function renewToken(client: Client): Promise<void> {
  try {
    const { data } = (await client.read('auth/token/lookup-self')) as { data: Record<string, unknown> };
    const { ttl, creation_ttl: whole, renewable } = data;
    if (
      renewable === true &&
      typeof ttl === 'number' &&
      typeof whole === 'number' &&
      ttl > 0 &&
      ttl < whole / 3
    )
      await client.write('auth/token/renew-self', {});
  } catch {
    // See above.
  }
}

async function credentials(
  login: Exclude<VaultSettings['login'], { method: 'token' } | { method: 'file' }>,
): Promise<Record<string, string>> {
  if (login.method === 'approle') {
    return { role_id: login.roleId, ...(login.secretId !== undefined && { secret_id: login.secretId }) };
  }
  const jwt = typeof login.jwt === 'string' ? login.jwt : await tokenFile(login.jwt.file);
  return { jwt: jwt.trim(), ...(login.role !== undefined && { role: login.role }) };
}

async function savedToken(home: string): Promise<string> {
  const file = join(home, '.vault-token');
  const token = await readFile(file, 'utf8').catch(() => '');
  if (token.trim() === '' || token.length > TOKEN_LIMIT) {
    throw new StoreError('denied', 'there is no token for Vault', {
      hint: 'set VAULT_TOKEN, log in with: vault login, or configure a login (docs/storage.md)',
    });
  }
  return token.trim();
}

async function tokenFile(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new StoreError('vault_settings', `the token file for the login to Vault cannot be read: ${file}`, {
      hint: 'check tokenStorage.vault.jwt_file or MCP_CLI_VAULT_JWT_FILE',
      cause,
    });
  });
  if (text.length > TOKEN_LIMIT) {
    throw new StoreError('vault_settings', `the token file for the login to Vault is no token: ${file}`, {
      hint: 'check tokenStorage.vault.jwt_file or MCP_CLI_VAULT_JWT_FILE',
    });
  }
  return text;
}

function refused(error: unknown, method: string): Error {
  const status = statusOf(error);
  if (status === undefined || status === 503) return vaultFailure(error, 'log in');
  return new StoreError('denied', `Vault refused the ${method} login (HTTP ${status})`, {
    hint: 'check the role, the credentials and the path of the method: docs/storage.md',
  });
}
