// Answers of authorization servers, and of those who pose as one, that never end, never come, or are too much.
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { liar, resourcePath, serverPath } from '../support/hostile-server.ts';
import type { Hit } from '../support/loopback.ts';
import { notes } from '../support/person.ts';
import { desk, errorOf, keep } from '../support/scene.ts';

type Reply = (hit: Hit, response: ServerResponse) => void;

/** A byte now and then, for ever: each is soon enough for a limit between two of them. */
const drip: Reply = (_hit, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 50);
  response.once('close', () => clearInterval(timer));
};

const silence: Reply = () => {};

const endless: Reply = (_hit, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const piece = ' '.repeat(64 * 1024);
  const pour = () => {
    while (!response.destroyed) if (!response.write(piece)) return void response.once('drain', pour);
  };
  pour();
};

/** 50 MB of blanks in 50 kB. */
const bomb: Reply = (_hit, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
  response.end(gzipSync(Buffer.alloc(50 * 1024 * 1024, ' ')));
};

const deep: Reply = (_hit, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`);
};

const answer = (back: string, state: string | undefined) => `${back}?code=the-code&state=${state}`;

/** A server that is its own authorization server and answers one path in its own way. */
async function login(path: string, reply: Reply) {
  const server = keep(
    await liar((url) => ({
      [resourcePath]: { resource: `${url}/mcp`, authorization_servers: [url] },
      [serverPath]: {
        issuer: url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        registration_endpoint: `${url}/register`,
        code_challenge_methods_supported: ['S256'],
      },
      '/register': { client_id: 'c' },
      '/authorize': ({ params }: Hit, response: ServerResponse) =>
        void response.writeHead(302, { location: answer(params.redirect_uri ?? '', params.state) }).end(),
      [path]: reply,
    })),
  );
  const start = performance.now();
  const result = await desk(notes({ url: server.mcpUrl })).person(
    'auth login notes --json --quiet --timeout 1',
  );
  const { error } = JSON.parse(result.stderr.trimEnd().split('\n').at(-1) ?? '') as {
    error: { code: string };
  };
  return { took: performance.now() - start, exit: result.exit, code: error.code };
}

const paths = [resourcePath, serverPath, '/register', '/token'];

test.each(paths)('%s, byte by byte: the time for a request is the time for its answer', async (path) => {
  const { took, ...rest } = await login(path, drip);
  expect(rest).toEqual({ exit: 5, code: 'timeout' });
  expect(took).toBeLessThan(8_000);
});

test.each(paths)('%s, no answer at all', async (path) => {
  const { took, ...rest } = await login(path, silence);
  expect(rest).toEqual({ exit: 5, code: 'timeout' });
  expect(took).toBeLessThan(8_000);
});

test.each(paths)('%s without end', async (path) => {
  const { took, ...rest } = await login(path, endless);
  expect(rest).toEqual({ exit: 7, code: 'too_large' });
  expect(took).toBeLessThan(8_000);
});

test.each(paths)('%s, 50 MB in a small package', async (path) => {
  expect(await login(path, bomb)).toMatchObject({ exit: 7, code: 'too_large' });
});

test.each(paths)('%s of a hundred thousand levels', async (path) => {
  expect((await login(path, deep)).exit).toBe(7);
});

test('a list of a thousand authorization servers is not asked from end to end', async () => {
  const server = keep(
    await liar((url) => ({
      [resourcePath]: {
        resource: `${url}/mcp`,
        authorization_servers: Array.from({ length: 1000 }, (_, index) => `${url}/as/${index}`),
      },
    })),
  );
  const result = await desk(notes({ url: server.mcpUrl })).person('auth login notes --json --quiet');
  expect(errorOf(result).code).toBe('no_authorization_server');
  expect(server.log.length).toBeLessThan(50);
});

test('nor is one whose servers never answer waited for one by one', async () => {
  const server = keep(
    await liar((url) => ({
      [resourcePath]: {
        resource: `${url}/mcp`,
        authorization_servers: Array.from({ length: 1000 }, (_, index) => `${url}/as/${index}`),
      },
      ...Object.fromEntries(
        Array.from({ length: 1000 }, (_, index) => [`${serverPath}/as/${index}`, silence]),
      ),
    })),
  );
  const start = performance.now();
  const result = await desk(notes({ url: server.mcpUrl })).person(
    'auth login notes --json --quiet --timeout 1',
  );
  expect(errorOf(result).code).toBe('timeout');
  expect(performance.now() - start).toBeLessThan(8_000);
}, 60_000);

test('redirects in a circle end', async () => {
  const { exit } = await login(resourcePath, (hit, response) =>
    response.writeHead(302, { location: hit.path }).end(),
  );
  expect(exit).toBeGreaterThan(0);
});
