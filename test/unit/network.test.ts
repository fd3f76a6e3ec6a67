// What lies between us and a server, as failures and the doctor tell it; and who may see a certificate of ours.
import { describe, expect, test } from 'vitest';
import { waysText } from '../../src/doctor/network.ts';
import type { Asked } from '../../src/session/asked.ts';
import { bodyFailure, requestFailure } from '../../src/session/failure.ts';
import { proxyOf } from '../../src/session/proxy.ts';
import { ownCertificate } from '../../src/workspace/network.ts';
import { entryOf } from './config-entry.ts';

const env = { HTTPS_PROXY: 'http://ada:hush@proxy.example:3128' };
const asked: Asked = { origin: 'https://auth.example', hop: "the authorization server's token endpoint" };
const proxied: Asked = { ...asked, proxy: proxyOf(new URL('https://auth.example'), env) };
const T = "the authorization server's token endpoint at https://auth.example";
const P = `${T}, through the proxy http://proxy.example:3128,`;

function failed(code: string, more: object = {}, cause?: Error): Error {
  const inner = Object.assign(new Error('inner', { cause }), { code, ...more });
  return new TypeError('fetch failed', { cause: inner });
}

describe('a failure names the hop', () => {
  test.each<[string, Asked, Error, string, string, RegExp]>([
    ['dns', asked, failed('ENOTFOUND'), 'dns', `the host of ${T} was not found`, /network/],
    ['refused', asked, failed('ECONNREFUSED'), 'refused', `${T} refused the connection`, /server running/],
    [
      'timeout',
      proxied,
      failed('UND_ERR_HEADERS_TIMEOUT'),
      'timeout',
      `${P} did not answer in time`,
      /--timeout/,
    ],
    [
      'an authority',
      proxied,
      failed('SELF_SIGNED_CERT_IN_CHAIN'),
      'tls',
      `the certificate of ${P} was not accepted (SELF_SIGNED_CERT_IN_CHAIN)`,
      /--ca-file/,
    ],
    [
      'no certificate',
      asked,
      failed('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
      'client_certificate',
      `${T} wants a client certificate`,
      /client_cert/,
    ],
    [
      'none of ours for it',
      { ...asked, withheld: 'it sees none' },
      failed('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
      'client_certificate',
      `${T} wants a client certificate`,
      /^it sees none$/,
    ],
    [
      'another certificate',
      { ...asked, clientCertificate: '/c.pem' },
      failed('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'),
      'client_certificate',
      `${T} does not take the client certificate /c.pem`,
      /operator of https:\/\/auth\.example/,
    ],
    [
      'TLS 1.2 without a certificate',
      asked,
      failed('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'),
      'tls',
      `no TLS connection with ${T} could be made`,
      /client_cert/,
    ],
    [
      'a proxy that refuses',
      proxied,
      failed('ERR_PROXY', { statusCode: 403 }),
      'proxy',
      `the proxy http://proxy.example:3128 did not connect us to ${T}: it answered HTTP 403`,
      /NO_PROXY/,
    ],
    [
      'a proxy with another password',
      proxied,
      failed('ERR_PROXY', { statusCode: 407 }),
      'proxy',
      `the proxy http://proxy.example:3128, on the way to ${T}, does not take our user name and password (HTTP 407)`,
      /HTTPS_PROXY: http:\/\/user:password@/,
    ],
    [
      'the certificate of a proxy',
      proxied,
      failed('ERR_PROXY', {}, Object.assign(new Error(), { code: 'CERT_HAS_EXPIRED' })),
      'proxy',
      `the certificate of the proxy http://proxy.example:3128, on the way to ${T}, was not accepted (CERT_HAS_EXPIRED)`,
      /renew/,
    ],
  ])('%s', (_, who, error, code, message, hint) => {
    const failure = requestFailure(error, who);
    expect(failure).toMatchObject({ code, message, hint: expect.stringMatching(hint), exit: 5 });
    expect(`${failure.message}${(failure as { hint?: string }).hint}`).not.toContain('hush');
  });

  test('in the middle of an answer too', () => {
    expect(bodyFailure(failed('UND_ERR_SOCKET'), proxied).message).toBe(
      `${P} cut its answer off in the middle`,
    );
  });
});

describe('a client certificate', () => {
  const url = 'https://mcp.example/mcp';
  const own = (entry: object, env = {}) => {
    const read = entryOf(JSON.stringify({ mcpServers: { a: { url, ...entry } } }));
    if (read.kind !== 'http') throw new Error('no http entry');
    return ownCertificate({ env, cwd: '/home/ada' }, read);
  };

  test('is that of the entry, else that of the environment', () => {
    const around = { MCP_CLI_CLIENT_CERT: 'mine.pem' };
    expect(own({}, {})).toBeUndefined();
    expect(own({}, around)).toMatchObject({ cert: '/home/ada/mine.pem', key: undefined });
    expect(own({}, { ...around, MCP_CLI_CLIENT_KEY: '/k' })).toMatchObject({ key: '/k' });
    expect(own({ client_cert: '/a.pem', client_key: '/a.key' }, around)).toMatchObject({
      cert: '/a.pem',
      key: '/a.key',
    });
  });

  test.each<[object, string[]]>([
    [{}, []],
    [{ oauth: { issuer: 'https://auth.example/tenant' } }, ['https://auth.example']],
    [{ expect_issuer: 'https://auth.example' }, ['https://auth.example']],
    [{ client_cert_urls: ['https://mtls.example:8443/x'] }, ['https://mtls.example:8443']],
    [
      { oauth: { authorization_url: 'https://a.example/a', token_url: 'https://t.example/t' } },
      ['https://a.example', 'https://t.example'],
    ],
  ])('of an entry with %j goes to no host that it does not name', (entry, more) => {
    const shown = own({ client_cert: '/a.pem', ...entry })?.origins;
    expect([...(shown ?? [])].sort()).toEqual(['https://mcp.example', ...more].sort());
  });
});

test('the doctor tells together what went the same way', () => {
  const node = { authorities: [] };
  const company = {
    proxy: 'http://p (HTTPS_PROXY)',
    authorities: ['--ca-file /ca.pem'],
    clientCertificate: '/c.pem',
  };
  expect(
    waysText([
      { hop: 'the MCP server', origin: 'https://a', ...company },
      { hop: 'Vault', origin: 'https://v', ...node },
      { hop: 'the resource metadata', origin: 'https://a', ...company },
      { hop: 'the MCP server', origin: 'http://127.0.0.1:1', ...node },
    ]),
  ).toBe(
    "through http://p (HTTPS_PROXY), trusting Node's own authorities and --ca-file /ca.pem, with the client certificate /c.pem: " +
      "the MCP server at https://a, the resource metadata at https://a; straight, trusting Node's own authorities: " +
      'Vault at https://v; straight, not encrypted: the MCP server at http://127.0.0.1:1',
  );
});
