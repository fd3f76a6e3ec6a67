// Vault's refusals, told once, by status. What it says in words stays out: policies and paths of others may be in it.
import { CancelledError, CliError, StoreError } from '../../errors.ts';

/** The HTTP status that node-vault failed with, if it is one of its failures. */
export function statusOf(error: unknown): number | undefined {
  const { response } = (error ?? {}) as { response?: { statusCode?: unknown } };
  return typeof response?.statusCode === 'number' ? response.statusCode : undefined;
}

/** The body of such a failure. */
export function bodyOf(error: unknown): Record<string, unknown> {
  const { response } = (error ?? {}) as { response?: { body?: unknown } };
  return typeof response?.body === 'object' && response.body !== null ? { ...response.body } : {};
}

/** `doing` completes "Vault did not let us …". */
export function vaultFailure(error: unknown, doing: string): Error {
  if (error instanceof StoreError || error instanceof CancelledError) return error;
  if (error instanceof CliError) {
    return new StoreError('unavailable', `Vault cannot be used: ${error.message}`, {
      hint: [error.hint, 'check VAULT_ADDR'].filter(Boolean).join('\n'),
    });
  }
  const status = statusOf(error);
  if (status === 400 || status === 401 || status === 403) {
    return new StoreError('denied', `Vault did not let us ${doing} (HTTP ${status})`, {
      hint: 'the token may have expired, or its policy lacks this path: docs/storage.md has the policy to copy',
    });
  }
  if (status === 503) {
    return new StoreError('unavailable', 'Vault is sealed or not initialised', {
      hint: 'unseal it, then try again',
    });
  }
  if (status === 413) {
    return new StoreError('too_large', 'Vault takes no entry of this size', {
      hint: 'raise max_request_size of its listener, or use another --token-backend',
    });
  }
  const what = status === undefined ? 'something that is no answer of Vault' : `HTTP ${status}`;
  return new StoreError('unavailable', `Vault did not let us ${doing}: it answered ${what}`, {
    hint: 'check VAULT_ADDR, and the state of Vault with: vault status',
  });
}
