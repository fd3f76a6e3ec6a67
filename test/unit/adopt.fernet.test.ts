// Fernet, judged by what the real Python library wrote (test/support/python).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { fernetKey, looksLikeFernet, openFernet } from '../../src/adopt/fernet.ts';
import { parsePython } from '../../src/adopt/python.ts';
import { fernet, PYTHON_PASSWORD, pythonFixture } from '../support/foreign.ts';

const folder = pythonFixture();
const file = (name: string) => readFileSync(join(folder, name));
const now = 1_770_000_000_000;
let key: Buffer;

beforeAll(async () => {
  key = await fernetKey(PYTHON_PASSWORD, file('.salt'));
});

function plain(name: string): unknown {
  return JSON.parse(openFernet(file(name), key)?.toString() ?? 'null');
}

describe('what Python wrote', () => {
  test('opens with its password', () => {
    expect(parsePython(plain('notes.enc'), now)).toEqual({
      accessToken: 'python-access-of-notes',
      refreshToken: 'python-refresh-of-notes',
      tokenType: 'Bearer',
      scope: 'mcp:read',
      issuedAt: 1_760_000_000_250,
      expiresAt: 1_760_003_600_250,
    });
  });

  test('is read in the newer shape too', () => {
    expect(parsePython(plain('oauth:notes.enc'), now)).toMatchObject({
      accessToken: 'python-access-renewed',
      issuedAt: 1_760_003_000_500,
    });
  });

  test('may say no more than the access token', () => {
    expect(parsePython(plain('my_server.enc'), now)).toEqual({
      accessToken: 'python-access-of-my_server',
      tokenType: 'Bearer',
      issuedAt: now,
    });
  });

  test('is no sign-in where it is a key or a password', () => {
    expect(parsePython(plain('bearer:api.enc'), now)).toBeUndefined();
  });

  test('is what our own test writes', () => {
    const text = openFernet(file('notes.enc'), key)?.toString() ?? '';
    const made = fernet(file('.salt'), PYTHON_PASSWORD, text, Buffer.alloc(16, 1));
    // The library takes the time of writing: both fixtures were given the same.
    expect(made).toBe(file('notes.enc').toString());
  });
});

describe('a file is not opened', () => {
  test('with another password', async () => {
    expect(openFernet(file('notes.enc'), await fernetKey('another', file('.salt')))).toBeUndefined();
  });

  test('after any change of a single bit', () => {
    const bytes = Buffer.from(file('notes.enc').toString(), 'base64url');
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ (1 << (index % 8));
      expect(openFernet(Buffer.from(changed.toString('base64url')), key), `byte ${index}`).toBeUndefined();
    }
  });

  test('after any truncation', () => {
    const whole = file('notes.enc');
    // The two signs of padding at the end say nothing.
    const text = whole.toString().replace(/=+$/, '');
    for (let length = 0; length < text.length; length++) {
      expect(openFernet(Buffer.from(text.slice(0, length)), key), `length ${length}`).toBeUndefined();
    }
  });
});

test.each(['', 'gAAA', 'MCPE', '{"access_token":"x"}', 'g'.repeat(1000), '\0'.repeat(200)])(
  'no Fernet: %j',
  (text) => {
    expect(looksLikeFernet(Buffer.from(text))).toBe(false);
  },
);
