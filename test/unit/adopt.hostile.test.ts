// Files of other programs, and what lies beside them, that somebody else has a hand in.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSource } from '../../src/adopt/peers.ts';
import type { SecretStore } from '../../src/store/store.ts';
import { io, makeHome } from '../support/store.ts';

const now = 1_770_000_000_000;
const never = () => Promise.reject(new Error('asked'));

const options = (home: string, more: object = {}) => ({
  ...io,
  env: {},
  home,
  cwd: home,
  path: undefined,
  now: () => now,
  password: never,
  vault: undefined,
  signal: new AbortController().signal,
  ...more,
});

function codexFile(home: string, names: string[]): string {
  mkdirSync(join(home, '.codex'), { recursive: true, mode: 0o700 });
  const path = join(home, '.codex', '.credentials.json');
  const entry = (name: string) => ({
    server_name: name,
    server_url: `https://${name}.example`,
    client_id: 'c',
    access_token: `at-${name}`,
  });
  writeFileSync(path, JSON.stringify(Object.fromEntries(names.map((name) => [name, entry(name)]))), {
    mode: 0o600,
  });
  return path;
}

function mcporterFile(home: string): string {
  mkdirSync(join(home, '.mcporter'), { recursive: true, mode: 0o700 });
  const path = join(home, '.mcporter', 'credentials.json');
  const tokens = { access_token: 'at', token_type: 'Bearer' };
  const entries = { 'n|0': { serverName: 'n', serverUrl: 'https://n.example', tokens } };
  writeFileSync(path, JSON.stringify({ version: 2, entries }), { mode: 0o600 });
  return path;
}

/** What an import does last, with the wait for the lock cut short. */
async function removeFirst(home: string): Promise<unknown> {
  const stop = new AbortController();
  const source = openSource('mcporter', options(home, { signal: stop.signal }));
  const [first] = (await source.read()).found;
  if (!first) throw new Error('nothing was found');
  setTimeout(() => stop.abort(), 500);
  return source.remove(first).catch((error: { code?: string }) => error.code);
}

test.each<[string, (lock: string) => void]>([
  ['a pipe that nobody writes', (lock) => execFileSync('sh', ['-c', 'mkfifo -m 600 "$0"', lock])],
  ['a link to a device without end', (lock) => symlinkSync('/dev/zero', lock)],
  ['a link to a pipe', (lock) => execFileSync('sh', ['-c', 'mkfifo "$0.p"; ln -s "$0.p" "$0"', lock])],
])('a lock of mcporter that is %s is a lock that is held, and can be given up on', async (_, put) => {
  const home = await makeHome();
  put(`${mcporterFile(home)}.lock`);
  expect(await removeFirst(home)).toBe('cancelled');
});

test('a lock of mcporter whose owner is dead is taken over', async () => {
  const home = await makeHome();
  const lock = `${mcporterFile(home)}.lock`;
  writeFileSync(lock, '999999999\n2026-01-01T00:00:00Z\n');
  expect(await removeFirst(home)).toBe(true);
});

test('a file that is no UTF-8 is left alone: written back, other entries would not be the same', async () => {
  const home = await makeHome();
  const path = codexFile(home, ['one', 'two']);
  const text = readFileSync(path, 'latin1').replace('at-two', 'at-\xff\xfetwo');
  writeFileSync(path, text, 'latin1');
  await expect(openSource('codex', options(home)).read()).rejects.toMatchObject({ code: 'foreign_file' });
});

test.each(['../../elsewhere/x', '..\\x', 'x\0y'])(
  'an entry of Vault that is named %j leads to no file outside, and the others are read',
  async (name) => {
    const home = await makeHome();
    mkdirSync(join(home, '.mcp_cli', 'tokens'), { recursive: true, mode: 0o700 });
    mkdirSync(join(home, 'elsewhere'));
    const client = JSON.stringify({ client_id: 'of another', client_secret: 'a secret of another' });
    writeFileSync(join(home, 'elsewhere', 'x_client.json'), client, { mode: 0o600 });
    const fields = { access_token: 'at', token_type: 'Bearer' };
    const vault = {
      list: async () => [name, 'notes'],
      where: (key: string) => key,
      foreign: async () => ({ fields, adopt: never }),
    } as unknown as SecretStore;
    const { found, faulty } = await openSource('python', options(home, { vault })).read();
    expect(found.map((each) => [each.name, each.client])).toEqual([
      [name, undefined],
      ['notes', undefined],
    ]);
    expect(faulty).toEqual([]);
  },
);

test('imports that end at once take each entry out once, and lose none of the others', async () => {
  const home = await makeHome();
  const names = Array.from({ length: 6 }, (_, n) => `server${n}`);
  const path = codexFile(home, [...names, 'stays']);
  const removed = names.map(async (name) => {
    const source = openSource('codex', options(home));
    const found = (await source.read()).found.find((each) => each.name === name);
    return found && source.remove(found);
  });
  expect(await Promise.all(removed)).toEqual(names.map(() => true));
  expect(Object.keys(JSON.parse(readFileSync(path, 'utf8')) as object)).toEqual(['stays']);
});
