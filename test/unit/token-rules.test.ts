// Decisions of the `token` commands and of `${TOKEN:…}`, by table.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what a configuration holds.
import { describe, expect, test } from 'vitest';
import { wanted } from '../../src/commands/token-list.ts';
import type { StdioEntry } from '../../src/config/entry.ts';
import { expandParts, tokens } from '../../src/config/expand.ts';
import type { Place } from '../../src/config/place.ts';
import { providedToken } from '../../src/config/provided.ts';
import { fillIn } from '../../src/config/tokens.ts';
import { namedBy } from '../../src/config/trust-set.ts';
import { sentWith } from '../../src/session/echo.ts';
import { parseExpiry } from '../../src/workspace/expiry.ts';
import { providerVariable } from '../../src/workspace/provider.ts';
import { entryOf, http, oauth, storageOf } from './config-entry.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');

test.each([
  ['2026-12-31', '2027-01-01T00:00:00.000Z'],
  ['2028-02-29', '2028-03-01T00:00:00.000Z'],
  ['2026-12-31T12:00Z', '2026-12-31T12:00:00.000Z'],
  ['2026-12-31 12:00:30', '2026-12-31T12:00:30.000Z'],
  ['2026-12-31T12:00:00.5+02:00', '2026-12-31T10:00:00.500Z'],
  ['30m', '2026-11-21T10:30:00.000Z'],
  ['12h', '2026-11-21T22:00:00.000Z'],
  ['90d', '2027-02-19T10:00:00.000Z'],
  ['2w', '2026-12-05T10:00:00.000Z'],
])('--expires %s is %s', (text, moment) => {
  expect(new Date(parseExpiry(text, NOW) ?? 0).toISOString()).toBe(moment);
});

test.each([
  '',
  'tomorrow',
  '2027-02-29',
  '2027-02-29T10:00Z',
  '2026-12-31T25:00Z',
  '90',
  '90y',
  '-1d',
  '1e5d',
  '31.12.2026',
  '999999d',
])('--expires %j is nothing', (text) => expect(parseExpiry(text, NOW)).toBeUndefined());

test.each([
  ['openai', 'OPENAI_API_KEY'],
  ['azure_openai', 'AZURE_OPENAI_API_KEY'],
  ['my-own', 'MY_OWN_API_KEY'],
  ['TogetherAI', 'TOGETHER_API_KEY'],
  ['constructor', 'CONSTRUCTOR_API_KEY'],
])('the key of %s is in %s', (provider, variable) => expect(providerVariable(provider)).toBe(variable));

test.each<[Parameters<typeof wanted>[2], string]>([
  [{}, 'oauth bearer api-key provider generic'],
  [{ oauth: false }, 'bearer api-key provider generic'],
  [{ bearer: false }, 'oauth api-key provider generic'],
  [{ apiKeys: false }, 'oauth bearer provider generic'],
  [{ providers: false }, 'oauth bearer api-key generic'],
  [{ oauth: true }, 'oauth'],
  [{ bearer: true }, 'bearer'],
  [{ apiKeys: true }, 'api-key provider'],
  [{ apiKeys: true, providers: false }, 'api-key'],
  [{ bearer: true, oauth: true }, 'oauth bearer'],
  [{ oauth: false, apiKeys: true }, 'api-key provider'],
  [{ namespace: 'provider' }, 'provider'],
  [{ namespace: 'oauth', bearer: true }, ''],
])('token list %j shows %s', (options, shown) => {
  const all = [
    ['oauth', 'oauth'],
    ['bearer', 'bearer'],
    ['api-key', 'api-key'],
    ['provider', 'api-key'],
    ['generic', 'generic'],
  ] as const;
  expect(
    all
      .filter(([namespace, type]) => wanted(namespace, type, options))
      .map(([name]) => name)
      .join(' '),
  ).toBe(shown);
});

describe('references', () => {
  const place: Place = {
    source: { label: 'c', folder: '/', at: () => undefined },
    path: ['x'],
    server: 'n',
  };

  test.each<[string, unknown[]]>([
    ['${TOKEN:team:a}', [{ namespace: 'team', name: 'a' }]],
    ['${TOKEN:a}', [{ namespace: 'bearer', name: 'a' }]],
    ['${TOKEN:team:a:b}', [{ namespace: 'team', name: 'a:b' }]],
    ['Bearer ${TOKEN:a}!', ['Bearer ', { namespace: 'bearer', name: 'a' }, '!']],
    ['${A:-${TOKEN:a}}', [{ namespace: 'bearer', name: 'a' }]],
    ['${B:-${TOKEN:a}}', ['set']],
    // What a variable holds is text.
    ['${C}', ['${TOKEN:a}']],
    ['$${TOKEN:a}', ['${TOKEN:a}']],
    // A variable of that name, with a default.
    ['${TOKEN:-a:b}', ['a:b']],
  ])('%s', (text, parts) => {
    expect(expandParts(text, { B: 'set', C: '${TOKEN:a}' }, place)).toEqual(parts);
  });

  test('are found wherever they hide', () => {
    expect(tokens('${A:-x${TOKEN:t:a}} $${TOKEN:no} ${TOKEN:b}').map(({ name }) => name)).toEqual(['a', 'b']);
  });

  test.each<[string, () => unknown]>([
    ['the URL', () => http({ url: 'https://mcp.test/${TOKEN:a}' })],
    ['the host', () => http({ url: 'https://${TOKEN:a}.mcp.test/' })],
    ['an account', () => http({ account: '${TOKEN:a}' })],
    ['a client secret', () => oauth({ client_id: 'c', client_secret: '${TOKEN:a}' })],
    ['a parameter', () => oauth({ extra_auth_params: { x: '${TOKEN:a}' } })],
    ['the command', () => entryOf({ mcpServers: { n: { command: '${TOKEN:a}' } } })],
    ['an argument', () => entryOf({ mcpServers: { n: { command: 'x', args: ['${TOKEN:a}'] } } })],
    ['the password of the store', () => storageOf({ tokenStorage: { password: '${TOKEN:a}' } })],
    ['a default of the URL', () => http({ url: '${U:-https://mcp.test/${TOKEN:a}}' })],
  ])('are refused in %s', (_, read) => {
    expect(read).toThrow(expect.objectContaining({ code: 'unsupported_reference', exit: 3 }));
  });

  test('keep the rules of headers: names, doubles, the text around them', () => {
    expect(() => http({ headers: { 'X-A': '${TOKEN:a}', 'x-a': 'b' } })).toThrow(/given twice/);
    expect(() => http({ headers: { Host: '${TOKEN:a}' } })).toThrow(/belongs to the connection/);
    expect(() => http({ headers: { 'X-A': 'a\nb${TOKEN:a}' } })).toThrow(/line break/);
    expect(http({ headers: { 'X-A': '${TOKEN:a}', 'X-B': 'b' } }).headers).toEqual({ 'X-B': 'b' });
  });

  test('in Authorization count as a configured header', () => {
    const entry = http({ headers: { authorization: 'Bearer ${TOKEN:a}' } });
    expect(providedToken(entry, [], {})).toEqual({
      value: undefined,
      source: 'mcpServers.n.headers.authorization',
    });
    expect(providedToken(http({ headers: { 'X-Key': '${TOKEN:a}' } }), [], {})).toBeUndefined();
  });

  test('are part of what is trusted, at their place', () => {
    const set = (headers: object) => namedBy({ mcpServers: { n: { url: 'https://mcp.test', headers } } });
    const found = set({ 'X-A': 'k ${A:-${TOKEN:team:a}}' }).filter(({ kind }) => kind === 'token');
    expect(found).toMatchObject([{ shown: 'team:a', at: 'mcpServers.n.headers.X-A' }]);
    const prints = (headers: object) => set(headers).map(({ print }) => print);
    expect(prints({ 'X-B': 'k ${A:-${TOKEN:team:a}}' })).not.toEqual(
      expect.arrayContaining([found[0]?.print]),
    );
  });

  test('become whole with what the store has, each read once, and are known as secrets', async () => {
    const asked: string[] = [];
    const read = async ({ namespace, name }: { namespace: string; name: string }) => {
      asked.push(`${namespace}:${name}`);
      return `secret-of-${name}`;
    };
    const headers = { Authorization: 'Bearer ${TOKEN:a}', 'X-Two': '${TOKEN:a}/${TOKEN:b}', 'X-Plain': 'p' };
    const whole = await fillIn(http({ headers }), read);
    expect(whole).toMatchObject({
      headers: { Authorization: 'Bearer secret-of-a', 'X-Two': 'secret-of-a/secret-of-b', 'X-Plain': 'p' },
      secrets: ['secret-of-a', 'secret-of-b'],
    });
    expect(whole).not.toHaveProperty('withTokens');
    expect(asked).toEqual(['bearer:a', 'bearer:b']);
    const local = entryOf({
      mcpServers: { n: { command: 'x', env: { A: '${TOKEN:a}', B: 'b' } } },
    }) as StdioEntry;
    expect(local.env).toEqual({ B: 'b' });
    const started = await fillIn(local, read);
    expect(started).toMatchObject({ env: { A: 'secret-of-a', B: 'b' } });
    expect([...sentWith(started)]).toContain('secret-of-a');
  });

  test.each([
    ['Authorization', 'größe'],
    ['X-Key', 'a\r\nX-Evil: 1'],
    ['X-Key', 'a\0'],
  ])('do not break out of the header %s', async (name, value) => {
    const entry = http({ headers: { [name]: '${TOKEN:a}' } });
    await expect(fillIn(entry, async () => value)).rejects.toMatchObject({ code: 'invalid_token', exit: 3 });
    await expect(fillIn(entry, async () => value)).rejects.not.toThrow(value);
  });
});
