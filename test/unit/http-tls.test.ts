import { writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { fetchWithin } from '../../src/fetch.ts';
import { type HttpOptions, openHttp } from '../../src/session/http.ts';
import type { Way } from '../../src/session/way.ts';
import { type Certificate, makeCertificate } from '../support/certificates.ts';
import { serveHttp, type TestServer } from '../support/servers.ts';

const speaksSix = Object.values(networkInterfaces())
  .flat()
  .some((each) => each?.address === '::1');

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
  expect(await get(url, { caFiles: [{ setting: '--ca-file', file: good.file }] })).toBe('over TLS');
  await expect(get(url, { caFiles: [{ setting: '--ca-file', file: other.file }] })).rejects.toMatchObject({
    code: 'tls',
  });
});

test('so does NODE_EXTRA_CA_CERTS beside a CA file', async () => {
  expect(
    await get(url, {
      caFiles: [{ setting: '--ca-file', file: other.file }],
      env: { NODE_EXTRA_CA_CERTS: good.file },
    }),
  ).toBe('over TLS');
  const missing = { NODE_EXTRA_CA_CERTS: join(good.file, 'missing') };
  expect(await get(url, { caFiles: [{ setting: '--ca-file', file: good.file }], env: missing })).toBe(
    'over TLS',
  );
});

test('so does the operating system, which is asked where the others do not know who signed, once', async () => {
  let looked = 0;
  const ways: Way[] = [];
  const made = openHttp({
    fetch: fetchWithin,
    serverUrl: url,
    allowHttp: false,
    allowPrivateNetwork: false,
    timeout: undefined,
    env: {},
    took: (way) => void ways.push(way),
    async system() {
      looked++;
      return { source: 'the operating system', certificates: [good.cert] };
    },
  });
  try {
    const post = () => made.fetch(url, { method: 'POST', body: 'hello' });
    const answers = await Promise.all([post(), post(), post()]);
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(Array(3).fill('over TLS'));
    await (await post()).text();
    // Each was sent once.
    expect(requests).toBe(4);
    expect(looked).toBeLessThanOrEqual(3);
    const before = looked;
    await (await post()).text();
    expect(looked).toBe(before);
    expect(ways.map(({ authorities }) => authorities)).toEqual([['the operating system']]);
  } finally {
    await made.close();
  }
});

test('one that the operating system knows as little is refused', async () => {
  const system = async () => ({ source: 'the operating system', certificates: [other.cert] });
  await expect(get(url, { system })).rejects.toMatchObject({ code: 'tls' });
  expect(requests).toBe(0);
});

test.runIf(speaksSix)('over IPv6, to an address too', async () => {
  const six = makeCertificate('IP:0:0:0:0:0:0:0:1');
  const there = await serveHttp((_request, response) => response.end('over IPv6'), six, '::1');
  try {
    const caFiles = [{ setting: '--ca-file', file: six.file }];
    expect(await get(`https://[::1]:${there.port}`, { caFiles })).toBe('over IPv6');
  } finally {
    await there.close();
    six.remove();
  }
});

test('a CA file does not excuse another name', async () => {
  const wrong = await serveHttp((_request, response) => response.end(), other);
  try {
    await expect(
      get(`https://localhost:${wrong.port}`, { caFiles: [{ setting: '--ca-file', file: other.file }] }),
    ).rejects.toMatchObject({
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
  await expect(get(url, { caFiles: [{ setting: '--ca-file', file: caFile }] })).rejects.toMatchObject({
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
