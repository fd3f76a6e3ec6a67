import { createDecipheriv, hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Derivation, ITERATIONS, KDF, open, parseHeader, seal, stretch } from '../../src/store/seal.ts';
import { random } from '../support/store.ts';

const master = Buffer.alloc(32, 7);
const raw: Derivation = { kdf: KDF.keygen, salt: Buffer.alloc(16, 3), iterations: 0 };
const notion = { service: 'mcp-cli-oauth', account: 'notion' };
const make = (text: string, derivation = raw, key: Uint8Array = master) =>
  seal(Buffer.from(text), key, derivation, notion, random);

describe('the sealed file', () => {
  test('is laid out as documented: an independent reader opens it', async () => {
    const salt = Buffer.from(random(16));
    const key = await stretch('correct horse', salt, ITERATIONS);
    const file = make('{"a":1}', { kdf: KDF.password, salt, iterations: ITERATIONS }, key);

    expect(file.toString('latin1', 0, 4)).toBe('MCPE');
    expect([...file.subarray(4, 8)]).toEqual([1, 1, 1, 0]);
    expect(file.readUInt32BE(8)).toBe(600_000);
    expect(file.subarray(16, 32)).toEqual(salt);
    expect(file.readUInt32BE(76)).toBe(256);
    expect(file.length).toBe(80 + 256 + 16);

    const fileKey = Buffer.from(hkdfSync('sha256', key, file.subarray(32, 64), 'mcp-cli/token-file/v1', 32));
    const decipher = createDecipheriv('aes-256-gcm', fileKey, file.subarray(64, 76));
    const aad = [file.subarray(0, 80), '\0\0\0\x0dmcp-cli-oauth', '\0\0\0\x06notion'].map((part) =>
      Buffer.from(part),
    );
    decipher.setAAD(Buffer.concat(aad));
    decipher.setAuthTag(file.subarray(80 + 256));
    const padded = Buffer.concat([decipher.update(file.subarray(80, 80 + 256)), decipher.final()]);
    expect(padded.toString('latin1', 0, 7)).toBe('{"a":1}');
    expect(padded[7]).toBe(0x80);
    expect(padded.subarray(8)).toEqual(Buffer.alloc(248));
  });

  test('every single changed byte is refused', () => {
    const file = make('secret');
    expect(file.length).toBe(352);
    for (let at = 0; at < file.length; at++) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const changed = Buffer.from(file);
        changed[at]! ^= mask;
        expect(open(changed, master, notion), `byte ${at}`).toBeUndefined();
      }
    }
    expect(open(file, master, notion)?.toString()).toBe('secret');
  });

  test('every cut and every addition is refused', () => {
    const file = make('secret');
    for (let end = 0; end < file.length; end++)
      expect(open(file.subarray(0, end), master, notion)).toBeUndefined();
    expect(open(Buffer.concat([file, Buffer.alloc(1)]), master, notion)).toBeUndefined();
    expect(open(Buffer.concat([file, Buffer.alloc(256)]), master, notion)).toBeUndefined();
  });

  test.each([
    ['another account', { ...notion, account: 'linear' }],
    ['another service', { ...notion, service: 'mcp-cli' }],
    ['a border moved between the two', { service: 'mcp-cli-oauthn', account: 'otion' }],
  ])('is bound to its entry: %s', (_, binding) => {
    expect(open(make('secret'), master, binding)).toBeUndefined();
  });

  test('another key does not open it', () => {
    expect(open(make('secret'), Buffer.alloc(32, 8), notion)).toBeUndefined();
  });

  test('two seals of one text have nothing in common', () => {
    const [a, b] = [make('secret'), make('secret')];
    expect(a.subarray(32, 76)).not.toEqual(b.subarray(32, 76));
    expect(a.subarray(80)).not.toEqual(b.subarray(80));
  });

  test('hides the length to 256 bytes', () => {
    expect(make('').length).toBe(make('x'.repeat(255)).length);
    expect(make('x'.repeat(256)).length).toBe(make('').length + 256);
  });

  test('any bytes come back', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 1_100 }),
      // Endings that look like padding.
      fc.uint8Array({ maxLength: 600 }).map((start) => Uint8Array.from([...start, 0x80, 0, 0])),
    );
    fc.assert(
      fc.property(bytes, fc.string(), fc.string(), (plain, service, account) => {
        const file = seal(plain, master, raw, { service, account }, random);
        expect(open(file, master, { service, account })).toEqual(Buffer.from(plain));
      }),
    );
  });
});

describe('the header', () => {
  const withHeader = (change: (file: Buffer) => void) => {
    const file = make('secret', { ...raw, kdf: KDF.password, iterations: 600_000 });
    change(file);
    return parseHeader(file);
  };

  test('says how the key was made', () => {
    const parsed = parseHeader(make('x', { kdf: KDF.keyring, salt: Buffer.alloc(16, 9), iterations: 0 }));
    expect(parsed).toEqual({ kdf: 0, salt: Buffer.alloc(16, 9), iterations: 0 });
  });

  test.each<[string, number, boolean]>([
    ['none', 0, false],
    ['one', 1, false],
    ['downgraded', 479_999, false],
    ['the fewest', 480_000, true],
    ['ours', 600_000, true],
    ['the most', 10_000_000, true],
    ['inflated', 10_000_001, false],
    ['absurd', 0xffff_ffff, false],
  ])('iterations: %s', (_, iterations, accepted) => {
    expect(withHeader((file) => file.writeUInt32BE(iterations, 8)) !== undefined).toBe(accepted);
  });

  test.each<[string, (file: Buffer) => void]>([
    ['magic', (file) => file.write('XCPE')],
    ['version 2', (file) => file.writeUInt8(2, 4)],
    ['an unknown kdf', (file) => file.writeUInt8(9, 5)],
    ['iterations for a raw key', (file) => file.writeUInt8(KDF.keygen, 5)],
    ['an unknown cipher', (file) => file.writeUInt8(2, 6)],
    ['flags', (file) => file.writeUInt8(1, 7)],
    ['reserved bytes', (file) => file.writeUInt8(1, 15)],
    ['a body length that is not the body', (file) => file.writeUInt32BE(512, 76)],
  ])('refuses %s', (_, change) => {
    expect(withHeader(change)).toBeUndefined();
  });

  test('no input makes it throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (bytes) => {
        const file = Buffer.concat([Buffer.from('MCPE\x01\x02\x01\x00'), bytes]);
        expect(open(file, master, notion)).toBeUndefined();
      }),
    );
  });
});

describe('stretching a password', () => {
  test('PBKDF2-HMAC-SHA-256, the vector of RFC 7914 section 11', async () => {
    const key = await stretch('Password', Buffer.from('NaCl'), 80_000);
    expect(key.toString('hex')).toBe('4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56');
  });

  test('composed and decomposed letters are one password', async () => {
    const salt = Buffer.alloc(16);
    const [composed, decomposed] = ['\u00e9t\u00e9', 'e\u0301te\u0301'];
    expect(composed).not.toBe(decomposed);
    expect(await stretch(composed!, salt, 1)).toEqual(await stretch(decomposed!, salt, 1));
    expect(await stretch('ete', salt, 1)).not.toEqual(await stretch(composed!, salt, 1));
  });
});
