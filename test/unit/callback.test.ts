import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { type Listener, type ListenOptions, listen } from '../../src/auth/callback.ts';

const state = 'c3RhdGUtd2l0aC1lbm91Z2gtZW50cm9weQ';
const authorizationUrl = `https://as.example/authorize?client_id=c&state=${state}`;
const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some((item) => item.address === '::1'),
);
const open: { close(): unknown }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((item) => item.close()));
});

async function start(options: Partial<ListenOptions> = {}): Promise<Listener & { port: number }> {
  const listener = await listen({
    redirectUri: 'http://127.0.0.1/callback/tag',
    state,
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    signal: new AbortController().signal,
    timeout: 20_000,
    ...options,
  });
  open.push(listener);
  return { ...listener, port: Number(new URL(listener.redirectUri).port) };
}

type Answer = { status: number; headers: IncomingHttpHeaders; body: string };

function visit(url: string, init: { method?: string; headers?: Record<string, string>; host?: string } = {}) {
  const { hostname, port, pathname, search } = new URL(url);
  return new Promise<Answer>((resolve, reject) => {
    const request = httpRequest({
      host: init.host ?? hostname.replace(/[[\]]/g, ''),
      port,
      path: pathname + search,
      method: init.method ?? 'GET',
      headers: { Host: `${hostname}:${port}`, ...init.headers },
      agent: false,
    });
    request.on('error', reject).on('response', async (response) => {
      response.setEncoding('utf8');
      let body = '';
      for await (const piece of response) body += piece;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
    });
    request.end();
  });
}

async function occupy(host: string, port = 0): Promise<{ server: Server; port: number }> {
  const server = createServer();
  open.push(server);
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  return { server, port: typeof address === 'object' ? (address?.port ?? 0) : 0 };
}

/** Below what the system hands out by itself: nobody else comes upon it on the other address meanwhile. */
async function quietPort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 30_000);
    if (
      (await knock('127.0.0.1', port)) === 'ECONNREFUSED' &&
      (await knock('::1', port)) === 'ECONNREFUSED'
    ) {
      return port;
    }
  }
}

/** The code of the refusal, or 'open'. */
async function knock(host: string, port: number): Promise<string> {
  const socket: Socket = connect(port, host);
  const outcome = await Promise.race([
    once(socket, 'connect').then(() => 'open'),
    once(socket, 'error').then(([error]) => String(error.code)),
  ]).catch((error) => String(error.code));
  socket.destroy();
  return outcome;
}

const good = (listener: Listener, extra = '') =>
  `${listener.redirectUri}?code=the-code&state=${state}${extra}`;

test('takes one answer with the right state, shows the page, and frees the port', async () => {
  const listener = await start();
  const page = await visit(good(listener, '&iss=https%3A%2F%2Fas.example'));
  expect(page.status).toBe(200);
  expect(page.body).toContain('Authorized');
  expect(page.headers).toMatchObject({
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy': expect.stringContaining("default-src 'none'"),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    connection: 'close',
  });
  const answer = await listener.wait();
  expect(Object.fromEntries(answer)).toEqual({ code: 'the-code', state, iss: 'https://as.example' });
  await listener.close();
  expect(await knock('127.0.0.1', listener.port)).toBe('ECONNREFUSED');
  expect(Object.fromEntries(await listener.wait())).toMatchObject({ code: 'the-code' });
});

test.each([
  ['a wrong state', '?code=x&state=wrong'],
  ['no state', '?code=x'],
  ['an empty state', '?code=x&state='],
  ['the state twice', `?code=x&state=${state}&state=${state}`],
  ['two codes', `?code=x&code=y&state=${state}`],
  ['a parameter of ours twice', `?code=x&iss=a&iss=b&state=${state}`],
  ['an error with a wrong state', '?error=access_denied&state=wrong'],
  ['neither code nor error', `?state=${state}`],
  ['an empty code', `?code=&state=${state}`],
  ['nothing', ''],
])('%s gets 400 and the wait goes on', async (_name, query) => {
  const listener = await start();
  expect((await visit(listener.redirectUri + query)).status).toBe(400);
  expect((await visit(good(listener))).status).toBe(200);
  expect((await listener.wait()).get('code')).toBe('the-code');
});

test('another path, method, host or a prefetch changes nothing', async () => {
  const listener = await start();
  const { origin, pathname } = new URL(listener.redirectUri);
  const query = `?code=stolen&state=${state}`;
  const status = async (url: string, init?: Parameters<typeof visit>[1]) => (await visit(url, init)).status;
  expect(await status(`${origin}/favicon.ico`)).toBe(404);
  expect(await status(`${origin}${pathname}/${query}`)).toBe(404);
  expect(await status(`${origin}/callback/%74ag${query}`)).toBe(404);
  expect(await status(good(listener), { method: 'POST' })).toBe(405);
  expect(await status(good(listener), { method: 'HEAD' })).toBe(405);
  expect(await status(good(listener), { method: 'OPTIONS' })).toBe(405);
  for (const host of [
    'evil.example',
    `evil.example:${listener.port}`,
    '127.0.0.1',
    `localhost:${listener.port}`,
  ]) {
    expect(await status(good(listener), { headers: { Host: host } })).toBe(421);
  }
  for (const header of ['Purpose', 'Sec-Purpose']) {
    expect(await status(good(listener), { headers: { [header]: 'prefetch' } })).toBe(503);
  }
  expect(await status(good(listener))).toBe(200);
  expect((await listener.wait()).get('code')).toBe('the-code');
});

test.each([
  ['not known to be of the issuer', undefined, false],
  ['of another issuer', () => false, false],
  ['of the issuer', () => true, true],
])('an error %s ends the wait with a failure page', async (_name, answerHolds, shown) => {
  const listener = await start(answerHolds ? { answerHolds } : {});
  const page = await visit(`${listener.redirectUri}?error=%3Cb%3Edenied&state=${state}`);
  expect(page.body).toContain('Not signed in');
  expect(page.body).not.toContain('<b>');
  expect(page.body.includes('&#60;b&#62;denied')).toBe(shown);
  expect((await listener.wait()).get('error')).toBe('<b>denied');
});

test('a code of another issuer is not called a success', async () => {
  const listener = await start({ answerHolds: () => false });
  expect((await visit(good(listener))).body).not.toContain('Authorized');
  expect((await listener.wait()).get('code')).toBe('the-code');
});

test('only the first of two good answers counts, and both connections are gone at the end', async () => {
  const listener = await start();
  const raw = connect(listener.port, '127.0.0.1');
  await once(raw, 'connect');
  const closed = once(raw, 'close');
  raw.resume().on('error', () => undefined);
  await visit(good(listener));
  await listener.close();
  await closed;
  await expect(visit(good(listener))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('the start link leads to the authorization server once, and a look at it costs nothing', async () => {
  const listener = await start();
  const link = listener.startUrl(authorizationUrl);
  expect(link).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${listener.port}/[\\w-]{22}$`));
  expect((await visit(link, { method: 'HEAD' })).status).toBe(405);
  expect((await visit(link, { headers: { 'Sec-Purpose': 'prefetch;prerender' } })).status).toBe(503);
  const first = await visit(link);
  expect(first.status).toBe(303);
  expect(first.headers.location).toBe(authorizationUrl);
  expect(first.headers['cache-control']).toBe('no-store');
  await visit(good(listener));
  expect((await listener.wait()).get('code')).toBe('the-code');
});

test('a second visit of the start link ends the sign-in', async () => {
  const listener = await start();
  const link = listener.startUrl(authorizationUrl);
  await visit(link);
  const second = await visit(link);
  expect(second.status).toBe(410);
  expect(second.headers.location).toBeUndefined();
  await expect(listener.wait()).rejects.toMatchObject({ code: 'start_link_reused', exit: 4 });
  expect(await knock('127.0.0.1', listener.port)).toBe('ECONNREFUSED');
});

test('the start link takes http(s) only', async () => {
  const listener = await start();
  expect(() => listener.startUrl('javascript:alert(1)')).toThrow(
    expect.objectContaining({ code: 'insecure_url' }),
  );
});

test('the time limit and the signal end the wait and free the port', async () => {
  const late = await start({ timeout: 20 });
  await expect(late.wait()).rejects.toMatchObject({ code: 'login_timeout', exit: 4 });
  expect(await knock('127.0.0.1', late.port)).toBe('ECONNREFUSED');

  const abort = new AbortController();
  const cancelled = await start({ signal: abort.signal });
  abort.abort();
  await expect(cancelled.wait()).rejects.toMatchObject({ code: 'cancelled', exit: 130 });
  expect(await knock('127.0.0.1', cancelled.port)).toBe('ECONNREFUSED');

  await expect(start({ signal: AbortSignal.abort() })).rejects.toMatchObject({ exit: 130 });
});

test('close without an answer cancels the wait', async () => {
  const listener = await start();
  await listener.close();
  await expect(listener.wait()).rejects.toMatchObject({ code: 'cancelled' });
});

test('a fixed port in use is named, with the key to change', async () => {
  const { port } = await occupy('127.0.0.1');
  await expect(start({ redirectUri: `http://127.0.0.1:${port}/callback` })).rejects.toMatchObject({
    code: 'port_in_use',
    exit: 3,
    message: expect.stringContaining(String(port)),
    hint: expect.stringContaining('redirect_uri'),
  });
});

test('a fixed port is used verbatim, and again right after', async () => {
  const { server, port } = await occupy('127.0.0.1');
  server.close();
  await once(server, 'close');
  const redirectUri = `http://127.0.0.1:${port}/callback`;
  for (let round = 0; round < 3; round++) {
    const listener = await start({ redirectUri });
    expect(listener.redirectUri).toBe(redirectUri);
    await visit(good(listener));
    await listener.close();
  }
});

test.skipIf(!hasIpv6)('localhost is answered on both addresses, on one port', async () => {
  const listener = await start({ redirectUri: 'http://localhost/callback' });
  expect(listener.redirectUri).toBe(`http://localhost:${listener.port}/callback`);
  expect((await visit(`${listener.redirectUri}?state=x`, { host: '::1' })).status).toBe(400);
  expect((await visit(`${listener.redirectUri}?state=x`, { host: '127.0.0.1' })).status).toBe(400);
  const link = listener.startUrl(authorizationUrl);
  expect(new URL(link).hostname).toBe('127.0.0.1');
  expect((await visit(link)).status).toBe(303);
  expect((await visit(good(listener), { host: '::1' })).status).toBe(200);
  await listener.close();
  expect(await knock('127.0.0.1', listener.port)).toBe('ECONNREFUSED');
  expect(await knock('::1', listener.port)).toBe('ECONNREFUSED');
});

test.skipIf(!hasIpv6)('in use on the other address is in use, and the first one is let go', async () => {
  const { port } = await occupy('::1', await quietPort());
  await expect(start({ redirectUri: `http://localhost:${port}/callback` })).rejects.toMatchObject({
    code: 'port_in_use',
  });
  expect(await knock('127.0.0.1', port)).toBe('ECONNREFUSED');
});

test.skipIf(!hasIpv6)('[::1] alone works, start link included', async () => {
  const listener = await start({ redirectUri: 'http://[::1]/callback' });
  expect(await knock('127.0.0.1', listener.port)).toBe('ECONNREFUSED');
  expect((await visit(listener.startUrl(authorizationUrl))).status).toBe(303);
  expect((await visit(good(listener))).status).toBe(200);
});

test('not loopback is not listened on', async () => {
  for (const redirectUri of ['https://app.example/cb', 'http://0.0.0.0:1/cb', 'urn:ietf:wg:oauth:2.0:oob']) {
    await expect(start({ redirectUri })).rejects.toMatchObject({ code: 'redirect_uri', exit: 3 });
  }
});

test('an oversized header is turned away and the wait goes on', async () => {
  const listener = await start();
  const large = await visit(good(listener), { headers: { 'X-Large': 'x'.repeat(20_000) } });
  expect(large.status).toBe(431);
  expect((await visit(good(listener))).status).toBe(200);
});

test('nothing keeps the process: no timer, socket or server is left', async () => {
  const before = process.getActiveResourcesInfo().filter((kind) => /Timeout|TCP/.test(kind)).length;
  const listener = await start();
  await visit(listener.startUrl(authorizationUrl));
  await visit(good(listener));
  await listener.wait();
  await listener.close();
  const left = () => process.getActiveResourcesInfo().filter((kind) => /Timeout|TCP/.test(kind)).length;
  // Closed handles leave the list when the loop has run their callbacks.
  while (left() > before) await new Promise(setImmediate);
  expect(left()).toBeLessThanOrEqual(before);
});
