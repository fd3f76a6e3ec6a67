import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  canonicalResource,
  coversResource,
  isLoopbackHost,
  isSafeBrowserUrl,
  issuerEquals,
  issuerTag,
  loopbackRedirect,
  parseEndpoint,
} from '../../src/url.ts';

describe('isLoopbackHost', () => {
  test.each([
    ['localhost', true],
    ['LocalHost', true],
    ['app.localhost', true],
    ['127.0.0.1', true],
    ['127.255.0.3', true],
    ['[::1]', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['localhost.', false],
    ['.localhost', false],
    ['localhost.example', false],
    ['127.0.0.1.example', false],
    ['notlocalhost', false],
    ['128.0.0.1', false],
    ['0.0.0.0', false],
    ['[::2]', false],
    ['', false],
  ])('%s: %s', (host, expected) => {
    expect(isLoopbackHost(host)).toBe(expected);
  });
});

describe('parseEndpoint', () => {
  test.each([
    'https://as.example/authorize',
    'https://AS.Example:8443//authorize?x=1',
    'http://localhost:9000/token',
    'http://127.0.0.1/token',
    'http://[::1]:3/token',
  ])('takes %s', (text) => {
    expect(parseEndpoint(text, 'token endpoint').href).toBe(new URL(text).href);
  });

  test.each([
    ['http://as.example/token', 'insecure_url'],
    ['javascript:alert(1)', 'insecure_url'],
    ['file:///etc/passwd', 'insecure_url'],
    ['ms-msdt:/id', 'insecure_url'],
    ['ftp://as.example/', 'insecure_url'],
    ['/token', 'invalid_url'],
    ['', 'invalid_url'],
    ['https://', 'invalid_url'],
    ['https://user@as.example/', 'invalid_url'],
    ['https://:pass@as.example/', 'invalid_url'],
    ['https://as.example/#', 'invalid_url'],
    ['https://as.example/#part', 'invalid_url'],
    ['https://as.exa\nmple/', 'invalid_url'],
    [' https://as.example/', 'invalid_url'],
    ['https://as.example/\u0000', 'invalid_url'],
    [42, 'invalid_url'],
    [null, 'invalid_url'],
    [{ toString: () => 'https://as.example/' }, 'invalid_url'],
  ])('refuses %j as %s', (text, code) => {
    expect(() => parseEndpoint(text, 'token endpoint')).toThrow(
      expect.objectContaining({ code, exit: 7, message: expect.stringContaining('token endpoint') }),
    );
  });

  test('http beyond loopback only with allowHttp, which opens nothing else', () => {
    expect(parseEndpoint('http://as.example/t', 'token endpoint', true).href).toBe('http://as.example/t');
    expect(() => parseEndpoint('ftp://as.example/t', 'token endpoint', true)).toThrow(/not an https/);
  });

  test('never repeats the URL', () => {
    expect(() => parseEndpoint('http://as.example/?key=hush', 'token endpoint')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hush') }),
    );
  });
});

describe('canonicalResource', () => {
  test.each([
    ['https://MCP.Example/', 'https://mcp.example'],
    ['HTTPS://mcp.example', 'https://mcp.example'],
    ['https://mcp.example:443/mcp#x', 'https://mcp.example/mcp'],
    ['https://mcp.example:8443', 'https://mcp.example:8443'],
    ['https://mcp.example/MCP/', 'https://mcp.example/MCP/'],
    ['https://mcp.example/?tenant=a', 'https://mcp.example/?tenant=a'],
    ['https://mcp.example/#', 'https://mcp.example'],
  ])('%s -> %s', (text, expected) => {
    expect(canonicalResource(text)).toBe(expected);
  });

  test('is its own canonical form', () => {
    fc.assert(
      fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), (url) => {
        const once = canonicalResource(url);
        expect(canonicalResource(once)).toBe(once);
        expect(once).not.toContain('#');
      }),
    );
  });
});

describe('coversResource', () => {
  test.each([
    ['https://a.example', 'https://a.example/mcp', true],
    ['https://a.example/', 'https://a.example/mcp', true],
    ['https://a.example/mcp', 'https://a.example/mcp', true],
    ['https://a.example/mcp', 'https://a.example/mcp/', true],
    ['https://a.example/mcp/', 'https://a.example/mcp', true],
    ['https://a.example/mcp', 'https://a.example/mcp/v1?x=1', true],
    ['https://A.example:443/mcp', 'https://a.example/mcp', true],
    ['https://a.example/mcp?t=1', 'https://a.example/mcp?t=1', true],
    ['https://a.example/mcp', 'https://a.example/mcpx', false],
    ['https://a.example/mcp/v1', 'https://a.example/mcp', false],
    ['https://a.example/mcp?t=2', 'https://a.example/mcp?t=1', false],
    ['https://a.example/MCP', 'https://a.example/mcp', false],
    ['https://a.example/x/../mcp', 'https://a.example/mcp/v1', true],
    ['https://a.example/mcp%2Fv1', 'https://a.example/mcp/v1', false],
    ['http://a.example/mcp', 'https://a.example/mcp', false],
    ['https://a.example:444/mcp', 'https://a.example/mcp', false],
    ['https://b.example/mcp', 'https://a.example/mcp', false],
    ['https://a.example.evil/mcp', 'https://a.example/mcp', false],
    ['https://a@a.example/mcp', 'https://a.example/mcp', false],
    ['https://a.example/mcp#f', 'https://a.example/mcp', false],
    ['a.example', 'https://a.example/mcp', false],
    ['urn:mcp', 'urn:mcp', false],
  ])('%s over %s: %s', (resource, server, expected) => {
    expect(coversResource(resource, server)).toBe(expected);
  });

  test('a whole segment more never escapes, a longer segment always does', () => {
    const segment = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 4 }), segment, (path, more) => {
        const base = `https://a.example/${path.join('/')}`;
        expect(coversResource(base, `${base.replace(/\/$/, '')}/${more}`)).toBe(true);
        if (path.length > 0) expect(coversResource(base, `${base}${more}`)).toBe(false);
      }),
    );
  });
});

describe('loopbackRedirect', () => {
  const both = ['127.0.0.1', '::1'];
  test.each([
    ['http://localhost:8080/callback', { hosts: both, port: 8080, path: '/callback', host: 'localhost' }],
    ['http://localhost/callback', { hosts: both, port: 0, path: '/callback', host: 'localhost' }],
    ['http://localhost:80/callback', { hosts: both, port: 80, path: '/callback', host: 'localhost' }],
    ['http://127.0.0.1:0/cb/x?y=1', { hosts: ['127.0.0.1'], port: 0, path: '/cb/x', host: '127.0.0.1' }],
    ['http://127.0.0.1', { hosts: ['127.0.0.1'], port: 0, path: '/', host: '127.0.0.1' }],
    ['http://127.0.0.2:5/', { hosts: ['127.0.0.2'], port: 5, path: '/', host: '127.0.0.2' }],
    ['http://[::1]:80', { hosts: ['::1'], port: 80, path: '/', host: '[::1]' }],
    ['http://[::1]:5000/cb', { hosts: ['::1'], port: 5000, path: '/cb', host: '[::1]' }],
    ['http://[::1]/a:80/', { hosts: ['::1'], port: 0, path: '/a:80/', host: '[::1]' }],
    ['https://localhost:8080/callback', undefined],
    ['https://app.example/callback', undefined],
    ['http://app.example/callback', undefined],
    ['http://0.0.0.0:8080/callback', undefined],
    ['http://u:p@localhost/callback', undefined],
    ['http://localhost/callback#x', undefined],
    ['com.example.app:/callback', undefined],
    ['urn:ietf:wg:oauth:2.0:oob', undefined],
    ['', undefined],
  ])('%s', (uri, expected) => {
    expect(loopbackRedirect(uri)).toEqual(expected);
  });
});

describe('issuerEquals', () => {
  test.each([
    ['https://as.example', 'https://as.example', 'same'],
    ['https://as.example', 'https://as.example/', 'slash'],
    ['https://as.example/', 'https://as.example', 'slash'],
    ['http://localhost:9/', 'http://localhost:9', 'slash'],
    ['https://as.example/t', 'https://as.example/t/', 'different'],
    ['https://as.example', 'https://as.example//', 'different'],
    ['https://as.example', 'https://AS.example', 'different'],
    ['https://as.example', 'https://as.example:443', 'different'],
    ['https://as.example?', 'https://as.example?/', 'different'],
    ['https:', 'https:/', 'different'],
    ['', '/', 'different'],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(issuerEquals(a, b)).toBe(expected);
    expect(issuerEquals(b, a)).toBe(expected);
  });
});

describe('isSafeBrowserUrl', () => {
  test.each([
    ['https://as.example/authorize?a=b&c=%22', true],
    ['http://127.0.0.1:5000/abc', true],
    ['http://localhost/x', true],
    ['http://as.example/authorize', false],
    ['javascript:alert(1)', false],
    ['data:text/html,x', false],
    ['file:///etc/passwd', false],
    ['ms-msdt:/id', false],
    ['https://as.example/ -e', false],
    ['https://as.example/\u001b[2J', false],
    ['https://as.example/"x', false],
    ["https://as.example/'x", false],
    ['https://as.example/`x`', false],
    ['https://as.example\\x', false],
    ['https://as.example/\n', false],
    ['https://as.example/\u202e', false],
    ['https://bank.example@as.example/', false],
    ['--help', false],
    ['', false],
  ])('%j: %s', (url, expected) => {
    expect(isSafeBrowserUrl(url)).toBe(expected);
  });

  test.each([
    ['http://as.example/authorize', true],
    ['http://as.example/"x', false],
    ['javascript:alert(1)', false],
    ['file:///etc/passwd', false],
  ])('%j where http is allowed: %s', (url, expected) => {
    expect(isSafeBrowserUrl(url, true)).toBe(expected);
  });

  test('whatever passes holds no white space, quote or control character and is http(s)', () => {
    const start = fc.constantFrom('https://a.example/', 'http://localhost/', 'https:', '');
    fc.assert(
      fc.property(start, fc.string({ unit: 'binary-ascii', maxLength: 6 }), (prefix, rest) => {
        fc.pre(isSafeBrowserUrl(prefix + rest));
        expect(prefix + rest).toMatch(/^https?:/i);
        expect(prefix + rest).not.toMatch(/[\s"'`\\<>]|[^\x21-\x7e]/);
      }),
    );
  });
});

test('issuerTag is short, stable, its own for every issuer, and fits a path', () => {
  expect(issuerTag('https://as.example')).toBe(issuerTag('https://as.example'));
  expect(issuerTag('https://as.example')).toMatch(/^[\w-]{8}$/);
  expect(issuerTag('https://as.example/')).not.toBe(issuerTag('https://as.example'));
});
