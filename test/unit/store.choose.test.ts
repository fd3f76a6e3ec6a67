import { describe, expect, test } from 'vitest';
import type { Backend, StorageEntry } from '../../src/config/entry.ts';
import { askedBackend } from '../../src/store/choose.ts';
import type { Probed } from '../../src/store/registry.ts';
import { type Look, usualStore } from '../../src/store/usual.ts';
import { errorOf } from '../support/store.ts';

describe('which store was asked for', () => {
  test.each<[string, string | undefined, string | undefined, Backend | undefined, string]>([
    ['nothing said', undefined, undefined, undefined, 'auto'],
    ['auto said', 'auto', undefined, undefined, 'auto'],
    ['the flag first', 'encrypted', 'vault', 'keychain', 'encrypted'],
    ['then the variable', undefined, 'vault', 'keychain', 'vault'],
    ['then the configuration', undefined, undefined, 'keychain', 'keychain'],
    ['an empty variable is none', undefined, '', 'keychain', 'keychain'],
    ['auto overrides too', 'auto', 'vault', 'keychain', 'auto'],
  ])('%s', (_, flag, variable, configured, expected) => {
    const env = { MCP_CLI_TOKEN_BACKEND: variable };
    expect(askedBackend({ flag, env, storage: { backend: configured } })).toBe(expected);
  });

  test.each([
    ['--token-backend', 'plaintext', {}],
    ['--token-backend', '', {}],
    ['MCP_CLI_TOKEN_BACKEND', undefined, { MCP_CLI_TOKEN_BACKEND: 'Encrypted' }],
  ])('an unknown name in %s is a usage error', async (source, flag, env) => {
    const error = await errorOf(() => askedBackend({ flag, env, storage: undefined }));
    expect(error).toMatchObject({ name: 'UsageError', code: 'unknown_backend', exit: 2 });
    expect(error.message).toContain(source);
    expect(error.hint).toContain('secretservice');
  });
});

type Given = {
  asked?: Backend;
  env?: Record<string, string>;
  storage?: Partial<StorageEntry>;
  platform?: NodeJS.Platform;
  /** What the look at the keyring finds. */
  found?: Awaited<ReturnType<Look>>;
  /** Shared by the commands of one machine. */
  memory?: { probed?: Probed };
  now?: number;
  anew?: boolean;
};

const HOUR = 3_600_000;
const works = { usable: true, sure: true } as const;
const none = { usable: false, why: 'there is none' } as const;

async function usual(given: Given) {
  const { asked = 'auto', env = {}, storage, platform = 'linux', found = none, memory = {} } = given;
  const looks: string[] = [];
  const chosen = await usualStore(
    asked,
    { env, storage, platform, now: () => given.now ?? 0 },
    {
      probed: async () => memory.probed,
      remember: async (probed) => {
        memory.probed = probed;
      },
    },
    async (name) => {
      looks.push(name);
      return found;
    },
    given.anew,
  );
  return { chosen, looks };
}

describe('where new entries go', () => {
  test.each<[string, Record<string, string>, Partial<StorageEntry>, boolean]>([
    ['address and token in the environment', { VAULT_ADDR: 'https://v', VAULT_TOKEN: 't' }, {}, true],
    ['in the configuration', {}, { vaultUrl: 'https://v', vaultToken: 't' }, true],
    ['one in each', { VAULT_TOKEN: 't' }, { vaultUrl: 'https://v' }, true],
    ['an address alone', { VAULT_ADDR: 'https://v' }, {}, false],
    ['a token alone', { VAULT_TOKEN: 't' }, {}, false],
    ['an empty token', { VAULT_ADDR: 'https://v', VAULT_TOKEN: '' }, {}, false],
    ['an AppRole', { VAULT_ADDR: 'https://v', MCP_CLI_VAULT_ROLE_ID: 'r' }, {}, true],
  ])('auto takes a Vault that is set up, before a keyring: %s', async (_, env, storage, taken) => {
    const { chosen, looks } = await usual({ env, storage, found: works });
    expect(chosen).toEqual({ name: taken ? 'vault' : 'secretservice' });
    expect(looks).toEqual(taken ? [] : ['secretservice']);
  });

  test.each<[NodeJS.Platform, string]>([
    ['darwin', 'keychain'],
    ['win32', 'windows'],
    ['linux', 'secretservice'],
    ['freebsd', 'secretservice'],
  ])('the keyring of %s is %s', async (platform, name) => {
    expect((await usual({ platform, found: works })).chosen).toEqual({ name });
  });

  test.each<Backend>(['keychain', 'windows', 'secretservice', 'vault', 'encrypted'])(
    '%s by name is that, whatever else there is',
    async (asked) => {
      const env = { VAULT_ADDR: 'https://v', VAULT_TOKEN: 't' };
      expect(await usual({ asked, env })).toEqual({ chosen: { name: asked }, looks: [] });
    },
  );

  test('without a keyring it is the file, which says what it stands for', async () => {
    const { chosen } = await usual({ found: none });
    expect(chosen).toEqual({
      name: 'encrypted',
      instead: { why: 'there is none' },
    });
  });
});

describe('what was seen of a keyring is remembered', () => {
  const desktop = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1000/bus' };
  test.each<[string, Given, Given, number]>([
    ['one that works, for hours', { found: works }, { now: 11 * HOUR }, 0],
    ['one that works, not for ever', { found: works }, { now: 13 * HOUR, found: works }, 1],
    ['one that is not there, for a while', { found: none }, { now: HOUR / 2, found: works }, 0],
    ['one that is not there, not for long', { found: none }, { now: 2 * HOUR }, 1],
    ['one that is not there is looked for again at a sign-in', { found: none }, { now: 1, anew: true }, 1],
    ['one that works is not', { found: works }, { now: 1, anew: true }, 0],
    ['not beyond its session', { found: works, env: desktop }, { now: 1, found: none }, 1],
    ['not for another kind', { found: works }, { now: 1, platform: 'darwin' }, 1],
    ['not from the future', { found: works, now: HOUR }, { now: 0 }, 1],
    ['not where nobody could tell', { found: { usable: true, sure: false } }, { now: 1 }, 1],
  ])('%s', async (_, first, then, expected) => {
    const memory = {};
    await usual({ memory, ...first });
    const { looks } = await usual({ memory, ...then });
    expect(looks.length).toBe(expected);
  });

  test('as the file, with the reason that was found then', async () => {
    const memory = {};
    await usual({ memory, found: none });
    expect((await usual({ memory, now: 1, found: works })).chosen).toMatchObject({
      name: 'encrypted',
      instead: { why: 'there is none' },
    });
  });
});
