import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generateKey, parseKey } from '../../src/store/keygen.ts';
import { createKeys, type Sources } from '../../src/store/password.ts';
import { KDF } from '../../src/store/seal.ts';
import { errorOf, KEY, makeHome, promptWith, random } from '../support/store.ts';

const LITERAL = `\${MCP_CLI_ENCRYPTION_KEY}`;
const sources = (more: Partial<Sources> & { password?: string }): Sources => ({
  env: {},
  storage: { password: more.password },
  prompt: promptWith(),
  platform: process.platform,
  ...more,
});
const first = async () => true;
const later = async () => false;
const secretOf = (from: Sources, firstUse = later) => createKeys(from).secret(firstUse);

describe('the order of the sources', () => {
  const A = 'from the configuration';
  const B = 'from the variable';
  const C = 'from the terminal';
  test.each<[string, string | undefined, string | undefined, string]>([
    ['configuration first', A, B, A],
    ['then the variable', undefined, B, B],
    ['an empty configuration is none', '', B, B],
    ['an unresolved literal is none', LITERAL, B, B],
    ['blanks are none', '  ', B, B],
    ['then the terminal', undefined, undefined, C],
    ['an empty variable is none', undefined, '', C],
    ['a literal variable is none', '', LITERAL, C],
    ['any literal', `\${SOMETHING:-else}`, undefined, C],
    ['a literal inside a password is the password', `x${LITERAL}`, B, `x${LITERAL}`],
  ])('%s', async (_, password, variable, expected) => {
    const from = sources({
      storage: { password },
      env: { MCP_CLI_ENCRYPTION_KEY: variable },
      prompt: promptWith(C),
    });
    expect(await secretOf(from)).toEqual({ kdf: KDF.password, password: expected });
  });

  test('nobody to ask: the error names the variable', async () => {
    const error = await errorOf(
      secretOf(sources({ password: LITERAL, env: { MCP_CLI_ENCRYPTION_KEY: '' } })),
    );
    expect(error).toMatchObject({ name: 'StoreError', code: 'no_password', exit: 6 });
    expect(error.hint).toContain('MCP_CLI_ENCRYPTION_KEY');
  });
});

describe('the key file', () => {
  const fromFile = async (content: string, mode = 0o600) => {
    const path = join(await makeHome(), 'key');
    await writeFile(path, content);
    await chmod(path, mode);
    return sources({ env: { MCP_CLI_ENCRYPTION_KEY_FILE: path }, prompt: promptWith('never') });
  };

  test('is read without its last line break', async () => {
    expect(await secretOf(await fromFile('pass word \r\n'))).toEqual({
      kdf: KDF.password,
      password: 'pass word ',
    });
    expect(await secretOf(await fromFile(`${KEY}\n`))).toMatchObject({ kdf: KDF.keygen });
  });

  test('the variable beside it wins', async () => {
    const from = await fromFile('file');
    expect(
      await secretOf({ ...from, env: { ...from.env, MCP_CLI_ENCRYPTION_KEY: 'variable' } }),
    ).toMatchObject({
      password: 'variable',
    });
  });

  test.each([0o644, 0o640, 0o604, 0o660, 0o622])('mode %o is refused, with the chmod', async (mode) => {
    const error = await errorOf(secretOf(await fromFile('secret', mode)));
    expect(error).toMatchObject({ code: 'key_file', exit: 6 });
    expect(error.hint).toContain('chmod 600');
  });

  test('is followed through a link, as Kubernetes mounts it', async () => {
    const home = await makeHome();
    await mkdir(join(home, '..data'));
    await writeFile(join(home, '..data', 'key'), 'linked', { mode: 0o400 });
    await symlink(join('..data', 'key'), join(home, 'key'));
    const from = sources({ env: { MCP_CLI_ENCRYPTION_KEY_FILE: join(home, 'key') } });
    expect(await secretOf(from)).toMatchObject({ password: 'linked' });
  });

  test.each(['', '\n', LITERAL])(
    'one that says nothing (%j) is an error, not a question',
    async (content) => {
      expect(await errorOf(secretOf(await fromFile(content)))).toMatchObject({ code: 'key_file' });
    },
  );

  test('a missing one, or a directory, is an error that names it', async () => {
    const home = await makeHome();
    for (const path of [join(home, 'missing'), home]) {
      const error = await errorOf(secretOf(sources({ env: { MCP_CLI_ENCRYPTION_KEY_FILE: path } })));
      expect(error).toMatchObject({ code: 'key_file' });
      expect(error.message).toContain(path);
    }
  });
});

describe('asking', () => {
  test('once for a password that exists, twice for a new one', async () => {
    const once = promptWith('secret');
    await secretOf(sources({ prompt: once }), later);
    expect(once.asked).toHaveLength(1);
    const twice = promptWith('secret', 'secret');
    await secretOf(sources({ prompt: twice }), first);
    expect(twice.asked).toHaveLength(2);
  });

  test('two that differ are asked for again, three times at most', async () => {
    const prompt = promptWith('one', 'two', 'three', 'three');
    expect(await secretOf(sources({ prompt }), first)).toMatchObject({ password: 'three' });
    expect(prompt.asked[2]).toContain('differ');
    const never = promptWith('1', '2', '3', '4', '5', '6');
    expect(await errorOf(secretOf(sources({ prompt: never }), first))).toMatchObject({ code: 'no_password' });
  });

  test('no answer is no password', async () => {
    for (const firstUse of [first, later]) {
      const from = sources({ prompt: promptWith('') });
      expect(await errorOf(secretOf(from, firstUse))).toMatchObject({ code: 'no_password' });
    }
  });

  test('once per process, however many need it; again after it proved wrong or was refused', async () => {
    const prompt = promptWith('', 'first', 'second');
    const keys = createKeys(sources({ prompt }));
    await errorOf(keys.secret(later));
    const answers = await Promise.all([keys.secret(later), keys.secret(later)]);
    expect(answers).toMatchObject([{ password: 'first' }, { password: 'first' }]);
    keys.forget();
    expect(await keys.secret(later)).toMatchObject({ password: 'second' });
  });

  test('derives each master once', async () => {
    const keys = createKeys(sources({ password: 'secret' }));
    const secret = await keys.secret(later);
    const derivation = { kdf: KDF.password, salt: Buffer.alloc(16), iterations: 1_000 };
    const [a, b] = await Promise.all([keys.master(secret, derivation), keys.master(secret, derivation)]);
    expect(a).toBe(b);
    expect(await keys.master(secret, { ...derivation, salt: Buffer.alloc(16, 1) })).not.toEqual(a);
    expect(await keys.master(secret, { ...derivation, kdf: KDF.keygen })).toBeUndefined();
  });
});

describe('keygen keys', () => {
  test('come back as their 32 bytes', () => {
    const text = generateKey((bytes) => new Uint8Array(bytes).fill(0xab));
    expect(text).toMatch(/^mcpk1_[\w-]{48}$/);
    expect(parseKey(text)).toEqual(Buffer.alloc(32, 0xab));
    expect(parseKey(` ${text}\n`)).toEqual(Buffer.alloc(32, 0xab));
    expect(generateKey(random)).not.toBe(generateKey(random));
  });

  test.each(['hunter2', 'mcpk', 'my mcpk1_ password', ''])('%j is a password', (text) => {
    expect(parseKey(text)).toBeUndefined();
  });

  test('one wrong, missing or added character anywhere is an error, never a password', async () => {
    const broken = [
      KEY.slice(0, -1),
      `${KEY}A`,
      'mcpk1_',
      KEY.toUpperCase(),
      `${KEY}=`,
      KEY.replace('_', '_ '),
    ];
    for (let at = 'mcpk1_'.length; at < KEY.length; at++) {
      broken.push(KEY.slice(0, at) + (KEY[at] === 'A' ? 'B' : 'A') + KEY.slice(at + 1));
    }
    for (const text of broken) {
      const error = await errorOf(secretOf(sources({ password: text })));
      expect(error, text).toMatchObject({ code: 'bad_key', exit: 6 });
      expect(error.message + error.hint).not.toContain(text.slice(6, 20) || 'nothing');
    }
  });
});
