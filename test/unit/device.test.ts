// What a device authorization endpoint answered, and how tokens are asked for until the person is done.
import { describe, expect, test } from 'vitest';
import { judgeDeviceAnswer } from '../../src/auth/device-answer.ts';
import { pollForTokens } from '../../src/auth/poll.ts';
import type { TokenAnswer } from '../../src/auth/token-response.ts';
import { NetworkError } from '../../src/errors.ts';

const PAGE = 'https://as.example/device';
const whole = {
  device_code: 'a-device-code',
  user_code: 'ABCD-EFGH',
  verification_uri: PAGE,
  expires_in: 900,
};
const judge = (body: unknown, status = 200, contentType = 'application/json') =>
  judgeDeviceAnswer(
    { status, contentType, text: typeof body === 'string' ? body : JSON.stringify(body) },
    1_000,
    false,
  );

describe('a code', () => {
  test.each([
    ['as the RFC has it', { interval: 7 }, { interval: 7000 }],
    ['without an interval: 5 s', {}, { interval: 5000, expiresAt: 901_000, complete: undefined }],
    ['an interval of nothing: 5 s', { interval: 0 }, { interval: 5000 }],
    ['an interval that is null: 5 s', { interval: null }, { interval: 5000 }],
    ['an interval below a second: a second', { interval: 0.1 }, { interval: 1000 }],
    ['numbers as text', { interval: '2', expires_in: '60' }, { interval: 2000, expiresAt: 61_000 }],
    ['no lifetime: ten minutes', { expires_in: undefined }, { expiresAt: 601_000 }],
    ['the complete page', { verification_uri_complete: `${PAGE}?c=1` }, { complete: `${PAGE}?c=1` }],
    [
      'a complete page elsewhere',
      { verification_uri_complete: 'https://evil.example/' },
      { complete: undefined },
    ],
    ['a complete page that runs', { verification_uri_complete: 'javascript:1' }, { complete: undefined }],
    ["Google's older name", { verification_uri: undefined, verification_url: PAGE }, { uri: PAGE }],
  ])('%s', (_, change, expected) => {
    const answer = judge({ ...whole, ...change });
    expect(answer).toMatchObject({ kind: 'code', code: { code: 'a-device-code', userCode: 'ABCD-EFGH' } });
    expect(answer.kind === 'code' && answer.code).toMatchObject(expected);
  });
});

describe('no code', () => {
  test.each([
    ['no device code', { device_code: undefined }, 'broken'],
    ['a device code with a line break', { device_code: 'a\nb' }, 'broken'],
    ['no user code', { user_code: '' }, 'broken'],
    ['a user code with an escape sequence', { user_code: '\u001b[2J' }, 'broken'],
    ['a user code that fills the screen', { user_code: 'x'.repeat(65) }, 'broken'],
    ['no page', { verification_uri: undefined }, 'broken'],
    ['a page over plain http', { verification_uri: 'http://as.example/device' }, 'unsafe'],
    ['a page that runs', { verification_uri: 'javascript:alert(1)' }, 'unsafe'],
    ['a page with a password', { verification_uri: 'https://a:b@as.example/' }, 'unsafe'],
    ['a page for a shell', { verification_uri: 'https://as.example/`id`' }, 'unsafe'],
    ['an error at 200', { error: 'invalid_scope' }, 'refused'],
  ])('%s', (_, change, kind) => {
    expect(judge({ ...whole, ...change }).kind).toBe(kind);
  });

  test.each([
    [400, { error: 'unauthorized_client' }, { kind: 'refused', error: 'unauthorized_client' }],
    [404, '<h1>Not found</h1>', { kind: 'refused', error: 'http_404' }],
    [200, '<h1>Hello</h1>', { kind: 'broken' }],
    [503, '', { kind: 'trouble', status: 503 }],
    [200, { access_token: 'a-token' }, { kind: 'broken' }],
  ])('HTTP %i %j', (status, body, expected) => {
    expect(judge(body, status)).toMatchObject(expected);
  });
});

const refused = (error: string): TokenAnswer => ({
  kind: 'refused',
  error,
  description: undefined,
  status: 400,
});
const tokens: TokenAnswer = {
  kind: 'tokens',
  tokens: { accessToken: 't', tokenType: 'Bearer', issuedAt: 0 },
};
const pending = refused('authorization_pending');
const trouble: TokenAnswer = { kind: 'trouble', status: 503 };
const offline = new NetworkError('unreachable', 'the server cannot be reached');

/** Polls with a clock of its own; what was waited for is told in seconds. */
async function polled(answers: (TokenAnswer | Error)[], interval = 5000, lifetime = 900_000) {
  let now = 0;
  const waits: number[] = [];
  const left = [...answers];
  const outcome = await pollForTokens(
    { interval, expiresAt: lifetime },
    async () => {
      const next = left.length > 1 ? left.shift() : left[0];
      if (next instanceof Error) throw next;
      return next as TokenAnswer;
    },
    {
      now: () => now,
      wait: async (span) => {
        waits.push(span / 1000);
        now += span;
      },
    },
  );
  return { outcome, waits };
}

describe('asking for the tokens', () => {
  test.each([
    ['at once', [tokens], [5], 'tokens'],
    ['authorization_pending', [pending, pending, tokens], [5, 5, 5], 'tokens'],
    [
      'slow_down: 5 s more from then on',
      [refused('slow_down'), pending, refused('slow_down'), tokens],
      [5, 10, 10, 15],
      'tokens',
    ],
    ['expired_token', [pending, refused('expired_token')], [5, 5], 'expired'],
    ['access_denied', [pending, refused('access_denied')], [5, 5], 'refused'],
    ['invalid_grant', [refused('invalid_grant')], [5], 'refused'],
    ['a server in trouble: half as often', [trouble, trouble, pending, tokens], [5, 10, 20, 20], 'tokens'],
    ['no network for a while: half as often', [offline, tokens], [5, 10], 'tokens'],
    ['an answer that breaks the protocol', [{ kind: 'broken', why: 'x' } as TokenAnswer], [5], 'broken'],
  ])('%s', async (_, answers, waits, kind) => {
    const result = await polled(answers);
    expect(result.waits).toEqual(waits);
    expect(result.outcome.kind).toBe(kind);
  });

  test('never after the code has expired, whatever the interval is', async () => {
    expect(await polled([pending], 5000, 12_000)).toEqual({ outcome: { kind: 'expired' }, waits: [5, 5, 2] });
    expect(await polled([tokens], 3_600_000, 60_000)).toEqual({ outcome: { kind: 'expired' }, waits: [60] });
  });

  test('at least once a minute, however long the trouble, and it is told if it lasted', async () => {
    const { outcome, waits } = await polled([offline], 5000, 300_000);
    expect(waits.slice(0, 5)).toEqual([5, 10, 20, 40, 60]);
    expect(outcome).toEqual({ kind: 'expired', failure: offline });
  });

  test('an interval of more than a minute is not shortened', async () => {
    expect((await polled([trouble, tokens], 120_000)).waits).toEqual([120, 120]);
  });

  test('what is no matter of the network ends it', async () => {
    await expect(polled([new Error('a bug')])).rejects.toThrow('a bug');
  });
});
