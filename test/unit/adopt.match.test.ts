// Which server a foreign sign-in is for.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Found } from '../../src/adopt/found.ts';
import { strictJson, without } from '../../src/adopt/json.ts';
import { type Candidate, match, sameUrl } from '../../src/adopt/match.ts';
import { choose, rotationOf } from '../../src/adopt/outcome.ts';
import { pythonName } from '../../src/adopt/python.ts';

const server = (name: string, url: string, more: Partial<Candidate> = {}): Candidate => ({
  name,
  url,
  headers: {},
  resource: undefined,
  ...more,
});
const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const same = (name: string) => name;

const notes = server('notes', 'https://notes.example/mcp');
const mail = server('mail', 'https://mail.example');
const twin = server('twin', 'https://notes.example/mcp');
const headed = server('headed', 'https://h.example/mcp', { headers: { 'X-B': '2', 'X-A': '1' } });

describe('a sign-in is for', () => {
  test.each<[string, Parameters<typeof match>[0], unknown]>([
    [
      'the server of its URL',
      { url: 'https://notes.example/mcp' },
      { kind: 'one', by: 'url', candidate: notes },
    ],
    [
      'the same in other letters',
      { url: 'HTTPS://Notes.Example:443/mcp#x' },
      { kind: 'one', candidate: notes },
    ],
    ['a URL without a path', { url: 'https://mail.example/' }, { kind: 'one', candidate: mail }],
    ['its URL, whatever the name', { url: 'https://mail.example', name: 'notes' }, { candidate: mail }],
    ['nobody, with a slash more', { url: 'https://notes.example/mcp/' }, { kind: 'none' }],
    ['nobody, with a query', { url: 'https://notes.example/mcp?team=1' }, { kind: 'none' }],
    ['nobody, by http', { url: 'http://notes.example/mcp' }, { kind: 'none' }],
    ['nobody, at another port', { url: 'https://notes.example:8443/mcp' }, { kind: 'none' }],
    ['nobody, if only the name fits', { url: 'https://x.example', name: 'notes' }, { kind: 'other_url' }],
    ['its name, where there is no URL', { name: 'mail' }, { kind: 'one', by: 'name', candidate: mail }],
    ['nobody, without both', {}, { kind: 'none' }],
    ['nobody, with something that is no URL', { url: 'urn:x' }, { kind: 'none' }],
    ['the hash of the URL', { urlHash: md5('https://notes.example/mcp') }, { kind: 'one', by: 'url' }],
    ['the hash of a bare origin', { urlHash: md5('https://mail.example/') }, { candidate: mail }],
    [
      'the hash with headers',
      { urlHash: md5('https://h.example/mcp|{"X-A":"1","X-B":"2"}') },
      { candidate: headed },
    ],
    [
      'the hash with a resource',
      { urlHash: md5('https://mail.example|https://mail.example/') },
      { candidate: mail },
    ],
    ['nobody, by another hash', { urlHash: md5('https://notes.example/mcp/') }, { kind: 'none' }],
  ])('%s', (_, found, expected) => {
    expect(match(found, [notes, mail, headed], same)).toMatchObject(expected as object);
  });

  test('no one of several with its URL, unless one has its name', () => {
    const url = 'https://notes.example/mcp';
    expect(match({ url }, [notes, twin], same)).toEqual({ kind: 'several', names: ['notes', 'twin'] });
    expect(match({ url, name: 'twin' }, [notes, twin], same)).toMatchObject({ candidate: twin });
  });

  test('the name as Python spells it', () => {
    expect(pythonName('my server.v2:a-b_ä')).toBe('my_server_v2:a-b_ä');
    const spelled = server('my server', 'https://s.example');
    expect(match({ name: 'my_server' }, [spelled], pythonName)).toMatchObject({ candidate: spelled });
    const both = [spelled, server('my.server', 'https://t.example')];
    expect(match({ name: 'my_server' }, both, pythonName)).toMatchObject({ kind: 'several' });
  });
});

function found(id: string, more: Partial<Found> = {}): Found {
  const tokens = { accessToken: 'a', tokenType: 'Bearer' as const, issuedAt: 1 };
  return { id, where: 'FILE', print: id, tokens, url: notes.url, name: 'notes', ...more };
}

describe('of several sign-ins for one server', () => {
  test('the newest of one name is taken', () => {
    const tokens = { accessToken: 'b', tokenType: 'Bearer' as const, issuedAt: 2 };
    const [old, fresh] = choose([found('old'), found('fresh', { tokens })], [notes], same);
    expect(old).toMatchObject({
      outcome: { state: 'ambiguous', why: 'another one for this server is newer' },
    });
    expect(fresh).toMatchObject({ candidate: notes });
  });

  test('none is taken if their names differ, and none of them is the server’s', () => {
    const all = choose([found('a', { name: 'work' }), found('b', { name: 'home' })], [notes], same);
    expect(all.map((each) => 'outcome' in each && each.outcome.state)).toEqual(['ambiguous', 'ambiguous']);
  });
});

test('what is to be added to the configuration shows no query', () => {
  const [only] = choose([found('a', { url: 'https://k.example/mcp?key=s3cret', name: 'k' })], [notes], same);
  expect(only).toMatchObject({
    outcome: { state: 'not_configured', add: { mcpServers: { k: { url: 'https://k.example/mcp' } } } },
  });
  expect(JSON.stringify('outcome' in only! && only.outcome)).not.toContain('s3cret');
});

test.each([
  [undefined, undefined, 'none'],
  ['r', undefined, 'assumed'],
  ['r', 's', 'possible'],
] as const)('a refresh token %s of a client with secret %s: %s', (refreshToken, secret, expected) => {
  const { tokens } = found('a');
  const client = { id: 'c', ...(secret && { secret }) };
  expect(rotationOf({ tokens: { ...tokens, ...(refreshToken && { refreshToken }) }, client })).toBe(expected);
});

test('URLs that are the same', () => {
  expect(sameUrl('https://a.example', 'https://a.example/')).toBe(true);
  expect(sameUrl('nonsense', 'nonsense')).toBe(false);
});

describe('strict JSON', () => {
  test.each([
    '',
    '{',
    '{"a":1,"a":2}',
    '{"a":{"b":1,"\\u0062":2}}',
    '[1,]',
    '{/**/}',
    `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  ])('refuses %#', (text) => {
    expect(strictJson(text)).toBeUndefined();
  });

  test('keeps every byte but those of what is removed', () => {
    const text = '{\n\t"a": 1.0e3,\n\t"b" : {"c":[1, 2,3]},\n\t"d":"\\u00e4"}\n';
    expect(without(text, ['b'])).toBe('{\n\t"a": 1.0e3,\n\t"d":"\\u00e4"}\n');
    expect(without(text, ['b', 'c', 1])).toContain('[1, 3]');
  });
});
