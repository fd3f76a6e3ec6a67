// Keys of `mcp-cli token keygen`: "mcpk1_" + base64url(32 random bytes + the first 4 bytes of SHA-256("mcpk1_" + them)).
// 36 bytes are 48 characters without padding, so there is one spelling of a key.
import { createHash } from 'node:crypto';
import { StoreError } from '../errors.ts';

const PREFIX = 'mcpk1_';
const KEY_BYTES = 32;

/** A new key, as text for MCP_CLI_ENCRYPTION_KEY. */
export function generateKey(random: (bytes: number) => Uint8Array): string {
  const key = Buffer.from(random(KEY_BYTES));
  return PREFIX + Buffer.concat([key, checksum(key)]).toString('base64url');
}

/**
 * The 32 bytes of a keygen key; undefined if `text` is not meant as one. A key cut short in a copy or mistyped is
 * StoreError `bad_key`: taken as a password it would quietly seal new files under a second secret.
 */
export function parseKey(text: string): Buffer | undefined {
  const trimmed = text.trim();
  if (!trimmed.toLowerCase().startsWith(PREFIX)) return undefined;
  const bytes = Buffer.from(trimmed.slice(PREFIX.length), 'base64url');
  const key = bytes.subarray(0, KEY_BYTES);
  const whole = bytes.length === KEY_BYTES + 4 && checksum(key).equals(bytes.subarray(KEY_BYTES));
  if (!whole || trimmed !== PREFIX + bytes.toString('base64url')) {
    throw new StoreError('bad_key', 'the encryption key is damaged: its checksum does not match', {
      hint: 'copy the whole key, from mcpk1_ to the last character',
    });
  }
  return key;
}

function checksum(key: Uint8Array): Buffer {
  return createHash('sha256').update(PREFIX).update(key).digest().subarray(0, 4);
}
