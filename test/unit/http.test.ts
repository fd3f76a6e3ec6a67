import { getEventListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { readText } from '../../src/auth/body.ts';
import { followSameOrigin } from '../../src/auth/follow.ts';
import { fetchWithin } from '../../src/fetch.ts';
import { type Http, type HttpOptions, openHttp } from '../../src/session/http.ts';
import { serveHttp, serveTcp } from '../support/servers.ts';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const item of open.splice(0).reverse()) await item.close();
});

function http(serverUrl: string, options: Partial<HttpOptions> = {}): Http {
  const made = openHttp({
    fetch: fetchWithin,
    serverUrl,
    allowHttp: false,
    allowPrivateNetwork: false,
    timeout: undefined,
    env: {},
    ...options,
  });
  open.push(made);
  return made;
}

async function serve(...args: Parameters<typeof serveHttp>) {
  const server = await serveHttp(...args);
  open.push(server);
  return { ...server, url: `http://127.0.0.1:${server.port}` };
}

async function tcp(...args: Parameters<typeof serveTcp>) {
  const server = await serveTcp(...args);
  open.push(server);
  return { ...server, url: `http://127.0.0.1:${server.port}` };
}

describe('requests', () => {
  test('carry method, headers and body, and bring status, headers and body', async () => {
    const server = await serve(async (request, response) => {
      let body = '';
      for await (const piece of request) body += piece;
      response.writeHead(201, { 'X-Seen': `${request.method} ${request.headers['x-own']} ${request.url}` });
      response.end(body.toUpperCase());
    });
    const { fetch } = http(server.url);
    const response = await fetch(`${server.url}/a?b=c`, {
      method: 'POST',
      headers: new Headers({ 'X-Own': 'yes' }),
      body: 'body',
    });
    // What oauth4webapi knows one by.
    expect(Object.prototype.toString.call(response)).toBe('[object Response]');
    expect(response.status).toBe(201);
    expect(response.url).toBe(`${server.url}/a?b=c`);
    expect(response.headers.get('x-seen')).toBe('POST yes /a?b=c');
    expect(await response.text()).toBe('BODY');
  });

  test('reach localhost by name', async () => {
    const server = await serve((_request, response) => response.end('here'));
    const url = `http://localhost:${server.port}`;
    expect(await (await http(url).fetch(url)).text()).toBe('here');
  });

  test('share one connection', async () => {
    const server = await serve((_request, response) => response.end('x'));
    const { fetch } = http(server.url);
    for (let round = 0; round < 5; round++) await (await fetch(server.url)).text();
    expect(server.connections()).toBe(1);
  });

  test('follow no redirect by themselves', async () => {
    const server = await serve((_request, response) => response.writeHead(307, { Location: '/on' }).end());
    const response = await http(server.url).fetch(server.url, { redirect: 'follow' });
    expect(response.status).toBe(307);
    expect(response.headers.get('location')).toBe('/on');
  });

  test('may have a body that is quiet for longer than the limit for headers', async () => {
    let answer: ServerResponse | undefined;
    const server = await serve((_request, response) => {
      answer = response;
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('data: 1\n\n');
    });
    const response = await http(server.url, { timeout: 150 }).fetch(server.url);
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(new TextDecoder().decode(first?.value)).toBe('data: 1\n\n');
    setTimeout(() => answer?.end('data: 2\n\n'), 600);
    const second = await reader?.read();
    expect(new TextDecoder().decode(second?.value)).toBe('data: 2\n\n');
    expect((await reader?.read())?.done).toBe(true);
  });
});

describe('URLs', () => {
  test.each([
    ['http://mcp.example/mcp', 'http'],
    ['http://10.0.0.1/mcp', 'http'],
    ['ftp://mcp.example/mcp', 'https'],
    ['https://user:hush@mcp.example/mcp', 'password'],
  ])('a configured %s is a configuration error', (url, word) => {
    expect(() => http(url)).toThrow(
      expect.objectContaining({ code: 'insecure_url', exit: 3, message: expect.stringContaining(word) }),
    );
    expect(() => http(url)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hush') }),
    );
  });

  test.each([
    ['http://as.example/token?code=hush', 'insecure_url'],
    ['file:///etc/passwd', 'insecure_url'],
    ['https://user:hush@as.example/', 'insecure_url'],
    ['not a url', 'invalid_url'],
  ])('%s from a server is refused', async (url, code) => {
    const failure = await http('https://mcp.example')
      .fetch(url)
      .catch((error) => error);
    expect(failure).toMatchObject({ code, exit: 7 });
    expect(`${failure.message} ${failure.hint}`).not.toContain('hush');
  });

  test('http elsewhere needs allowHttp', async () => {
    const server = await serve((_request, response) => response.end('here'));
    const named = {
      serverUrl: 'http://mcp.example',
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    };
    const response = await http(named.serverUrl, { ...named, allowHttp: true }).fetch(
      `http://mcp.example:${server.port}/`,
    );
    expect(await response.text()).toBe('here');
  });

  test('localhost that is not this machine is not believed over http', async () => {
    const resolve = async () => [{ address: '93.184.216.34', family: 4 }];
    await expect(
      http('http://localhost:4444', { resolve }).fetch('http://localhost:4444/'),
    ).rejects.toMatchObject({
      code: 'insecure_url',
    });
  });
});

describe('failures', () => {
  test('refused', async () => {
    const server = await tcp(() => undefined);
    await server.close().finally(() => open.pop());
    await expect(http(server.url).fetch(`${server.url}/p?secret=hush`)).rejects.toMatchObject({
      code: 'refused',
      exit: 5,
      message: `${server.url} refused the connection`,
    });
  });

  test('an unknown host', async () => {
    const resolve = () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }));
    await expect(
      http('https://mcp.example', { resolve }).fetch('https://mcp.example/'),
    ).rejects.toMatchObject({
      code: 'dns',
      exit: 5,
    });
  });

  test('a connection cut before the answer, and in the middle of the body', async () => {
    const server = await tcp((socket) => {
      socket.once('data', (request) => {
        if (String(request).startsWith('GET /half')) {
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal');
          setImmediate(() => socket.destroy());
        } else socket.destroy();
      });
    });
    const { fetch } = http(server.url);
    await expect(fetch(`${server.url}/cut`, { method: 'POST' })).rejects.toMatchObject({
      code: 'reset',
      exit: 5,
    });
    await expect(readText(await fetch(`${server.url}/half`))).rejects.toMatchObject({
      code: 'reset',
      exit: 5,
    });
  });

  test.each([
    ['Content-Length: 9\r\n', 'hal'],
    ['Content-Length: 9\r\nConnection: close\r\n', 'hal'],
    ['Transfer-Encoding: chunked\r\n', '3\r\nhal\r\n'],
    ['Transfer-Encoding: chunked\r\nConnection: close\r\n', '3\r\nhal\r\n'],
  ])('an answer that ends before its end: %j', async (headers, piece) => {
    const server = await tcp((socket) =>
      socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\n${headers}\r\n${piece}`)),
    );
    await expect(readText(await http(server.url).fetch(server.url))).rejects.toMatchObject({
      code: 'reset',
      exit: 5,
      message: `${server.url} cut its answer off in the middle`,
    });
  });

  test('an answer that says it is compressed, and is not', async () => {
    const headers = 'Content-Encoding: gzip\r\nContent-Length: 3\r\n';
    const server = await tcp((socket) =>
      socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\n${headers}\r\nhal`)),
    );
    await expect(readText(await http(server.url).fetch(server.url))).rejects.toMatchObject({
      code: 'not_http',
      exit: 7,
    });
  });

  test('headers without end', async () => {
    const server = await tcp((socket) =>
      socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(1_000_000)}`)),
    );
    await expect(http(server.url).fetch(server.url)).rejects.toMatchObject({ code: 'too_large', exit: 7 });
  });

  test('no answer in time', async () => {
    const server = await tcp(() => undefined);
    await expect(http(server.url, { timeout: 100 }).fetch(server.url)).rejects.toMatchObject({
      code: 'timeout',
      exit: 5,
    });
    await expect(
      http(server.url).fetch(server.url, { signal: AbortSignal.timeout(50) }),
    ).rejects.toMatchObject({ code: 'timeout', exit: 5 });
  });

  test.each(['SSH-2.0-OpenSSH_9.6\r\n', 'HTTP/1.1 999 Odd\r\nContent-Length: 1\r\n\r\nx'])(
    'what is not HTTP: %j',
    async (greeting) => {
      const server = await tcp((socket) => socket.once('data', () => socket.end(greeting)));
      await expect(http(server.url).fetch(server.url)).rejects.toMatchObject({ code: 'not_http', exit: 7 });
    },
  );

  test('a header that HTTP cannot carry is not repeated', async () => {
    const server = await serve((_request, response) => response.end());
    const failure = await http(server.url)
      .fetch(server.url, { headers: { 'X-Key': 'hush\nhush' } })
      .catch((error) => error);
    expect(failure).toMatchObject({ code: 'invalid_request', exit: 3 });
    expect(inspect(failure)).not.toContain('hush');
    expect(server.connections()).toBe(0);
  });

  test('a body larger than allowed is given up', async () => {
    const server = await serve((_request, response) => {
      const more = () => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', more);
      };
      more();
    });
    const response = await http(server.url).fetch(server.url);
    await expect(readText(response, 1_000_000)).rejects.toMatchObject({ code: 'too_large', exit: 7 });
  });
});

describe('cancelling', () => {
  test('before, during and after the headers', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/body') response.write('x');
    });
    const { fetch } = http(server.url);
    await expect(fetch(server.url, { signal: AbortSignal.abort() })).rejects.toMatchObject({ exit: 130 });

    const waiting = new AbortController();
    const pending = fetch(server.url, { signal: waiting.signal });
    setTimeout(() => waiting.abort(), 50);
    await expect(pending).rejects.toMatchObject({ code: 'cancelled', exit: 130 });

    const reading = new AbortController();
    const response = await fetch(`${server.url}/body`, { signal: reading.signal });
    const text = readText(response);
    reading.abort();
    await expect(text).rejects.toMatchObject({ code: 'cancelled', exit: 130 });
    expect(getEventListeners(reading.signal, 'abort')).toHaveLength(0);
  });

  test('leaves nothing on a signal that lives on', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/empty') response.writeHead(204).end();
      else if (request.url === '/cut') request.socket.destroy();
      else response.end('x'.repeat(100));
    });
    const { fetch } = http(server.url);
    const { signal } = new AbortController();
    const response = await fetch(server.url, { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await response.text();
    await (await fetch(server.url, { signal })).body?.cancel();
    await fetch(`${server.url}/empty`, { signal });
    await fetch(`${server.url}/cut`, { method: 'POST', signal }).catch(() => undefined);
    await expect(readText(await fetch(server.url, { signal }), 10)).rejects.toMatchObject({
      code: 'too_large',
    });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('close ends what is under way and lets nothing start', async () => {
    const arrived = withResolvers();
    const server = await serve((request, response) => {
      if (request.url === '/body') response.write('x');
      else arrived.resolve(undefined);
    });
    const made = http(server.url);
    const body = readText(await made.fetch(`${server.url}/body`));
    const pending = made.fetch(server.url);
    const both = Promise.all([
      expect(body).rejects.toMatchObject({ exit: 130 }),
      expect(pending).rejects.toMatchObject({ exit: 130 }),
    ]);
    await arrived.promise;
    await made.close();
    await both;
    await expect(made.fetch(server.url)).rejects.toMatchObject({ exit: 130 });
  });
});

function withResolvers() {
  let resolve: (value: unknown) => void = () => undefined;
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe('a kept connection that the server gave up', () => {
  /** Answers once per connection, and cuts it at the next request. */
  const fickle = async () => {
    const methods: string[] = [];
    const server = await tcp((socket) => {
      let answered = false;
      socket.on('data', (data) => {
        methods.push(String(data).split(' ', 1)[0] ?? '');
        if (answered) socket.destroy();
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        answered = true;
      });
    });
    return { ...server, methods };
  };

  test('is retried once for GET', async () => {
    const server = await fickle();
    const { fetch } = http(server.url);
    await (await fetch(server.url)).text();
    expect(await (await fetch(server.url)).text()).toBe('ok');
    expect(server.methods).toEqual(['GET', 'GET', 'GET']);
  });

  test('is not for POST, nor where nothing was ever answered', async () => {
    const server = await fickle();
    const { fetch } = http(server.url);
    await (await fetch(server.url)).text();
    await expect(fetch(server.url, { method: 'POST' })).rejects.toMatchObject({ code: 'reset' });
    expect(server.methods).toEqual(['GET', 'POST']);

    const dead = await tcp((socket) => socket.once('data', () => socket.destroy()));
    await expect(http(dead.url).fetch(dead.url)).rejects.toMatchObject({ code: 'reset' });
    expect(dead.connections()).toBe(1);
  });

  test('and not without end', async () => {
    let requests = 0;
    const server = await tcp((socket) =>
      socket.on('data', () => {
        requests++;
        if (requests === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        else socket.destroy();
      }),
    );
    const { fetch } = http(server.url);
    await (await fetch(server.url)).text();
    await expect(fetch(server.url)).rejects.toMatchObject({ code: 'reset' });
    expect(requests).toBe(3);
  });
});

describe('followSameOrigin', () => {
  test('follows inside the origin, and hands back what leads elsewhere or on and on', async () => {
    const other = await serve((_request, response) => response.end('other'));
    const seen: string[] = [];
    const server = await serve((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      const [, status, rest] = request.url?.match(/^\/(3\d\d)(.*)$/) ?? [];
      const location: Record<string, string> = { '/away': other.url, '/loop': '/302/loop', '/none': '' };
      if (!status) return response.end('end');
      const to = location[rest ?? ''] ?? rest ?? '';
      return response.writeHead(Number(status), to ? { Location: to } : {}).end('moved');
    });
    const { fetch } = http(server.url);
    const follow = (path: string) => followSameOrigin(fetch, server.url + path);
    for (const status of [301, 302, 303, 307, 308]) {
      expect(await (await follow(`/${status}/end`)).text()).toBe('end');
    }
    expect(await (await follow('/302/302/302/end')).text()).toBe('end');
    seen.length = 0;
    expect((await follow('/302/302/302/302/end')).status).toBe(302);
    expect(seen).toHaveLength(4);
    expect((await follow('/302/away')).status).toBe(302);
    expect((await follow('/307/none')).status).toBe(307);
    expect((await follow('/302/loop')).status).toBe(302);
    expect((await follow('/304/end')).status).toBe(304);
    expect(other.connections()).toBe(0);
  });
});

describe('readText', () => {
  test('decodes UTF-8 across pieces and takes an empty body', async () => {
    const bytes = new TextEncoder().encode('grüße 🔐');
    const body = new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
        controller.close();
      },
    });
    expect(await readText(new Response(body))).toBe('grüße 🔐');
    expect(await readText(new Response(null))).toBe('');
    expect(await readText(new Response('12345'), 5)).toBe('12345');
    await expect(readText(new Response('123456'), 5)).rejects.toMatchObject({ code: 'too_large' });
  });

  test('counts what a compressed body becomes', async () => {
    const { gzipSync } = await import('node:zlib');
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb);
    });
    const response = await http(server.url).fetch(server.url);
    await expect(readText(response)).rejects.toMatchObject({ code: 'too_large' });
  });
});
