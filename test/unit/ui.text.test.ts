import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/nearest.ts';
import { json } from '../../src/ui/json.ts';
import { redact, redactUrl } from '../../src/ui/redact.ts';
import { resultText } from '../../src/ui/result.ts';
import { sanitize, sanitizeLines } from '../../src/ui/sanitize.ts';
import { clock, relative, roughly } from '../../src/ui/time.ts';

describe('sanitize', () => {
  const rows: [string, string, string][] = [
    ['plain text stays', 'Grüße, 日本 👩‍💻', 'Grüße, 日本 👩‍💻'],
    ['colours', '\u001b[31mred\u001b[0m', 'red'],
    ['8-bit CSI', '\u009b2Jgone', 'gone'],
    ['cursor movement', 'a\u001b[2K\u001b[1Gb', 'ab'],
    ['window title, BEL', '\u001b]0;pwned\u0007x', 'x'],
    ['clipboard, ST', '\u001b]52;c;ZXZpbA==\u001b\\x', 'x'],
    ['OSC without end swallows one line only', '\u001b]8;;https://evil', ''],
    ['DCS', '\u001bP1$r0m\u001b\\x', 'x'],
    ['reset', '\u001bcx', 'x'],
    ['lone escape', 'a\u001b', 'a'],
    ['a sequence hidden in a sequence', '\u001b\u001b[31m[31mx', '[31mx'],
    ['bell, backspace, delete', 'a\u0007\u0008\u007f', 'a\\x07\\x08\\x7f'],
    ['carriage return cannot overwrite', 'good\rbad', 'good bad'],
    ['line breaks and tabs', 'a\r\n  b\tc', 'a b c'],
    ['bidi override', 'a\u202egpj.exe', 'a\\u202egpj.exe'],
    ['bidi isolate', '\u2066x\u2069', '\\u2066x\\u2069'],
    ['invisible tag characters', 'x\u{e0041}', 'x\\u{e0041}'],
    ['zero width space, BOM', 'a\u200bb\ufeff', 'a\\u200bb\\ufeff'],
    ['lone surrogate', 'a\ud800', 'a\ufffd'],
    ['line separator', 'a\u2028b', 'a\\u2028b'],
  ];
  it.each(rows)('%s', (_, dirty, clean) => expect(sanitize(dirty)).toBe(clean));

  it('keeps lines and tabs where asked, and nothing else', () => {
    expect(sanitizeLines('a\r\nb\tc\u001b[1m\rd')).toBe('a\nb\tc\\x0dd');
    expect(sanitizeLines('\u001b]0;title\nsecond line')).toBe('\nsecond line');
  });
});

describe('json', () => {
  it('is the same value without a character that a terminal obeys', () => {
    const value = { a: 'x\u009b31m\u202e\u{e0041}\u001b' };
    const text = json(value);
    expect(JSON.parse(text)).toEqual(value);
    expect(text).toBe('{"a":"x\\u009b31m\\u202e\\udb40\\udc41\\u001b"}\n');
  });
});

describe('redact', () => {
  const rows: [string, string, string][] = [
    ['header line', 'Authorization: Bearer abc.def-123', 'Authorization: ***'],
    [
      'printed header',
      "{ authorization: 'Bearer abcd1234', accept: 'x' }",
      "{ authorization: ***, accept: 'x' }",
    ],
    ['scheme alone', 'sent Bearer abcd1234 to it', 'sent Bearer *** to it'],
    [
      'query',
      'https://a.b/cb?code=xyz&iss=https://i&state=qq',
      'https://a.b/cb?code=***&iss=https://i&state=***',
    ],
    [
      'form body',
      'grant_type=refresh_token&refresh_token=r-1&client_id=c',
      'grant_type=refresh_token&refresh_token=***&client_id=c',
    ],
    ['json', '{"access_token":"a\\"b","expires_in":3600}', '{"access_token":"***","expires_in":3600}'],
    ['userinfo', 'http://me:pw@host/', 'http://***@host/'],
    ['jwt', 'got eyJhbGciOi.eyJzdWIi.c2ln here', 'got *** here'],
    [
      'private key',
      '{"kty":"EC","x":"public-half-of-it-00","d":"secret-half-of-it-00"}',
      '{"kty":"EC","x":"public-half-of-it-00","d":"***"}',
    ],
    ['key of ours', 'mcpk1_abc-DEF', '***'],
    ['vault token', 'hvs.CAESIJabcdef', '***'],
    ['harmless', 'the code is 7 and the state is fine', 'the code is 7 and the state is fine'],
  ];
  it.each(rows)('%s', (_, text, clean) => expect(redact(text)).toBe(clean));

  it('masks known secrets, also percent-encoded and in base64', () => {
    const secret = 'p@ss/word';
    const forms = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')];
    expect(redact(forms.join(' | '), [secret, '', 'a'])).toBe('*** | *** | ***');
  });

  it('shows of a URL what is no secret', () => {
    expect(redactUrl('https://u:p@h.example:8443/mcp?api_key=1&x=2#f')).toBe(
      'https://***@h.example:8443/mcp?api_key=***&x=***',
    );
    expect(redactUrl('not a url')).toBe('***');
  });
});

describe('time', () => {
  it.each([
    [45_000, '45 s'],
    [61_000, '61 s'],
    [720_000, '12 min'],
    [3 * 3_600_000, '3 h'],
    [5 * 86_400_000, '5 days'],
  ])('%i ms is %s', (span, text) => expect(roughly(span)).toBe(text));
  it('counts down and relates', () => {
    expect(clock(272_000)).toBe('4:32');
    expect(clock(-5)).toBe('0:00');
    expect(relative(2000, 1000)).toBe('in 1 s');
    expect(relative(1000, 2000)).toBe('1 s ago');
  });
});

describe('nearest', () => {
  it.each([
    ['lgin', 'login'],
    ['lgn', 'login'],
    ['notoin', 'notion'],
    ['LINEAR', 'linear'],
    ['stat', 'status'],
    ['zzzzzz', undefined],
    ['', undefined],
  ])('%s means %s', (typed, meant) => {
    expect(nearest(typed, ['login', 'notion', 'linear', 'status'])).toBe(meant);
  });
});

describe('resultText', () => {
  it('shows text safely and names what a terminal cannot show', () => {
    const text = resultText({
      content: [
        { type: 'text', text: 'one\ntwo\u001b[2J' },
        { type: 'image', data: 'AAAA', mimeType: 'image/png' },
        { type: 'resource_link', uri: 'file:///x', name: 'x' },
        { type: 'resource', resource: { uri: 'file:///t', text: 'inside\n' } },
        { type: 'resource', resource: { uri: 'file:///b', blob: 'A'.repeat(4000) } },
      ],
    });
    expect(text).toBe(
      'one\ntwo\n[image image/png, 3 bytes]\n[resource x: file:///x]\ninside\n[resource file:///b, 3.0 kB]\n',
    );
  });

  it('shows structured content once', () => {
    expect(resultText({ content: [], structuredContent: { a: 1 } })).toBe('{\n  "a": 1\n}\n');
    expect(resultText({ content: [{ type: 'text', text: '{"a":1}' }], structuredContent: { a: 1 } })).toBe(
      '{"a":1}\n',
    );
  });
});
