// MCPE version 1, the sealed file. Pure: random bytes come in, nothing is read or written.
//
//    0   4 "MCPE"         4 1 version = 1     5 1 kdf            6 1 cipher = 1 (AES-256-GCM)   7 1 flags = 0
//    8   4 iterations BE (0 for a raw key)   12 4 zero
//   16  16 kdf salt      32 32 file salt     64 12 nonce        76 4 body length BE
//   80   n ciphertext; the plaintext is padded with 0x80 00.. to a multiple of 256, so that its length shows little
//  80+n 16 tag
//
//   master = the raw key, or PBKDF2-HMAC-SHA256(NFKC(password), kdf salt, iterations)
//   key    = HKDF-SHA256(master, file salt, "mcp-cli/token-file/v1")
//   AAD    = header[0..80] + len32(service) + service + len32(account) + account: no file can pose as another entry's.
// An old copy of the same entry's file opens again: rollback is not detected.
import { createCipheriv, createDecipheriv, hkdfSync, pbkdf2 } from 'node:crypto';

/** Where the master key came from. The numbers are in the files: they never change. */
export const KDF = {
  /** 32 random bytes kept in a keyring entry beside the file. */
  keyring: 0,
  /** Stretched from a password. */
  password: 1,
  /** A full-entropy key of `mcp-cli token keygen`: the same arithmetic as `keyring`, told apart for the error texts. */
  keygen: 2,
} as const;
type Kdf = (typeof KDF)[keyof typeof KDF];

/** OWASP's figure for PBKDF2-HMAC-SHA256. */
export const ITERATIONS = 600_000;
/** A file with fewer was made to be guessed; one with more, to keep us busy. */
const FEWEST = 480_000;
const MOST = 10_000_000;

export const SALT_BYTES = 16;
const MAGIC = Buffer.from('MCPE');
const HEADER = 80;
const TAG = 16;
const BLOCK = 256;
const INFO = 'mcp-cli/token-file/v1';

/** What the master key was made with, as the header says it. */
export type Derivation = { kdf: Kdf; salt: Buffer; iterations: number };
/** Which entry a file belongs to. */
type Binding = { service: string; account: string };

/** The header's derivation; undefined if this is no MCPE v1 file of sane parameters and exact length. */
export function parseHeader(file: Buffer): Derivation | undefined {
  if (file.length < HEADER + BLOCK + TAG) return undefined;
  if (!file.subarray(0, 4).equals(MAGIC) || file[4] !== 1 || file[6] !== 1 || file[7] !== 0) return undefined;
  if (file.readUInt32BE(12) !== 0) return undefined;
  const body = file.readUInt32BE(76);
  if (body % BLOCK !== 0 || file.length !== HEADER + body + TAG) return undefined;
  const kdf = Object.values(KDF).find((known) => known === file[5]);
  const iterations = file.readUInt32BE(8);
  if (kdf === undefined) return undefined;
  const sane = kdf === KDF.password ? iterations >= FEWEST && iterations <= MOST : iterations === 0;
  return sane ? { kdf, salt: file.subarray(16, 16 + SALT_BYTES), iterations } : undefined;
}

/** Seals `plaintext` for one entry. `master` is 32 bytes made as `derivation` says. */
export function seal(
  plaintext: Uint8Array,
  master: Uint8Array,
  derivation: Derivation,
  binding: Binding,
  random: (bytes: number) => Uint8Array,
): Buffer {
  const padded = Buffer.alloc((Math.floor(plaintext.length / BLOCK) + 1) * BLOCK);
  padded.set(plaintext);
  padded[plaintext.length] = 0x80;

  const header = Buffer.alloc(HEADER);
  header.set(MAGIC);
  header.set([1, derivation.kdf, 1, 0], 4);
  header.writeUInt32BE(derivation.iterations, 8);
  header.set(derivation.salt.subarray(0, SALT_BYTES), 16);
  header.set(random(32), 32);
  header.set(random(12), 64);
  header.writeUInt32BE(padded.length, 76);

  const cipher = createCipheriv('aes-256-gcm', fileKey(master, header), header.subarray(64, 76));
  cipher.setAAD(additionalData(header, binding));
  const body = Buffer.concat([cipher.update(padded), cipher.final()]);
  return Buffer.concat([header, body, cipher.getAuthTag()]);
}

/** The plaintext; undefined if the key, the entry or any byte of the file is not the one it was sealed with. */
export function open(file: Buffer, master: Uint8Array, binding: Binding): Buffer | undefined {
  if (parseHeader(file) === undefined) return undefined;
  const header = file.subarray(0, HEADER);
  const end = file.length - TAG;
  const decipher = createDecipheriv('aes-256-gcm', fileKey(master, header), header.subarray(64, 76), {
    authTagLength: TAG,
  });
  decipher.setAAD(additionalData(header, binding));
  decipher.setAuthTag(file.subarray(end));
  const padded = decipher.update(file.subarray(HEADER, end));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  const mark = padded.findLastIndex((byte) => byte !== 0);
  return padded[mark] === 0x80 ? padded.subarray(0, mark) : undefined;
}

/** 32 bytes; about 0.1 s on a thread of its own. NFKC: the same word typed on two keyboards is the same password. */
export function stretch(password: string, salt: Buffer, iterations: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    pbkdf2(password.normalize('NFKC'), salt, iterations, 32, 'sha256', (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

function fileKey(master: Uint8Array, header: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', master, header.subarray(32, 64), INFO, 32));
}

function additionalData(header: Buffer, binding: Binding): Buffer {
  return Buffer.concat([header, lengthPrefixed(binding.service), lengthPrefixed(binding.account)]);
}

function lengthPrefixed(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
