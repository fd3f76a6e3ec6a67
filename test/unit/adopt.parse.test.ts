// What each program's file is taken for, and what of it is refused. The shapes: test/support/foreign.ts.
import { describe, expect, test } from 'vitest';
import { codex } from '../../src/adopt/codex.ts';
import type { Dialect } from '../../src/adopt/document.ts';
import { Unfit } from '../../src/adopt/found.ts';
import { gemini } from '../../src/adopt/gemini.ts';
import { parseRemote } from '../../src/adopt/mcp-remote.ts';
import { mcporter } from '../../src/adopt/mcporter.ts';
import { opencode } from '../../src/adopt/opencode.ts';
import { parsePython } from '../../src/adopt/python.ts';

const now = 1_770_000_000_000;
const times = { savedAt: undefined, now };

function one(dialect: Dialect, root: unknown) {
  const [entry] = dialect.entries(root) ?? [];
  if (!entry) throw new Error('no entry');
  return dialect.parse(entry, times);
}

const good = {
  codex: { server_name: 'n', server_url: 'https://n.example', client_id: 'c', access_token: 'a' },
  gemini: { serverName: 'n', token: { accessToken: 'a', tokenType: 'Bearer' } },
  mcporter: {
    serverName: 'n',
    updatedAt: '2026-01-01T00:00:00Z',
    tokens: { access_token: 'a', token_type: 'Bearer' },
  },
  opencode: { tokens: { accessToken: 'a' } },
};
const shapes: Record<keyof typeof good, [Dialect, (entry: unknown) => unknown]> = {
  codex: [codex, (entry) => ({ 'n|0': entry })],
  gemini: [gemini, (entry) => [entry]],
  mcporter: [mcporter, (entry) => ({ version: 2, entries: { 'n|0': entry } })],
  opencode: [opencode, (entry) => ({ n: entry })],
};

describe.each(Object.keys(good) as (keyof typeof good)[])('%s', (peer) => {
  const [dialect, shape] = shapes[peer];

  test('the least that it writes is read', () => {
    expect(one(dialect, shape(good[peer]))).toMatchObject({
      name: 'n',
      tokens: { accessToken: 'a', tokenType: 'Bearer' },
    });
  });

  test.each(hostile(good[peer]))('%s is refused, by the name of the member alone', (_, entry) => {
    let told = '';
    try {
      one(dialect, shape(entry));
    } catch (error) {
      expect(error).toBeInstanceOf(Unfit);
      told = (error as Error).message;
    }
    expect(told).not.toBe('');
    expect(told).not.toContain('EVIL');
  });

  test.each([[7], ['x'], [null], [peer === 'gemini' ? {} : []]])(
    'a file that is %j is none of its files',
    (root) => {
      expect(dialect.entries(root)).toBeUndefined();
    },
  );
});

/** The entry with each of its strings replaced by what is none. */
function hostile(entry: object): [string, unknown][] {
  const bad: [string, unknown][] = [
    ['a number', 7],
    ['a list', ['EVIL']],
    ['an object', { EVIL: 1 }],
    ['a line break', 'EVIL\r\nX: y'],
    ['an escape sequence', '\u001b]0;EVIL\u0007'],
    ['300 KB', 'E'.repeat(300_000)],
  ];
  const paths = pathsOf(entry).filter((path) => !path.includes('updatedAt'));
  return [
    ['text in place of an entry', 'EVIL'],
    ...paths.flatMap((path) =>
      bad.map(([what, value]): [string, unknown] => [
        `${what} at ${path.join('.')}`,
        replaced(entry, path, value),
      ]),
    ),
  ];
}

function pathsOf(value: object): string[][] {
  return Object.entries(value).flatMap(([name, each]) =>
    typeof each === 'object' && each !== null ? pathsOf(each).map((path) => [name, ...path]) : [[name]],
  );
}

function replaced(value: object, [name = '', ...rest]: string[], by: unknown): object {
  const inner = (value as Record<string, object>)[name] ?? {};
  return { ...value, [name]: rest.length === 0 ? by : replaced(inner, rest, by) };
}

describe('moments', () => {
  test('Codex and Gemini count in milliseconds, opencode and mcporter in seconds', () => {
    const at = 1_760_000_000;
    const { codex: c, gemini: g, mcporter: m, opencode: o } = good;
    const told = [
      one(codex, { k: { ...c, expires_at: at * 1000 } }),
      one(gemini, [{ ...g, token: { ...g.token, expiresAt: at * 1000 } }]),
      one(mcporter, { entries: { k: { ...m, tokens: { ...m.tokens, expires_at: at } } } }),
      one(mcporter, { entries: { k: { ...m, tokens: { ...m.tokens, expiresAt: at * 1000 } } } }),
      one(opencode, { n: { tokens: { ...o.tokens, expiresAt: at + 0.5 } } }),
    ];
    expect(told.map((each) => Math.floor((each?.tokens.expiresAt ?? 0) / 1000))).toEqual(Array(5).fill(at));
  });

  test('a lifetime counts from when it was written', () => {
    const { mcporter: m } = good;
    const entry = { ...m, tokens: { ...m.tokens, expires_in: 3600 } };
    const issued = Date.parse(m.updatedAt);
    expect(one(mcporter, { entries: { k: entry } })?.tokens).toMatchObject({
      issuedAt: issued,
      expiresAt: issued + 3_600_000,
    });
    const text = JSON.stringify({ access_token: 'a', token_type: 'Bearer', expires_in: 60 });
    expect(parseRemote(text, undefined, { savedAt: 1000, now }).tokens.expiresAt).toBe(61_000);
    // Nobody knows when it began: it may be over.
    expect(parsePython({ access_token: 'a', expires_in: 60 }, now)?.expiresAt).toBe(now);
  });

  test.each([1e300, Number.MAX_SAFE_INTEGER])('%d is the end of time, and no failure', (at) => {
    expect(one(codex, { k: { ...good.codex, expires_at: at } })?.tokens.expiresAt).toBe(8.64e15);
  });

  test('a moment to come is no time of issue', () => {
    expect(parsePython({ access_token: 'a', issued_at: now }, now)?.issuedAt).toBe(now);
  });
});

describe('what is not ours to take', () => {
  test('a token bound to a key', () => {
    const { mcporter: m } = good;
    const tokens = { ...m.tokens, token_type: 'DPoP' };
    expect(() => one(mcporter, { entries: { k: { ...m, tokens } } })).toThrow('token type');
  });

  test('what mcporter keeps under a password', () => {
    const header = Buffer.from(JSON.stringify({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM' })).toString(
      'base64url',
    );
    const { mcporter: m } = good;
    const tokens = { ...m.tokens, access_token: `${header}.a.b.c.d` };
    expect(() => one(mcporter, { entries: { k: { ...m, tokens } } })).toThrow('a password of its own');
  });

  test('what belongs to an executor of Codex', () => {
    expect(() => one(codex, { k: { ...good.codex, executor_owned: true } })).toThrow('remote executor');
  });

  test('a client that signs its requests', () => {
    const client = { client_id: 'c', token_endpoint_auth_method: 'private_key_jwt' };
    const tokens = JSON.stringify({ access_token: 'a', token_type: 'Bearer' });
    expect(() => parseRemote(tokens, JSON.stringify(client), times)).toThrow('client authentication method');
  });
});

test('an entry without tokens is passed over', () => {
  expect(one(opencode, { n: { oauthState: 'x', serverUrl: 'https://n.example' } })).toBeUndefined();
  expect(
    one(mcporter, { entries: { k: { serverName: 'n', clientInfo: { client_id: 'c' } } } }),
  ).toBeUndefined();
});

test('the issuer is read where a program keeps it', () => {
  const { codex: c, mcporter: m } = good;
  const issuer = 'https://as.example';
  expect(one(codex, { k: { ...c, issuer } })?.issuer).toBe(issuer);
  const discovered = { ...m, discoveryState: { authorizationServerMetadata: { issuer } } };
  expect(one(mcporter, { entries: { k: discovered } })?.issuer).toBe(issuer);
  expect(parseRemote(JSON.stringify({ access_token: 'a', issuer }), undefined, times).issuer).toBe(issuer);
});
