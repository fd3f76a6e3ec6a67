// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what a configuration holds.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLoopback, redirectFault, resourceFault, urlFault } from '../../src/config/address.ts';
import { entryFromUrl, isUrl } from '../../src/config/adhoc.ts';
import { UsageError } from '../../src/errors.ts';

describe('urlFault', () => {
  it.each([
    'https://x.test',
    'https://x.test:8443//a//b?c=d',
    'HTTPS://X.TEST/',
    'http://localhost:8000/mcp',
    'http://127.0.0.1/',
    'http://127.255.0.9:1/',
    'http://[::1]:3000/',
    'http://LOCALHOST/',
    'https://x.test/@user',
  ])('%s is fine', (url) => {
    expect(urlFault(url, false)).toBeUndefined();
  });

  it.each([
    ['', 'absolute'],
    ['x.test/mcp', 'absolute'],
    ['//x.test', 'absolute'],
    ['https:x.test', 'absolute'],
    ['https:/x.test', 'absolute'],
    ['https:///x.test', 'absolute'],
    ['https://', 'absolute'],
    ['ftp://x.test', 'absolute'],
    ['file:///etc/passwd', 'absolute'],
    ['javascript:alert(1)', 'absolute'],
    ['https://x.test:99999', 'absolute'],
    ['https://u:p@x.test', 'user name'],
    ['https://@x.test', 'user name'],
    ['https://x.test#f', 'fragment'],
    ['https://x.test/#', 'fragment'],
    [' https://x.test', 'space'],
    ['https://x.test/a b', 'space'],
    ['https://x.te\nst', 'line break'],
    ['https://x.test\\@evil.test', 'backslash'],
    ['http://x.test', 'plain http'],
    ['http://127.evil.test', 'plain http'],
    ['http://localhost.evil.test', 'plain http'],
    ['http://10.0.0.1', 'plain http'],
    ['http://[::ffff:127.0.0.1]', 'plain http'],
    ['http://0.0.0.0', 'plain http'],
  ])('%j is refused: %s', (url, word) => {
    expect(urlFault(url, false)?.said).toContain(word);
  });

  it('allows plain http if told to, and nothing else with it', () => {
    expect(urlFault('http://x.test', true)).toBeUndefined();
    expect(urlFault('http://u@x.test', true)).toBeDefined();
  });

  it('never lets plain http leave the machine, whatever is written', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.webUrl({ validSchemes: ['http', 'https'] }), fc.string(), fc.domain()),
        (text) => {
          for (const url of [text, `http://${text}`]) {
            if (urlFault(url, false) !== undefined) continue;
            const { protocol, hostname, username, hash } = new URL(url);
            expect([username, hash]).toEqual(['', '']);
            expect(protocol === 'https:' || isLoopback(hostname)).toBe(true);
          }
        },
      ),
    );
  });
});

it.each([
  ['http://localhost/callback', true],
  ['http://127.0.0.1:8080/cb?x=y', true],
  ['https://hub.test/cb', true],
  ['myapp://cb', true],
  ['http://hub.test/cb', false],
  ['data:text/html,x', false],
  ['myapp://cb#x', false],
  ['my app://cb', false],
])('a redirect %j: %s', (url, fine) => {
  expect(redirectFault(url, false) === undefined).toBe(fine);
});

it.each([
  ['https://x.test/mcp', true],
  ['urn:x:y', true],
  ['x', false],
  ['https://x.test/ a', false],
])('a resource %j: %s', (uri, fine) => {
  expect(resourceFault(uri) === undefined).toBe(fine);
});

describe('entryFromUrl', () => {
  it.each([
    ['https://mcp.notion.com/mcp', 'mcp.notion.com'],
    ['https://mcp.notion.com/', 'mcp.notion.com'],
    ['https://mcp.notion.com', 'mcp.notion.com'],
    ['https://mcp.linear.app/sse', 'mcp.linear.app/sse'],
    ['http://localhost:3000/a/mcp/?x=y', 'localhost:3000/a/mcp'],
  ])('%s is called %s', (url, name) => {
    expect(entryFromUrl(url)).toMatchObject({ kind: 'http', name, url, oauth: undefined, headers: {} });
  });

  it('passes its options on', () => {
    expect(
      entryFromUrl('http://x.lan', { allowHttp: true, protocol: 'legacy', timeout: 5, account: 'w' }),
    ).toMatchObject({ allowHttp: true, protocol: 'legacy', timeout: 5, account: 'w' });
  });

  it.each(['http://x.test/?key=hunter2', 'https://u:hunter2@x.test', 'hunter2'])(
    'refuses %s unquoted',
    (url) => {
      const error = (() => {
        try {
          return entryFromUrl(url);
        } catch (thrown) {
          return thrown as UsageError;
        }
      })() as UsageError;
      expect(error).toBeInstanceOf(UsageError);
      expect(error).toMatchObject({ code: 'invalid_url', exit: 2 });
      expect(`${error.message}${error.hint}`).not.toContain('hunter2');
    },
  );

  it('tells a URL from a name', () => {
    expect([isUrl('https://x'), isUrl('HTTP://x'), isUrl('notion'), isUrl('http')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
