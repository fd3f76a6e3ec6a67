import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Env } from '../../src/deps.ts';
import { fetchWithin } from '../../src/fetch.ts';
import { openHttp } from '../../src/session/http.ts';
import { type Certificate, makeCertificate } from '../support/certificates.ts';
import { serveHttp, type TestServer } from '../support/servers.ts';

/** What the proxy was asked for, with the credentials it was shown. */
const tunnels: string[] = [];
let proxyStatus = 200;
let certificate: Certificate;
let server: TestServer;
let proxyUrl: string;
const proxy = createServer((_request, response) => response.writeHead(500).end());

beforeAll(async () => {
  certificate = makeCertificate('DNS:mcp.example', 'IP:127.0.0.1', 'DNS:localhost');
  server = await serveHttp((_request, response) => response.end('hello'), certificate);
  proxy.on('connect', (request, socket) => {
    tunnels.push(`${request.url} ${request.headers['proxy-authorization'] ?? '-'}`);
    if (proxyStatus !== 200) return socket.end(`HTTP/1.1 ${proxyStatus} No\r\nContent-Length: 0\r\n\r\n`);
    // Names lead to the test server: what the proxy can see, we cannot.
    const onward = connect(server.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    socket.on('error', () => onward.destroy());
    onward.on('error', () => socket.destroy());
    return undefined;
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  proxyUrl = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});

afterAll(async () => {
  await server.close();
  proxy.close();
  proxy.closeAllConnections();
  certificate.remove();
});

beforeEach(() => {
  tunnels.length = 0;
  proxyStatus = 200;
});

afterEach(() => {
  delete process.env.HTTPS_PROXY;
});

async function get(url: string, env: Env, serverUrl = url, allowHttp = false): Promise<string> {
  const made = openHttp({
    fetch: fetchWithin,
    serverUrl,
    allowHttp,
    allowPrivateNetwork: false,
    caFiles: [{ setting: '--ca-file', file: certificate.file }],
    timeout: 2_000,
    env,
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  });
  try {
    return await (await made.fetch(url)).text();
  } finally {
    await made.close();
  }
}

test.each(['HTTPS_PROXY', 'https_proxy'])('%s carries https, verified end to end', async (name) => {
  expect(await get('https://mcp.example/', { [name]: `http://${proxyUrl}` })).toBe('hello');
  expect(tunnels).toEqual(['mcp.example:443 -']);
});

test('a proxy URL may lack its scheme, and have a password that is sent to the proxy alone', async () => {
  expect(await get('https://mcp.example/', { HTTPS_PROXY: proxyUrl })).toBe('hello');
  expect(await get('https://mcp.example/', { HTTPS_PROXY: `http://u:p%40@${proxyUrl}` })).toBe('hello');
  expect(tunnels[1]).toBe(`mcp.example:443 Basic ${btoa('u:p@')}`);
});

test('a wrong certificate behind the proxy is not the proxy', async () => {
  await expect(get('https://other.example/', { HTTPS_PROXY: `http://${proxyUrl}` })).rejects.toMatchObject({
    code: 'tls',
  });
});

test('NO_PROXY and loopback go directly, and the process environment is not asked', async () => {
  const url = `https://mcp.example:${server.port}/`;
  const env = { HTTPS_PROXY: `http://${proxyUrl}` };
  expect(await get(url, { ...env, NO_PROXY: 'other.example, .example' })).toBe('hello');
  expect(await get(url, { ...env, no_proxy: '*' })).toBe('hello');
  expect(await get(`https://127.0.0.1:${server.port}/`, env)).toBe('hello');
  expect(await get(`https://localhost:${server.port}/`, { ...env, HTTP_PROXY: env.HTTPS_PROXY })).toBe(
    'hello',
  );
  process.env.HTTPS_PROXY = env.HTTPS_PROXY;
  expect(await get(url, {})).toBe('hello');
  expect(tunnels).toEqual([]);
});

test.each([407, 403, 502])('a proxy that answers %i is named as what failed', async (status) => {
  proxyStatus = status;
  await expect(get('https://mcp.example/', { HTTPS_PROXY: `http://${proxyUrl}` })).rejects.toMatchObject({
    code: 'proxy',
    exit: 5,
    hint: expect.stringContaining('HTTPS_PROXY'),
  });
});

test('so is one that is not there', async () => {
  const gone = await serveHttp(() => undefined);
  await gone.close();
  const failure = await get('https://mcp.example/', {
    HTTPS_PROXY: `http://u:hush@127.0.0.1:${gone.port}`,
  }).catch((error) => error);
  expect(failure).toMatchObject({ code: 'proxy', exit: 5 });
  expect(`${failure.message} ${failure.hint}`).not.toContain('hush');
});

test.each(['socks5://127.0.0.1:1', 'http://', 'ftp://hush@x'])('%s is no proxy', async (value) => {
  const failure = await get('https://mcp.example/', { HTTPS_PROXY: value }).catch((error) => error);
  expect(failure).toMatchObject({ code: 'proxy', exit: 3, message: expect.stringContaining('HTTPS_PROXY') });
  expect(failure.message).not.toContain('hush');
});

test('addresses in the URL are judged before the proxy is asked', async () => {
  const env = { HTTPS_PROXY: `http://${proxyUrl}`, HTTP_PROXY: `http://${proxyUrl}` };
  for (const url of ['https://10.0.0.1/', 'https://169.254.169.254/', 'https://[::ffff:10.0.0.1]/']) {
    await expect(get(url, env, 'https://8.8.8.8/')).rejects.toMatchObject({ code: 'private_address' });
  }
  expect(tunnels).toEqual([]);
});
