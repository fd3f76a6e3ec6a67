// What no other test of the HTTP layer asks of the client under it: codings, framing, connections that are used again.
import { randomBytes } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { readText } from '../../src/auth/body.ts';
import { fetchWithin } from '../../src/fetch.ts';
import { type Http, type HttpOptions, openHttp } from '../../src/session/http.ts';
import { serveHttp, serveTcp } from '../support/servers.ts';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const item of open.splice(0).reverse()) await item.close();
});

async function serve(...args: Parameters<typeof serveHttp>) {
  const server = await serveHttp(...args);
  open.push(server);
  return { ...server, ...client(`http://127.0.0.1:${server.port}/`) };
}

async function tcp(answer: string) {
  const server = await serveTcp((socket) => socket.once('data', () => socket.write(answer)));
  open.push(server);
  return client(`http://127.0.0.1:${server.port}/`);
}

function client(url: string, resolve?: HttpOptions['resolve'], timeout?: number): Http & { url: string } {
  const http = openHttp({
    fetch: fetchWithin,
    serverUrl: url,
    allowHttp: false,
    allowPrivateNetwork: false,
    timeout,
    env: {},
    resolve,
  });
  open.push(http);
  return { ...http, url };
}

describe('content codings (RFC 9110 section 8.4)', () => {
  test.each([
    ['gzip', gzipSync('hello')],
    ['x-gzip', gzipSync('hello')],
    ['deflate', deflateSync('hello')],
    ['BR', brotliCompressSync('hello')],
    ['identity', Buffer.from('hello')],
    ['gzip, br', brotliCompressSync(gzipSync('hello'))],
  ])('%s is undone', async (coding, body) => {
    let accepted: string | undefined;
    const { fetch, url } = await serve((request, response) => {
      accepted = request.headers['accept-encoding'];
      response.writeHead(200, { 'Content-Encoding': coding }).end(body);
    });
    expect(await (await fetch(url)).text()).toBe('hello');
    expect(accepted).toBe('gzip, br');
  });

  test('each piece is there when it comes, and not at the end', async () => {
    const { createGzip } = await import('node:zlib');
    const zip = createGzip();
    const { fetch, url } = await serve((_, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Type': 'text/event-stream' });
      zip.pipe(response);
      zip.write('data: 1\n\n');
      zip.flush();
    });
    const reader = (await fetch(url)).body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 1\n\n');
    zip.end('data: 2\n\n');
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 2\n\n');
  });

  test.each(['cancel', 'close', 'nothing'])(
    'one that ends too early fails for nobody after: %s',
    async (how) => {
      const half = gzipSync(randomBytes(60_000)).subarray(0, 17_000);
      const server = await serveTcp((socket) => {
        socket.once('data', () => {
          socket.write('HTTP/1.1 401 Unauthorized\r\nContent-Encoding: gzip\r\n\r\n');
          socket.end(half);
        });
      });
      open.push(server);
      // Sooner or later; what nobody hears of would end the program, and so this test.
      for (let turns = 0; turns < 20; turns++) {
        const { fetch, close, url } = client(`http://127.0.0.1:${server.port}/`);
        const { body } = await fetch(url);
        for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
        if (how === 'cancel') await body?.cancel();
        if (how === 'close') await close();
      }
    },
  );

  test.each([
    ['one that nobody asked for', 'zstd', 'x'],
    ['a name of Object.prototype', 'constructor', 'x'],
    ['too many of them', 'gzip, gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(gzipSync('x'))))],
    ['one that is not what it says', 'br', 'not brotli at all'],
    ['one that ends too early', 'gzip', gzipSync('x'.repeat(10_000)).subarray(0, 20)],
  ])('%s is refused', async (_, coding, body) => {
    const { fetch, url } = await serve((_, response) => {
      response.writeHead(200, { 'Content-Encoding': coding }).end(body);
    });
    const failure = await fetch(url)
      .then(readText)
      .catch((error) => error);
    expect(failure).toMatchObject({
      code: 'not_http',
      exit: 7,
      message: expect.stringContaining('decompressed'),
    });
  });
});

describe('a request', () => {
  test.each(['Transfer-Encoding', 'Content-Length', 'Connection', 'Upgrade', 'Expect', 'TE'])(
    'does not say with %s how it is framed',
    async (name) => {
      const { fetch, url, connections } = await serve((_, response) => response.end());
      await expect(fetch(url, { method: 'POST', body: 'x', headers: { [name]: '1' } })).rejects.toMatchObject(
        {
          code: 'invalid_request',
          exit: 3,
        },
      );
      expect(connections()).toBe(0);
    },
  );

  test('carries a form as one', async () => {
    const { fetch, url } = await serve(async (request, response) => {
      let body = '';
      for await (const piece of request) body += piece;
      response.end(`${request.headers['content-type']} ${request.headers['content-length']} ${body}`);
    });
    const response = await fetch(url, { method: 'POST', body: new URLSearchParams({ a: 'é&' }) });
    expect(await response.text()).toBe('application/x-www-form-urlencoded;charset=UTF-8 11 a=%C3%A9%26');
  });

  test.each(['', 'x', 'é'])('writes its headers in Latin-1, whatever its body is: %j', async (body) => {
    const { fetch, url } = await serve(async (request, response) => {
      let whole = '';
      for await (const piece of request.setEncoding('utf8')) whole += piece;
      response.end(JSON.stringify([request.headers['x-own'], whole]));
    });
    const response = await fetch(url, { method: 'POST', body, headers: { 'X-Own': 'é' } });
    expect(await response.json()).toEqual(['é', body]);
  });

  test('names host, port and who asks, and nothing of this machine', async () => {
    const { fetch, url, port } = await serve((request, response) =>
      response.end(JSON.stringify(request.headers)),
    );
    expect(await (await fetch(`${url}x?y`)).json()).toEqual({
      host: `127.0.0.1:${port}`,
      connection: 'keep-alive',
      accept: '*/*',
      'accept-encoding': 'gzip, br',
      'user-agent': 'mcp-cli',
    });
  });

  test('fails at once where all connections are ended before there is one', async () => {
    let asked = () => {};
    const looked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const { fetch, close, url } = client('https://mcp.example/', () => {
      asked();
      return new Promise(() => {});
    });
    const failure = fetch(url).catch((error) => error);
    await looked;
    await close();
    expect(await failure).toMatchObject({ code: 'cancelled' });
  }, 3_000);

  test('waits no longer for a connection that is being judged', async () => {
    const server = await serveTcp(() => undefined);
    open.push(server);
    let asked = 0;
    const here = [{ address: '127.0.0.1', family: 4 }];
    // Before connecting the name server says where the server is, and nothing afterwards.
    const { fetch } = client(
      'https://mcp.example/',
      (host) => (host === 'mcp.example' && ++asked > 2 ? new Promise(() => {}) : Promise.resolve(here)),
      500,
    );
    await expect(fetch(`http://localhost:${server.port}/`)).rejects.toMatchObject({ code: 'timeout' });
    expect(asked).toBe(3);
  }, 3_000);

  test('that is given up before there is a connection fails at once', async () => {
    const url = 'https://mcp.example/';
    const controller = new AbortController();
    const { fetch } = client(url, () => {
      setImmediate(() => controller.abort());
      // A name server that says nothing.
      return new Promise(() => {});
    });
    const failure = fetch(url, { signal: controller.signal }).catch((error) => error);
    expect(await failure).toMatchObject({ code: 'cancelled' });
    // The limit for connections is ten seconds.
  }, 3_000);
});

describe('an answer', () => {
  test.each([
    ['204', 'GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['304', 'GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n'],
    ['HEAD', 'HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
    ['a length of nothing', 'GET', 'HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n'],
  ])('without a body: %s', async (_, method, raw) => {
    const { fetch, url } = await tcp(raw);
    const response = await fetch(url, { method });
    expect(response.body).toBeNull();
    expect(await response.text()).toBe('');
  });

  test.each([
    ['204', 'GET', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello', ''],
    ['HEAD', 'HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', ''],
    ['a length', 'GET', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokhello', 'ok'],
    ['another answer', 'GET', `${'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'.repeat(2)}`, 'ok'],
  ])('has nothing of what comes behind it: %s', async (_, method, raw, body) => {
    const { fetch, url } = await tcp(raw);
    expect(await (await fetch(url, { method })).text()).toBe(body);
  });

  test('that has no length is cut where its connection breaks', async () => {
    let reset = () => {};
    const server = await serveTcp((socket) => {
      reset = () => socket.resetAndDestroy();
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\nhalf of it'));
    });
    open.push(server);
    const { fetch } = client(`http://127.0.0.1:${server.port}/`);
    const reader = (await fetch(`http://127.0.0.1:${server.port}/`)).body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('half of it');
    reset();
    await expect(reader?.read()).rejects.toMatchObject({ code: 'reset' });
  });

  const long = 'x'.repeat(200_000);
  test.each([
    ['before it is read', 'hello', undefined, false],
    ['in the middle', long, undefined, true],
    ['in the middle of what is packed', gzipSync(long), 'gzip', true],
  ])('that has come, and is given up %s, is not taken for all there was', async (_, body, coding, begun) => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, {
        'Content-Length': body.length,
        ...(coding !== undefined && { 'Content-Encoding': coding }),
      });
      response.end(body);
    });
    for (const how of ['signal', 'close'] as const) {
      const controller = new AbortController();
      const own = client(url);
      const reader = (await own.fetch(url, { signal: controller.signal })).body?.getReader();
      if (begun) await reader?.read();
      // Until all has come that comes unasked.
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      if (how === 'signal') controller.abort();
      else await own.close();
      await expect(reader?.read()).rejects.toMatchObject({ code: 'cancelled' });
    }
  });

  test.each([
    ['a status that there is not', '999 What'],
    ['a 205', '205 Reset Content'],
  ])(
    'without an end is taken no further: %s',
    async (_, status) => {
      let over = () => {};
      const ended = new Promise<void>((resolve) => {
        over = resolve;
      });
      let sent = 0;
      const server = await serveTcp((socket) => {
        socket.on('close', over).once('data', () => {
          socket.write(`HTTP/1.1 ${status}\r\nTransfer-Encoding: chunked\r\n\r\n`);
          const more = () => {
            while (sent < 100 && socket.write(`10000\r\n${'x'.repeat(0x10000)}\r\n`)) sent++;
          };
          socket.on('drain', more);
          more();
        });
      });
      open.push(server);
      const { fetch, url } = client(`http://127.0.0.1:${server.port}/`);
      const response = await fetch(url).catch(() => undefined);
      await response?.body?.cancel();
      await ended;
      expect(sent).toBeLessThan(100);
    },
    3_000,
  );

  test('that wants another protocol is refused', async () => {
    const { fetch, url } = await tcp(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n',
    );
    await expect(fetch(url)).rejects.toMatchObject({ code: 'not_http', exit: 7 });
  });

  test('comes after what only says that one will come', async () => {
    const { fetch, url } = await tcp(
      'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    );
    expect(await (await fetch(url)).text()).toBe('ok');
  });

  test('may say a header twice', async () => {
    const { fetch, url } = await tcp(
      'HTTP/1.1 200 OK\r\nWWW-Authenticate: Basic\r\nWWW-Authenticate: Bearer\r\nContent-Length: 0\r\n\r\n',
    );
    expect((await fetch(url)).headers.get('www-authenticate')).toBe('Basic, Bearer');
  });
});

describe('a connection', () => {
  test('is used again after a small answer that nobody read', async () => {
    const { fetch, url, connections } = await serve((_, response) => response.writeHead(401).end('no'));
    for (let round = 0; round < 3; round++) await (await fetch(url)).body?.cancel();
    expect(connections()).toBe(1);
  });

  test('ends with one that goes on', async () => {
    let closed = () => {};
    const over = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const { fetch, url } = await serve((_, response) => {
      response.on('close', closed);
      response.writeHead(200).write('x');
    });
    await (await fetch(url)).body?.cancel();
    await over;
  });

  test('is made for each of what is asked side by side', async () => {
    const { fetch, url, connections } = await serve((_, response) => response.end('x'));
    await Promise.all([1, 2, 3].map(async () => (await fetch(url)).text()));
    expect(connections()).toBe(3);
  });
});

describe('a connection that is begun ahead', () => {
  test('carries the first request', async () => {
    const { begin, fetch, url, connections } = await serve((_, response) => response.end('x'));
    begin();
    begin();
    while (connections() === 0) await new Promise(setImmediate);
    expect(await (await fetch(url)).text()).toBe('x');
    expect(connections()).toBe(1);
  });

  test('is ended with all others, if nobody has wanted it', async () => {
    let over = () => {};
    const ended = new Promise<void>((resolve) => {
      over = resolve;
    });
    let connections = 0;
    const server = await serveTcp((socket) => {
      connections++;
      socket.on('close', over).resume();
    });
    open.push(server);
    const { begin, close } = client(`http://127.0.0.1:${server.port}/`);
    begin();
    while (connections === 0) await new Promise(setImmediate);
    await close();
    await ended;
  });

  test('is made anew where the server has ended it', async () => {
    let connections = 0;
    const server = await serveTcp((socket) => {
      connections++;
      if (connections === 1) socket.end();
      else socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    });
    open.push(server);
    const { begin, fetch, url } = client(`http://127.0.0.1:${server.port}/`);
    begin();
    while (connections === 0) await new Promise(setImmediate);
    // Until this side has heard of it.
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(await (await fetch(url, { method: 'POST', body: 'x' })).text()).toBe('ok');
    expect(connections).toBe(2);
  });

  test('fails where the request would have', async () => {
    const server = await serveTcp(() => undefined);
    const { begin, fetch, url } = client(`http://127.0.0.1:${server.port}/`);
    await server.close();
    begin();
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    await expect(fetch(url)).rejects.toMatchObject({ code: 'refused', exit: 5 });
  });

  test('goes nowhere that a request may not go', async () => {
    const asked: string[] = [];
    const { begin, fetch, url } = client('http://localhost:9/', async (host) => {
      asked.push(host);
      return [{ address: '192.0.2.1', family: 4 }];
    });
    begin();
    await expect(fetch(url)).rejects.toMatchObject({ code: 'insecure_url', exit: 7 });
    expect(asked).toEqual(['localhost']);
  });
});
