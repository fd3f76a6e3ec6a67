// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what a configuration holds.
import { expect, it } from 'vitest';
import { masked } from '../../src/config/mask.ts';
import { printable, written } from '../../src/config/place.ts';
import { nearest } from '../../src/nearest.ts';

it('masks every secret of an entry, known keys or not, and keeps references', () => {
  const entry = {
    url: 'https://u:hunter2@x.test/mcp?key=hunter2&v=${V}',
    headers: { Authorization: 'Bearer hunter2', 'X-Ref': 'Bearer ${T}', 'X-Any': 'hunter2' },
    env: { LOG: 'hunter2', REF: '${T}', DEF: '${T:-hunter2}' },
    args: [
      '--api-key',
      'hunter2',
      '--token=hunter2',
      '--port',
      '80',
      '--header',
      'Authorization: Bearer hunter2',
    ],
    apiKey: 'hunter2',
    oauth: {
      client_id: 'public',
      client_secret: 'hunter2',
      clientSecret: '${S}',
      token_url: 'https://as.test/token',
      token_endpoint_auth_method: 'none',
      accessToken: 'hunter2',
      refresh_token: 12345,
      private_key: 'hunter2',
      private_key_file: '/k.pem',
      assertion: 'hunter2',
      assertion_env: 'A',
      dynamicRegistration: { initialAccessToken: 'hunter2', metadata: { client_secret: 'hunter2' } },
    },
  };
  const shown = masked(entry);
  expect(JSON.stringify(shown)).not.toMatch(/hunter2|12345/);
  expect(shown).toMatchObject({
    url: 'https://***@x.test/mcp?key=***&v=${V}',
    headers: { Authorization: '***', 'X-Ref': 'Bearer ${T}', 'X-Any': '***' },
    env: { LOG: '***', REF: '${T}', DEF: '***' },
    args: ['--api-key', '***', '--token=***', '--port', '80', '--header', '***'],
    oauth: {
      client_id: 'public',
      clientSecret: '${S}',
      token_url: 'https://as.test/token',
      token_endpoint_auth_method: 'none',
      private_key_file: '/k.pem',
      assertion_env: 'A',
    },
  });
  expect(masked('text')).toBe('text');
  expect(masked(null)).toBe(null);
});

it.each([
  ['clent_id', 'client_id'],
  ['clientID', 'clientId'],
  ['client-id', 'client_id'],
  ['notoin', 'notion'],
  ['zzzz', undefined],
  ['', undefined],
  ['x'.repeat(100_000), undefined],
])('the name nearest to %j is %j', (word, expected) => {
  expect(nearest(word, ['client_id', 'clientId', 'notion', 'url'])).toBe(expected);
});

it('makes hostile text visible instead of effective', () => {
  expect(printable('a\u001b[31mb\r\n\u202ec\u200bd\ud800')).toBe(
    'a\\u{1b}[31mb\\u{d}\\u{a}\\u{202e}c\\u{200b}d\\u{d800}',
  );
  expect(printable('Grüße 😀')).toBe('Grüße 😀');
  expect(printable('x'.repeat(500))).toBe(`${'x'.repeat(400)}… (100 more characters)`);
  expect(written(['a', 'b c', 0, 'd-e'])).toBe('a["b c"][0].d-e');
  expect(written([])).toBe('the file');
});
