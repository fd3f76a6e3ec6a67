// Which proxy is taken for whom, as undici's own agent chooses it.
import { expect, test } from 'vitest';
import { proxyOf } from '../../src/session/proxy.ts';

const P = 'http://p.example:3128/';
const S = 'http://s.example:3129/';

test.each<[string, Record<string, string>, string | undefined]>([
  ['https://a.example', {}, undefined],
  ['https://a.example', { HTTPS_PROXY: 's.example:3129' }, S],
  ['https://a.example', { HTTP_PROXY: 'p.example:3128' }, P],
  ['http://a.example', { HTTPS_PROXY: S }, undefined],
  ['http://a.example', { HTTP_PROXY: P, HTTPS_PROXY: S }, P],
  ['https://a.example', { https_proxy: S, HTTPS_PROXY: P }, S],
  ['https://localhost', { HTTPS_PROXY: S }, undefined],
  ['https://127.0.0.1', { HTTPS_PROXY: S }, undefined],
  ['https://a.example', { HTTPS_PROXY: S, NO_PROXY: '*' }, undefined],
  ['https://a.example', { HTTPS_PROXY: S, NO_PROXY: 'a.example' }, undefined],
  ['https://A.example', { HTTPS_PROXY: S, NO_PROXY: 'x, a.EXAMPLE' }, undefined],
  ['https://b.a.example', { HTTPS_PROXY: S, NO_PROXY: '.a.example' }, undefined],
  ['https://b.a.example', { HTTPS_PROXY: S, NO_PROXY: '*.a.example' }, undefined],
  ['https://ba.example', { HTTPS_PROXY: S, NO_PROXY: 'a.example' }, S],
  ['https://a.example:8443', { HTTPS_PROXY: S, NO_PROXY: 'a.example:8443' }, undefined],
  ['https://a.example', { HTTPS_PROXY: S, NO_PROXY: 'a.example:8443' }, S],
  ['https://a.example', { HTTPS_PROXY: S, no_proxy: 'a.example', NO_PROXY: 'b' }, undefined],
  ['https://10.1.2.3', { HTTPS_PROXY: S, NO_PROXY: '10.0.0.0/8' }, undefined],
  ['https://11.1.2.3', { HTTPS_PROXY: S, NO_PROXY: '10.0.0.0/8' }, S],
  ['https://10.1.2.3', { HTTPS_PROXY: S, NO_PROXY: '10.1.2.3' }, undefined],
  ['https://10.1.2.3:8443', { HTTPS_PROXY: S, NO_PROXY: '10.1.2.3:443' }, S],
  ['https://[2001:db8::7]', { HTTPS_PROXY: S, NO_PROXY: '2001:db8::/32' }, undefined],
  ['https://[2001:db8::7]', { HTTPS_PROXY: S, NO_PROXY: '2001:db8:0::7' }, undefined],
  ['https://[2001:db8::7]:8443', { HTTPS_PROXY: S, NO_PROXY: '[2001:db8::7]:8443' }, undefined],
  ['https://[2001:db9::7]', { HTTPS_PROXY: S, NO_PROXY: '2001:db8::/32,10.0.0.0/8' }, S],
  ['https://a.example', { HTTPS_PROXY: S, NO_PROXY: 'b.example,*' }, undefined],
  ['https://a.example', { HTTPS_PROXY: S, NO_PROXY: '0.0.0.0/0' }, S],
  ['https://a.example', { HTTPS_PROXY: 'http://[2001:db8::1]:3128' }, 'http://[2001:db8::1]:3128/'],
])('%s with %j', (url, env, expected) => {
  expect(proxyOf(new URL(url), env)?.url.href).toBe(expected);
});

test('what is no URL of a proxy is a fault of the configuration', () => {
  expect(() => proxyOf(new URL('https://a.example'), { HTTPS_PROXY: 'socks5://a' })).toThrow('HTTPS_PROXY');
});
