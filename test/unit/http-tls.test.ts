import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { fetchWithin } from '../../src/fetch.ts';
import { type HttpOptions, openHttp } from '../../src/session/http.ts';
import { type Certificate, makeCertificate } from '../support/certificates.ts';
import { serveHttp, type TestServer } from '../support/servers.ts';

let good: Certificate;
let other: Certificate;
let server: TestServer;
let url: string;
let requests = 0;

beforeAll(async () => {
  good = makeCertificate('DNS:localhost', 'IP:127.0.0.1');
  other = makeCertificate('DNS:elsewhere.example');
  server = await serveHttp((_request, response) => {
    requests++;
    response.end('over TLS');
  }, good);
  url = `https://localhost:${server.port}`;
});

afterAll(async () => {
  await server.close();
  good.remove();
  other.remove();
});

beforeEach(() => {
  requests = 0;
  process.env.NODE_NO_WARNINGS = '1';
});

afterEach(() => {
  delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  delete process.env.NODE_NO_WARNINGS;
});

async function get(target: string, options: Partial<HttpOptions> = {}): Promise<string> {
  const fetch = fetchWithin;
  const defaults = { allowHttp: false, allowPrivateNetwork: false, timeout: undefined, env: {} };
  const made = openHttp({ fetch, serverUrl: target, ...defaults, ...options });
  try {
    return await (await made.fetch(`${target}/secret?token=hush`)).text();
  } finally {
    await made.close();
  }
}

test('a certificate of nobody known is refused, whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  const failure = await get(url, { env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } }).catch((error) => error);
  expect(failure).toMatchObject({ code: 'tls', exit: 5, hint: expect.stringContaining('--ca-file') });
  expect(failure.message).toContain(url);
  expect(failure.message).toContain('SELF_SIGNED');
  expect(failure.message).not.toContain('hush');
  expect(requests).toBe(0);
});

test('a CA file adds to the trusted', async () => {
  expect(await get(url, { caFiles: [good.file] })).toBe('over TLS');
  await expect(get(url, { caFiles: [other.file] })).rejects.toMatchObject({ code: 'tls' });
});

test('so does NODE_EXTRA_CA_CERTS beside a CA file', async () => {
  expect(await get(url, { caFiles: [other.file], env: { NODE_EXTRA_CA_CERTS: good.file } })).toBe('over TLS');
  const missing = { NODE_EXTRA_CA_CERTS: join(good.file, 'missing') };
  expect(await get(url, { caFiles: [good.file], env: missing })).toBe('over TLS');
});

test('a CA file does not excuse another name', async () => {
  const wrong = await serveHttp((_request, response) => response.end(), other);
  try {
    await expect(get(`https://localhost:${wrong.port}`, { caFiles: [other.file] })).rejects.toMatchObject({
      code: 'tls',
      message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    });
  } finally {
    await wrong.close();
  }
});

test.each([
  ['missing', undefined],
  ['without a certificate', 'hello'],
  ['with a broken one', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
])('a CA file %s is a configuration error', async (_name, text) => {
  const caFile = `${good.file}.bad`;
  if (text !== undefined) writeFileSync(caFile, text);
  await expect(get(url, { caFiles: [caFile] })).rejects.toMatchObject({
    code: 'ca_file',
    exit: 3,
    message: expect.stringContaining(caFile),
  });
});

test('https to a port that speaks http is a TLS failure', async () => {
  const plain = await serveHttp((_request, response) => response.end());
  try {
    await expect(get(`https://localhost:${plain.port}`)).rejects.toMatchObject({ code: 'tls', exit: 5 });
  } finally {
    await plain.close();
  }
});
