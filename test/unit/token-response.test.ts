import { describe, expect, test } from 'vitest';
import { judgeTokenAnswer } from '../../src/auth/token-response.ts';

const NOW = 1_000_000;
const json = 'application/json';
const judge = (status: number, body: unknown, contentType: string | null = json) =>
  judgeTokenAnswer(
    { status, contentType, text: typeof body === 'string' ? body : JSON.stringify(body) },
    NOW,
  );

describe('tokens', () => {
  const base = { accessToken: 'at', tokenType: 'Bearer', issuedAt: NOW };
  test.each([
    [
      'the whole',
      { access_token: 'at', token_type: 'Bearer', expires_in: 60, refresh_token: 'rt', scope: 'a b' },
      { ...base, refreshToken: 'rt', scope: 'a b', expiresAt: NOW + 60_000 },
    ],
    ['type in any case', { access_token: 'at', token_type: 'BEARER' }, base],
    ['type missing', { access_token: 'at' }, base],
    [
      'nulls',
      { access_token: 'at', token_type: 'bearer', scope: null, refresh_token: null, expires_in: null },
      base,
    ],
    ['lifetime as text', { access_token: 'at', expires_in: '60' }, { ...base, expiresAt: NOW + 60_000 }],
    ['lifetime zero', { access_token: 'at', expires_in: 0 }, base],
    ['lifetime nonsense', { access_token: 'at', expires_in: 'soon' }, base],
  ])('%s', (_, body, tokens) => {
    expect(judge(200, body)).toEqual({ kind: 'tokens', tokens });
  });

  test('form-encoded', () => {
    const answer = judge(
      200,
      'access_token=at&token_type=bearer&scope=a',
      'application/x-www-form-urlencoded',
    );
    expect(answer).toEqual({ kind: 'tokens', tokens: { ...base, scope: 'a' } });
  });
});

describe('refusals', () => {
  test.each([
    ['400', 400, { error: 'invalid_grant' }, 'invalid_grant'],
    ['error with status 200', 200, { error: 'bad_verification_code' }, 'bad_verification_code'],
    ['500 with an OAuth error', 500, { error: 'server_error' }, 'server_error'],
    ['401 without JSON', 401, 'no', 'http_401'],
    ['403 with HTML', 403, '<html>', 'http_403'],
    ['error wins over a token', 200, { error: 'x', access_token: 'at' }, 'x'],
    ['null description', 400, { error: 'invalid_grant', error_description: null }, 'invalid_grant'],
  ])('%s', (_, status, body, error) => {
    expect(judge(status, body)).toMatchObject({ kind: 'refused', error, status });
  });
});

describe('trouble says nothing about the grant', () => {
  test.each([
    ['503 HTML', 503, '<html>'],
    ['500 without JSON', 500, ''],
    ['429', 429, { error: 'slow_down' }],
    ['temporarily_unavailable', 400, { error: 'temporarily_unavailable' }],
    ['503 with an error', 503, { error: 'server_error' }],
  ])('%s', (_, status, body) => {
    expect(judge(status, body)).toEqual({ kind: 'trouble', status });
  });
});

describe('broken answers', () => {
  test.each([
    ['HTML with 200', 200, '<html>'],
    ['an array', 200, []],
    ['no token', 200, { token_type: 'bearer' }],
    ['a header break', 200, { access_token: 'a\r\nX: y' }],
    ['a non-ASCII token', 200, { access_token: 'ä' }],
    ['a type we cannot send', 200, { access_token: 'at', token_type: 'mac' }],
    ['a redirect', 302, ''],
  ])('%s', (_, status, body) => {
    expect(judge(status, body).kind).toBe('broken');
  });
});
