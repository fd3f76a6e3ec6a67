import { expect, test } from 'vitest';
import { accountOf, fitsInline, unwrap, wrap } from '../../src/store/keyring/envelope.ts';
import { childEnvironment } from '../../src/store/keyring/environment.ts';

const KEY = Buffer.alloc(32, 7);

test.each<[string, string, boolean]>([
  ['1,200 letters', 'a'.repeat(1_200), true],
  ['1,201 letters', 'a'.repeat(1_201), false],
  ['1,200 units of two bytes', 'é'.repeat(1_200), true],
  ['few units, and more bytes than Windows takes', '日'.repeat(900), false],
  ['600 emoji', '🙂'.repeat(600), true],
  ['nothing, which keytar refuses', '', false],
  ['a NUL, which would end it', 'a\0b', false],
  ['what looks like an envelope', wrap(KEY, 'notes.kr.enc'), false],
  ['a record', '{"version":1,"server":"notes"}', true],
])('%s: %#', (_, value, inline) => {
  expect(fitsInline(value)).toBe(inline);
});

test('an envelope gives its key back, and is small enough for every system', () => {
  const entry = wrap(KEY, `${'x'.repeat(60)}.kr.enc`);
  expect(unwrap(entry)).toEqual(KEY);
  expect(entry.length).toBeLessThan(300);
});

test.each([
  '',
  'null',
  '[]',
  '{"v":1}',
  '{"v":1,"wrapped":true,"k":"c2hvcnQ"}',
  '{"v":2,"wrapped":true,"k":"x"}',
])('%j is no envelope', (entry) => {
  expect(unwrap(entry)).toBeUndefined();
});

test.each<[string, NodeJS.Platform, string | RegExp]>([
  ['notion', 'linux', 'notion'],
  ['notion@me@example.com', 'darwin', 'notion@me@example.com'],
  ['Notion', 'linux', 'Notion'],
  ['Notion', 'win32', /^%-notion-[0-9a-f]{10}$/],
  ['../../etc/passwd', 'win32', '../../etc/passwd'],
  ['a\0b', 'linux', /^%-a_b-[0-9a-f]{10}$/],
  ['x'.repeat(201), 'linux', /^%-x{48}-[0-9a-f]{10}$/],
])('the entry of %j on %s', (key, platform, account) => {
  expect(accountOf(key, platform)).toMatch(account);
  if (typeof account === 'string') expect(accountOf(key, platform)).toBe(account);
});

const SECRETS = {
  MCP_CLI_ENCRYPTION_KEY: 'x',
  VAULT_TOKEN: 'x',
  AWS_SECRET_ACCESS_KEY: 'x',
  NODE_OPTIONS: '--require x',
  NODE_PATH: 'x',
  LD_PRELOAD: 'x',
  G_MESSAGES_DEBUG: 'all',
  DEBUG: '*',
  XDG_DATA_HOME: undefined,
  path: 'x',
};

test.each<[NodeJS.Platform, Record<string, string>, Record<string, string>]>([
  [
    'linux',
    { HOME: '/h', DISPLAY: ':0', XDG_RUNTIME_DIR: '/r', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/b' },
    {
      HOME: '/h',
      DISPLAY: ':0',
      XDG_RUNTIME_DIR: '/r',
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/b',
      PATH: '/usr/bin:/bin',
      LC_ALL: 'C',
    },
  ],
  [
    'linux',
    { XDG_RUNTIME_DIR: '/run/a b' },
    {
      XDG_RUNTIME_DIR: '/run/a b',
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/a%20b/bus',
      PATH: '/usr/bin:/bin',
      LC_ALL: 'C',
    },
  ],
  [
    'linux',
    {},
    { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/7/bus', PATH: '/usr/bin:/bin', LC_ALL: 'C' },
  ],
  ['darwin', { HOME: '/h', USER: 'u' }, { HOME: '/h', USER: 'u' }],
  ['win32', { SYSTEMROOT: 'C:\\W', UserProfile: 'C:\\U' }, { SYSTEMROOT: 'C:\\W', UserProfile: 'C:\\U' }],
])('on %s the helper gets what it needs, and nothing else', (platform, env, expected) => {
  expect(childEnvironment({ ...SECRETS, ...env }, platform, 7)).toEqual(expected);
});
