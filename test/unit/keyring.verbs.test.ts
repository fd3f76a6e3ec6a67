// What keytar says, and what is made of it. Linux: as measured on gnome-keyring. Windows and macOS: as its source and its
// issues have it.
import { expect, test } from 'vitest';
import type { Verb } from '../../src/store/keyring/protocol.ts';
import { type Addon, type KeyringFault, perform } from '../../src/store/keyring/verbs.ts';

type Says = string | boolean | null | Error;
type Addons = { get?: Says; set?: Says; delete?: Says };

/** Says the same to every call of a kind. `calls` has them all. */
function addonOf({ get = null, set = true, delete: remove = false }: Addons) {
  const calls: string[] = [];
  const say = async (call: string, says: Says) => {
    calls.push(call);
    if (says instanceof Error) throw says;
    return says as never;
  };
  const addon: Addon = {
    getPassword: (_, account) => say(`get ${account}`, get),
    setPassword: (_, account) => say(`set ${account}`, set),
    deletePassword: (_, account) => say(`delete ${account}`, remove),
  };
  return { addon, calls };
}

const request = (verb: Verb) => ({ id: 1, verb, service: 'mcp-cli-oauth', account: 'notes', value: 'x' });
const LOCKED = new Error('Cannot create an item in a locked collection');
const NO_COLLECTION = new Error('Object does not exist at path “/org/freedesktop/secrets/collection/login”');
const NO_BUS = new Error('Could not connect: No such file or directory');
const NO_LOGON = new Error('A specified logon session does not exist. It may already have been terminated.');
const NO_INTERACTION = new Error('User interaction is not allowed.');
const NO_KEYCHAIN = new Error('A default keychain could not be found.');
const CANCELLED = new Error('User canceled the operation.');

test.each<[string, NodeJS.Platform, Verb, Addons, string | boolean | null]>([
  ['an entry', 'linux', 'get', { get: 'v' }, 'v'],
  ['no entry, in a keyring that takes some', 'linux', 'get', {}, null],
  ['a deleted entry', 'linux', 'delete', { delete: true }, true],
  ['nothing to delete', 'linux', 'delete', {}, false],
  ['a saved entry', 'linux', 'set', {}, true],
  ['a keyring that works', 'linux', 'probe', {}, true],
  ['an entry', 'win32', 'get', { get: 'v' }, 'v'],
  ['no entry', 'win32', 'get', { set: NO_LOGON }, null],
  ['no entry', 'darwin', 'get', { set: NO_INTERACTION }, null],
])('%s on %s: %s', async (_, platform, verb, addons, expected) => {
  expect(await perform(addonOf(addons).addon, platform, request(verb))).toBe(expected);
});

test.each<[string, NodeJS.Platform, Verb, Addons, string]>([
  ['locked, says keytar: no entry', 'linux', 'get', { set: LOCKED }, 'locked'],
  ['locked, says keytar: nothing to delete', 'linux', 'delete', { set: LOCKED }, 'locked'],
  ['locked', 'linux', 'set', { set: LOCKED }, 'locked'],
  ['locked', 'linux', 'probe', { set: LOCKED }, 'locked'],
  ['never made', 'linux', 'get', { set: NO_COLLECTION }, 'no_collection'],
  ['no bus', 'linux', 'get', { get: NO_BUS }, 'no_service'],
  ['no bus', 'linux', 'delete', { delete: NO_BUS }, 'no_service'],
  ['no bus', 'linux', 'set', { get: NO_BUS, set: NO_BUS }, 'no_service'],
  ['unwilling, in words that nobody knows', 'linux', 'get', { set: new Error('???') }, 'denied'],
  ['unwilling, in words that nobody knows', 'linux', 'set', { set: new Error('???') }, 'denied'],
  ['over SSH', 'win32', 'get', { get: NO_LOGON }, 'no_logon'],
  ['over SSH, reading allowed', 'win32', 'set', { set: NO_LOGON }, 'no_logon'],
  ['in another language', 'win32', 'probe', { set: new Error('Anmeldesitzung') }, 'no_logon'],
  ['over SSH', 'darwin', 'get', { get: NO_INTERACTION }, 'locked'],
  ['over SSH', 'darwin', 'set', { set: NO_INTERACTION, get: NO_INTERACTION }, 'locked'],
  ['without a keychain', 'darwin', 'probe', { set: NO_KEYCHAIN, get: NO_KEYCHAIN }, 'no_collection'],
  ['refused in its window', 'darwin', 'get', { get: CANCELLED }, 'denied'],
  ['in another language', 'darwin', 'get', { get: new Error('Der Benutzer') }, 'denied'],
])('%s on %s: %s fails, and is no missing entry', async (_, platform, verb, addons, fault) => {
  const failure = perform(addonOf(addons).addon, platform, request(verb)).catch((error: unknown) => error);
  expect(((await failure) as KeyringFault).fault).toBe(fault);
});

test('a lock is not asked for again: each try may open a window', async () => {
  const { addon, calls } = addonOf({ set: LOCKED });
  await perform(addon, 'linux', request('set')).catch(() => undefined);
  expect(calls).toEqual(['set notes', 'get notes']);
});

test('what is there is read once: each read may open a window on macOS', async () => {
  for (const platform of ['linux', 'win32', 'darwin'] as const) {
    const { addon, calls } = addonOf({ get: 'v' });
    await perform(addon, platform, request('get'));
    expect(calls).toEqual(['get notes']);
  }
});

test('a reader is not thrown off by an entry that goes away while it looks', async () => {
  const { addon } = addonOf({});
  let failures = 1;
  addon.getPassword = async () => {
    if (failures-- > 0) throw new Error('No such interface “org.freedesktop.Secret.Item”');
    return null;
  };
  expect(await perform(addon, 'linux', request('get'))).toBeNull();
});

test('two that try a keyring out use two entries, and leave none', async () => {
  const { addon, calls } = addonOf({});
  await perform(addon, 'linux', request('probe'));
  await perform(addon, 'linux', request('probe'));
  const names = calls.map((call) => call.split(' ')[1]);
  expect(calls.map((call) => call.split(' ')[0])).toEqual(['set', 'delete', 'set', 'delete']);
  expect(new Set(names).size).toBe(2);
});
