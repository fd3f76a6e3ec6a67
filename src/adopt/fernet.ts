// Fernet (github.com/fernet/spec): 0x80, time, IV, AES-128-CBC, and an HMAC-SHA256 of all that. Reading only.
import { createDecipheriv, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const VERSION = 0x80;
/** Version, time and IV. */
const HEAD = 1 + 8 + 16;
const MAC = 32;
const BLOCK = 16;
/** The Python tool's, for PBKDF2-HMAC-SHA256. */
const ITERATIONS = 480_000;

/** 16 bytes to sign with, 16 to encrypt with. */
export async function fernetKey(password: string, salt: Uint8Array): Promise<Buffer> {
  return promisify(pbkdf2)(password, salt, ITERATIONS, 32, 'sha256');
}

/** Whether it begins as every token does, whole or not: the version, and the zeros before a time of this century. */
export function looksLikeFernet(file: Uint8Array): boolean {
  return Buffer.from(file.subarray(0, 5)).toString('latin1') === 'gAAAA';
}

/** Undefined: not made with this key, or damaged; the two cannot be told apart. */
export function openFernet(file: Uint8Array, key: Buffer): Buffer | undefined {
  const token = parts(file);
  if (!token) return undefined;
  const mac = createHmac('sha256', key.subarray(0, 16)).update(token.signed).digest();
  // Before anything is decrypted: else the padding would answer questions about the plain text.
  if (!timingSafeEqual(mac, token.mac)) return undefined;
  const decipher = createDecipheriv('aes-128-cbc', key.subarray(16, 32), token.signed.subarray(9, HEAD));
  try {
    return Buffer.concat([decipher.update(token.signed.subarray(HEAD)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function parts(file: Uint8Array): { signed: Buffer; mac: Buffer } | undefined {
  const text = Buffer.from(file).toString('latin1').trim();
  if (!/^[A-Za-z0-9_-]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  const body = bytes.length - HEAD - MAC;
  if (bytes[0] !== VERSION || body < BLOCK || body % BLOCK !== 0) return undefined;
  return { signed: bytes.subarray(0, -MAC), mac: bytes.subarray(-MAC) };
}
