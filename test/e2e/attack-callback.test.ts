// Other programs, other users and web pages of the machine at the callback of a sign-in that is under way.
import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import type { AuthorizationServer } from '../support/authorization-server.ts';
import { type Browser, idleBrowser } from '../support/browser.ts';
import type { CliResult } from '../support/cli.ts';
import { type Scene, scene } from '../support/scene.ts';
import { walk } from '../support/walk.mjs';

type Answer = { status: number; headers: IncomingHttpHeaders; body: string };

function visit(url: string, init: { method?: string; headers?: Record<string, string>; body?: string } = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const request = httpRequest(url, {
      method: init.method ?? 'GET',
      headers: init.headers ?? {},
      agent: false,
    });
    request.on('error', reject).on('response', async (response) => {
      let body = '';
      for await (const piece of response.setEncoding('utf8')) body += piece;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
    });
    request.end(init.body);
  });
}

type Waiting = Scene & {
  /** Our own one-use link, which the browser was given. */
  start: string;
  /** What the person's browser would be sent to. */
  authorize: URL;
  callback: string;
  state: string;
  done: Promise<CliResult>;
};

/** A sign-in that waits for its callback; nobody has visited its link. */
async function waiting(entry: object = {}): Promise<Waiting> {
  const all = await scene({ entry });
  let opened = (_url: string) => {};
  const link = new Promise<string>((resolve) => {
    opened = resolve;
  });
  let said = '';
  const browser: Browser = { ...idleBrowser(), openUrl: async (url) => opened(url) };
  const done = all.person('auth login notes --quiet --json', {
    browser,
    deps: {
      err: (text) => {
        said += text;
      },
    },
  });
  const start = await link;
  const authorize = new URL(/https?:\S+/.exec(said)?.[0] ?? '');
  const callback = authorize.searchParams.get('redirect_uri') ?? '';
  return { ...all, start, authorize, callback, state: authorize.searchParams.get('state') ?? '', done };
}

/** The person's browser, at last. */
async function finish({ start, done }: Waiting): Promise<CliResult> {
  await walk(start);
  return done;
}

function tokens(authorization: AuthorizationServer): number {
  return authorization.count(authorization.paths.token);
}

test('a thousand callbacks with another state change nothing', async () => {
  const at = await waiting();
  const queries = ['', '?', '?code=x', '?code=x&state=', '?error=access_denied', '?code=x&state=y'];
  queries.push(`?code=x&state=${at.state}x`, `?code=x&state=${at.state.slice(1)}`, `?state=${at.state}`);
  queries.push(`?code=x&state=a&state=${at.state}`, `?code=a&code=b&state=${at.state}`, '?%00=%ff&state[]=1');
  for (let round = 0; round < 1000; round += 50) {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        visit(at.callback + queries[(round + index) % queries.length]),
      ),
    );
    expect(answers.filter(({ status }) => status !== 400)).toEqual([]);
  }
  expect(tokens(at.authorization)).toBe(0);
  expect((await finish(at)).exit).toBe(0);
});

test('no answer can be kept, framed, scripted or read by another site', async () => {
  const at = await waiting();
  const evil = '<script>alert(1)</script>"\'`';
  const query = `?error=${encodeURIComponent(evil)}&error_description=${encodeURIComponent(evil)}`;
  const pages = [
    await visit(`${at.callback}${query}&state=wrong`),
    await visit(new URL('/favicon.ico', at.callback).href),
    await visit(
      `${at.callback}${query}&state=${at.state}&iss=${encodeURIComponent(at.authorization.issuer)}`,
      {
        headers: { origin: 'https://evil.example' },
      },
    ),
  ];
  expect(pages.map(({ status }) => status)).toEqual([400, 404, 200]);
  for (const { headers, body } of pages) {
    expect(body).not.toContain('<script');
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  }
  expect(pages[2]?.body).toContain('&#60;script&#62;');
  expect((await at.done).exit).toBe(4);
});

test.each(['HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'TRACE'])('%s answers no sign-in', async (method) => {
  const at = await waiting();
  const good = `${at.callback}?code=x&state=${at.state}`;
  for (const url of [good, at.start]) {
    const { status, headers } = await visit(url, {
      method,
      headers: { origin: 'https://evil.example', 'access-control-request-private-network': 'true' },
    });
    expect(status).toBe(405);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(headers).not.toHaveProperty('access-control-allow-private-network');
    expect(headers).not.toHaveProperty('location');
  }
  expect((await finish(at)).exit).toBe(0);
});

test('a page that has made its own name mean 127.0.0.1 is refused', async () => {
  const at = await waiting();
  const { port } = new URL(at.callback);
  for (const host of [`evil.example:${port}`, 'evil.example', '127.0.0.1', `127.0.0.1:${Number(port) + 1}`]) {
    for (const url of [`${at.callback}?code=x&state=${at.state}`, at.start])
      expect((await visit(url, { headers: { host } })).status, `${host} ${url}`).toBeGreaterThanOrEqual(400);
  }
  expect((await finish(at)).exit).toBe(0);
});

test.each(['%63allback', 'callback/../callback', 'CALLBACK', 'callback/', './callback', 'callback;x'])(
  'the path /%s is another one',
  async (path) => {
    const at = await waiting({ oauth: { redirect_uri: 'http://127.0.0.1:0/callback'.replace(':0', '') } });
    const { port } = new URL(at.callback);
    // As written: the URL parser would tidy it up.
    const socket = connect(Number(port), '127.0.0.1');
    socket.end(`GET /${path}?code=x&state=${at.state} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 404 /);
    expect((await finish(at)).exit).toBe(0);
  },
);

test('a link that another program has followed ends the sign-in when the browser comes', async () => {
  const at = await waiting();
  expect((await visit(at.start)).status).toBe(303);
  expect((await visit(at.start)).status).toBe(410);
  const result = await at.done;
  expect(result.exit).toBe(4);
  expect(tokens(at.authorization)).toBe(0);
});

test('of two answers with the right state the first one counts, and the port is free afterwards', async () => {
  const at = await waiting();
  const { url } = await walk(at.start);
  const again = await visit(url).catch((error: NodeJS.ErrnoException) => error.code);
  expect(['ECONNREFUSED', 'ECONNRESET', 410]).toContain(typeof again === 'object' ? again.status : again);
  expect((await at.done).exit).toBe(0);
  await expect(visit(at.callback)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(tokens(at.authorization)).toBe(1);
});

test('clients that say nothing, or never end, do not keep the browser out', async () => {
  const at = await waiting();
  const { port } = new URL(at.callback);
  const sockets: Socket[] = [];
  for (let index = 0; index < 200; index++) {
    const socket = connect(Number(port), '127.0.0.1').on('error', () => {});
    sockets.push(socket);
    await once(socket, 'connect');
    if (index % 2) socket.write(`GET /callback HTTP/1.1\r\nHost: x\r\nX-Slow: `);
  }
  const start = performance.now();
  const result = await finish(at);
  expect(result.exit).toBe(0);
  expect(performance.now() - start).toBeLessThan(5_000);
  for (const socket of sockets) socket.destroy();
});

test('requests beyond all size are refused, and the wait goes on', async () => {
  const at = await waiting();
  const long = await visit(`${at.callback}?code=${'x'.repeat(60_000)}&state=${at.state}`);
  expect(long.status).toBe(431);
  const body = await visit(at.callback, { method: 'POST', body: 'x'.repeat(5_000_000) }).catch(
    (error: NodeJS.ErrnoException) => error.code,
  );
  expect(['EPIPE', 'ECONNRESET', 405]).toContain(typeof body === 'object' ? body.status : body);
  expect((await finish(at)).exit).toBe(0);
});
