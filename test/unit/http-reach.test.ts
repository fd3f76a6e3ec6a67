import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { fetchWithin } from '../../src/fetch.ts';
import { type Http, type HttpOptions, openHttp } from '../../src/session/http.ts';
import { reachOf } from '../../src/session/reach.ts';
import { type Certificate, makeCertificate } from '../support/certificates.ts';
import { serveHttp, type TestServer } from '../support/servers.ts';

// Only DNS is ours here: names lead where the table says, sockets are real. Nothing leaves this machine: where the
// law permits an address elsewhere, the judgement alone is asked.
const names: Record<string, string[]> = {
  'public.example': ['93.184.216.34'],
  'office.example': ['192.168.7.7'],
  'turncoat.example': ['127.0.0.1'],
  'both.example': ['93.184.216.34', '127.0.0.1'],
};
const asked: string[] = [];
let target: TestServer;
let certificate: Certificate;
const open: Http[] = [];

beforeAll(async () => {
  certificate = makeCertificate('DNS:turncoat.example', 'DNS:localhost', 'IP:127.0.0.1');
  target = await serveHttp((_request, response) => response.end('reached'));
});

afterAll(async () => {
  await target.close();
  certificate.remove();
});

beforeEach(() => {
  asked.length = 0;
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((item) => item.close()));
});

async function resolve(host: string) {
  asked.push(host);
  const addresses = names[host];
  if (!addresses) throw Object.assign(new Error('unknown'), { code: 'ENOTFOUND' });
  return addresses.map((address) => ({ address, family: 4 }));
}

const judged = { allowHttp: true, allowPrivateNetwork: false, resolve };

function http(serverUrl: string, options: Partial<HttpOptions> = {}): Http {
  const made = openHttp({
    fetch: fetchWithin,
    serverUrl,
    allowHttp: true,
    allowPrivateNetwork: false,
    timeout: 2_000,
    env: {},
    resolve,
    ...options,
  });
  open.push(made);
  return made;
}

const refused = { code: 'private_address', exit: 7, hint: expect.stringContaining('allow_private_network') };

test.each([
  ['http://127.0.0.1', 'an address'],
  ['http://2130706433', 'a decimal address'],
  ['http://[::ffff:127.0.0.1]', 'a mapped address'],
  ['http://0.0.0.0', 'no address'],
  ['http://localhost', 'localhost'],
  ['http://x.localhost', 'a name under localhost'],
  ['http://turncoat.example', 'a name that resolves to loopback'],
])('a public server may not lead to %s: %s', async (origin) => {
  const before = target.connections();
  const { fetch } = http('https://public.example/mcp');
  await expect(fetch(`${origin}:${target.port}/token?code=hush`)).rejects.toMatchObject(refused);
  expect(target.connections()).toBe(before);
});

test.each(['http://10.0.0.1', 'http://169.254.169.254/latest', 'https://[fd00::1]', 'https://[fe80::1]:1/'])(
  'nor to %s on its network',
  async (url) => {
    const { checkHost } = reachOf({ ...judged, serverUrl: 'https://public.example/mcp' });
    await expect(checkHost(new URL(url))).rejects.toMatchObject(refused);
  },
);

test('nor by a name on its network', async () => {
  const reach = reachOf({ ...judged, serverUrl: 'https://public.example/mcp' });
  await expect(reach.resolve('https://office.example', 'office.example', {})).rejects.toMatchObject(refused);
});

test('a server on the office network may lead to the office network, not to this machine', async () => {
  const { check } = reachOf({ ...judged, serverUrl: 'https://office.example/mcp' });
  await check('https://as.example', '192.168.200.1');
  await check('https://as.example', '93.184.216.34');
  await expect(check('https://as.example', '127.0.0.1')).rejects.toMatchObject(refused);
});

test('a server on this machine may lead anywhere on it, and its own address is never looked up twice', async () => {
  const { fetch } = http(`http://localhost:${target.port}`, { allowHttp: false });
  expect(await (await fetch(`http://127.0.0.1:${target.port}/`)).text()).toBe('reached');
  expect(asked).toEqual([]);
});

test('allowPrivateNetwork permits it', async () => {
  const { fetch } = http('https://public.example', { allowPrivateNetwork: true });
  expect(await (await fetch(`http://turncoat.example:${target.port}/`)).text()).toBe('reached');
});

test('of several addresses only those that are allowed are used', async () => {
  const { resolve } = reachOf({ ...judged, serverUrl: 'https://public.example' });
  expect(await resolve('https://both.example', 'both.example', {})).toEqual([
    { address: '93.184.216.34', family: 4 },
  ]);
  await expect(resolve('https://turncoat.example', 'turncoat.example', {})).rejects.toMatchObject(refused);
});

test('over http the server may not move closer once it was seen', async () => {
  const reach = reachOf({ ...judged, serverUrl: 'http://public.example' });
  reach.connected('http://public.example', '93.184.216.34');
  await expect(reach.check('http://public.example', '127.0.0.1')).rejects.toMatchObject(refused);
  const secure = reachOf({ ...judged, serverUrl: 'https://public.example' });
  secure.connected('https://public.example', '93.184.216.34');
  await secure.check('https://public.example', '127.0.0.1');
});

test('a server that cannot be looked up counts as public', async () => {
  const { fetch } = http('https://unknown.example');
  await expect(fetch(`http://127.0.0.1:${target.port}/`)).rejects.toMatchObject(refused);
});

test('where the server was seen counts for more than what DNS says of it', async () => {
  const serverUrl = `http://turncoat.example:${target.port}/mcp`;
  const { fetch } = http(serverUrl);
  expect(await (await fetch(serverUrl)).text()).toBe('reached');
  names['turncoat.example'] = ['93.184.216.34'];
  try {
    expect(await (await fetch(`http://127.0.0.1:${target.port}/`)).text()).toBe('reached');
  } finally {
    names['turncoat.example'] = ['127.0.0.1'];
  }
});

test('the server itself may live anywhere', async () => {
  const server = await serveHttp((_request, response) => response.end('home'), certificate);
  try {
    const serverUrl = `https://turncoat.example:${server.port}`;
    const { fetch } = http(serverUrl, {
      allowHttp: false,
      caFiles: [{ setting: '--ca-file', file: certificate.file }],
    });
    expect(await (await fetch(serverUrl)).text()).toBe('home');
  } finally {
    await server.close();
  }
});
