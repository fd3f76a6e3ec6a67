// What the doctor makes of what it sees, without seeing it.
import { describe, expect, test } from 'vitest';
import { judgeCertificate, judgeClock } from '../../src/doctor/certificate.ts';
import { type Answer, judgeAnswer } from '../../src/doctor/challenge.ts';
import { examine, type Step } from '../../src/doctor/examine.ts';
import { failed, passed } from '../../src/doctor/finding.ts';
import { wordsFor } from '../../src/doctor/providers.ts';
import { CancelledError, ConfigError } from '../../src/errors.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const DAY = 86_400_000;

function answer(given: Partial<Answer>): Answer {
  return { status: 200, asks: null, type: 'application/json', location: null, text: '', ...given };
}

test.each<[string, Partial<Answer>, string, boolean, RegExp]>([
  [
    'a challenge',
    { status: 401, asks: 'Bearer resource_metadata="https://m.example/x"' },
    'passed',
    false,
    /no scope/,
  ],
  [
    'a challenge among others',
    { status: 401, asks: 'Negotiate, Bearer scope="a b"' },
    'passed',
    false,
    /scope a b/,
  ],
  ['a 401 without a word', { status: 401 }, 'warning', false, /without WWW-Authenticate/],
  [
    'a 401 for a password',
    { status: 401, asks: 'Basic realm="x"' },
    'warning',
    false,
    /something else than Bearer/,
  ],
  [
    'a file as metadata',
    { status: 401, asks: 'Bearer resource_metadata="file:///x"' },
    'warning',
    false,
    /file:/,
  ],
  [
    'an issuer of old',
    { status: 401, asks: 'Bearer as_uri="https://as.example"' },
    'passed',
    false,
    /as\.example/,
  ],
  ['a firewall', { status: 403 }, 'warning', false, /answers 401/],
  ['an answer', { text: '{"jsonrpc":"2.0","id":1,"result":{}}' }, 'passed', true, /asks nobody/],
  ['a refusal in MCP', { status: 400, text: '{"jsonrpc":"2.0","error":{}}' }, 'passed', true, /asks nobody/],
  ['a stream', { type: 'text/event-stream' }, 'passed', true, /asks nobody/],
  ['an acknowledgement', { status: 202, type: '' }, 'passed', true, /asks nobody/],
  ['a page', { type: 'text/html' }, 'failed', false, /with a page, not MCP/],
  ['JSON of something else', { text: '{"hello":1}' }, 'failed', false, /something else, not MCP/],
  ['JSON that is cut', { text: '{"jsonrpc":' }, 'failed', false, /not MCP/],
  ['nothing there', { status: 404, type: 'text/plain' }, 'failed', false, /HTTP 404, not MCP/],
  [
    'another place',
    { status: 308, location: 'https://new.example/mcp' },
    'failed',
    false,
    /to another place/,
  ],
  ['trouble', { status: 502 }, 'failed', false, /HTTP 502/],
  ['too many', { status: 429 }, 'failed', false, /HTTP 429/],
])('%s', (_, given, status, open, seen) => {
  const finding = judgeAnswer(answer(given), 'notes', 'mcpServers.notes.url');
  expect(finding).toMatchObject({ status, open, seen: expect.stringMatching(seen) });
});

test('where an answer leads is said', () => {
  const given = answer({ status: 301, location: 'https://new.example/mcp' });
  expect(judgeAnswer(given, 'notes', 'x').fix).toContain('https://new.example/mcp');
});

test.each<[number, string, RegExp]>([
  [90, 'passed', /good for 90 days/],
  [7, 'passed', /good for 7 days/],
  [6, 'warning', /good for 6 days only/],
  [-1, 'warning', /over by the clock/],
  [Number.NaN, 'passed', /from Somebody, known by x$/],
])('a certificate that is good for %d days', (days, status, seen) => {
  const found = {
    protocol: 'TLSv1.3',
    authority: 'Somebody',
    validTo: NOW + days * DAY,
    from: 'x',
    shown: undefined,
  };
  expect(judgeCertificate(found, NOW)).toMatchObject({ status, seen: expect.stringMatching(seen) });
});

test.each<[number, boolean, string]>([
  [0, false, 'passed'],
  [60, false, 'passed'],
  [-60, true, 'passed'],
  [61, false, 'warning'],
  [-300, true, 'warning'],
  [301, true, 'failed'],
  [-86_400, false, 'warning'],
])('a clock that is %d s off, signing: %s', (seconds, signs, status) => {
  expect(judgeClock({ theirs: NOW, ours: NOW + seconds * 1000 }, signs).status).toBe(status);
});

test.each<[string, string, RegExp | undefined]>([
  ['https://login.microsoftonline.com/common/v2.0', 'server_metadata', /mcpServers\.a\.oauth\.issuer/],
  ['https://login.microsoftonline.com/x/v2.0', 'pkce', /mcpServers\.a\.oauth\.allow_missing_pkce_metadata/],
  ['https://notamazonaws.com', 'pkce', undefined],
  ['https://amazonaws.com.evil.example', 'pkce', undefined],
  ['https://github.com', 'pkce', undefined],
  ['nonsense', 'pkce', undefined],
  ['https://cognito-idp.eu-west-1.amazonaws.com/pool', 'pkce', /allow_missing_pkce_metadata/],
])('the words of %s for %s', (issuer, about, words) => {
  const found = wordsFor(issuer, about as 'pkce', 'mcpServers.a');
  if (words === undefined) return expect(found).toBeUndefined();
  expect(found).toMatch(words);
  return expect(found).not.toMatch(/KEY/);
});

describe('the run', () => {
  const step = (name: string, more: Partial<Step>): Step => ({
    name: name as Step['name'],
    clause: 'a clause',
    limit: 1_000,
    probe: async () => passed('fine'),
    ...more,
  });
  const quiet = { within: 10_000, signal: new AbortController().signal, begins() {}, ended() {} };
  const never = () => new Promise<never>(() => {});

  test('a failure stops nothing but what rests on it', async () => {
    let broken: string | undefined;
    const results = await examine(
      [
        step('dns', {
          probe: async () => failed(new ConfigError('x', 'it is broken', { hint: 'mend it' })),
          after: () => {
            broken = 'broken before';
          },
        }),
        step('tcp', { blocked: () => broken }),
        step('store', {}),
      ],
      quiet,
    );
    expect(results.map(({ status, seen }) => [status, seen])).toEqual([
      ['failed', 'it is broken'],
      ['skipped', 'broken before'],
      ['passed', 'fine'],
    ]);
    expect(results[0]).toMatchObject({ code: 'x', exit: 3, fix: 'mend it', clause: 'a clause' });
  });

  test('what hangs is left at its limit, and what comes after all time is over is not begun', async () => {
    const signals: AbortSignal[] = [];
    const hanging = (signal: AbortSignal) => {
      signals.push(signal);
      return never();
    };
    const limited = await examine([step('dns', { limit: 20, probe: hanging }), step('tcp', {})], quiet);
    expect(limited.map(({ status, code }) => code ?? status)).toEqual(['timeout', 'passed']);
    const all = ['dns', 'tcp'].map((name) => step(name, { probe: hanging }));
    const hurried = await examine(all, { ...quiet, within: 200 });
    expect(hurried.map(({ status, code }) => code ?? status)).toEqual(['timeout', 'skipped']);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  test('a cancellation ends it, and a bug is one', async () => {
    const stop = new AbortController();
    const running = examine([step('dns', { probe: never })], { ...quiet, signal: stop.signal });
    stop.abort();
    await expect(running).rejects.toBeInstanceOf(CancelledError);
    const bug = async () => {
      throw new TypeError('a bug');
    };
    await expect(examine([step('dns', { probe: bug })], quiet)).rejects.toBeInstanceOf(TypeError);
  });
});
