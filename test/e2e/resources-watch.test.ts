// `resources watch` in both eras of the protocol, and what ends it. Needs dist (npm run build).
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { CliOptions, CliResult } from '../support/cli.ts';
import { hostileServer } from '../support/hostile-server.ts';
import { answer } from '../support/loopback.ts';
import { modernServer, modernSurfaceServer } from '../support/modern-server.ts';
import { notes } from '../support/person.ts';
import { spawnCli } from '../support/process.ts';
import { desk, errorOf, keep } from '../support/scene.ts';
import { sessionSurfaceServer } from '../support/session-server.ts';
import type { SurfaceServer } from '../support/surface.ts';

const kinds = [
  ['2026-07-28', modernSurfaceServer],
  ['2025-11-25', sessionSurfaceServer],
] as const;

type Watched = CliResult & { lines: string[] };

/** Runs `resources watch`; `ready` once the server has agreed, `seen` after each line. */
async function watch(
  server: { mcpUrl: string },
  words: string,
  events: {
    ready?: (stop: AbortController) => unknown;
    seen?: (count: number, stop: AbortController) => unknown;
  },
  options: CliOptions = {},
): Promise<Watched> {
  const stop = new AbortController();
  const lines: string[] = [];
  const told: string[] = [];
  const { script } = desk(notes({ url: server.mcpUrl }));
  const result = await script(`resources watch ${words}`, {
    signal: stop.signal,
    ...options,
    deps: {
      out: (text) => {
        lines.push(text);
        void events.seen?.(lines.length, stop);
      },
      err: (text) => {
        told.push(text);
        if (text.startsWith('watching ')) void events.ready?.(stop);
      },
    },
  });
  return { ...result, lines, stderr: told.join('') };
}

/** Opens the stream of a subscription, and says what it will tell of. */
function acknowledge(response: ServerResponse, id: string | undefined, notifications: object): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const params = { _meta: { 'io.modelcontextprotocol/subscriptionId': id }, notifications };
  const message = { jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params };
  response.write(`data: ${JSON.stringify(message)}\n\n`);
}

describe.each(kinds)('a server of %s', (_, kind) => {
  const update = (server: SurfaceServer) => () => void server.updated('memo://readme');

  test('a line for each update until Ctrl-C, which is no failure', async () => {
    const server = keep(await kind());
    const result = await watch(server, 'memo://readme', {
      ready: update(server),
      seen: (count, stop) => (count < 3 ? update(server)() : stop.abort()),
    });
    expect(result).toMatchObject({ exit: 0, stderr: 'watching memo://readme; Ctrl-C ends it\n' });
    expect(result.lines).toHaveLength(3);
    for (const line of result.lines) expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z memo:\/\/readme\n$/);
  });

  test('--count ends it, and the server hears of the end', async () => {
    const server = keep(await kind());
    const result = await watch(server, 'memo://readme --count 2', {
      ready: update(server),
      seen: update(server),
    });
    expect(result.exit).toBe(0);
    expect(result.lines).toHaveLength(2);
    const goodbyes = server.calls('resources/unsubscribe') + server.calls('notifications/cancelled');
    expect(goodbyes).toBe(1);
  });

  test('interrupted before --count it is exit 130', async () => {
    const server = keep(await kind());
    const result = await watch(server, 'memo://readme --count 2', { ready: (stop) => stop.abort() });
    expect(result).toMatchObject({ exit: 130, lines: [] });
    expect(result.stderr).toMatch(/error: cancelled\n$/);
  });

  test('only updates of this resource are told', async () => {
    const server = keep(await kind());
    const result = await watch(server, 'memo://logo --count 1', {
      ready: async () => {
        await server.updated('memo://readme');
        await server.updated('memo://logo');
      },
    });
    expect(result.lines).toEqual([expect.stringContaining('memo://logo')]);
  });
});

test.each(kinds)('a process with a server of %s ends with Ctrl-C as it should', async (_, kind) => {
  const server = keep(await kind());
  const argv = ['--config-file', notes({ url: server.mcpUrl }), 'resources', 'watch', 'memo://readme'];
  const running = spawnCli(argv);
  await running.seen(/watching memo/);
  void server.updated('memo://readme');
  await running.seen(/Z memo:\/\/readme\n/);
  running.child.kill('SIGINT');
  const { exit, stderr } = await running.done;
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: 'watching memo://readme; Ctrl-C ends it\n' });
  expect(server.calls('resources/unsubscribe') + server.calls('notifications/cancelled')).toBe(1);
});

test('a session that is lost meanwhile is opened anew', async () => {
  const server = keep(await sessionSurfaceServer());
  let opened = 0;
  const result = await watch(server, 'memo://readme --count 1', {
    ready: () => (opened++ === 0 ? server.loseSessions() : server.updated('memo://readme')),
  });
  expect(result).toMatchObject({ exit: 0 });
  expect(opened).toBe(2);
  expect(server.calls('initialize')).toBe(2);
}, 20_000);

test('a stream that something in between ends after a while is opened again', async () => {
  const server = keep(await modernSurfaceServer());
  let listened = 0;
  server.intercept = (hit, response) => {
    const { id, method } = (hit.json ?? {}) as { id?: string; method?: string };
    if (method !== 'subscriptions/listen' || ++listened > 1) return false;
    acknowledge(response, id, { resourceSubscriptions: ['memo://readme'] });
    // The program takes one that ends at once for a server that does not want to.
    setTimeout(() => response.end(), 1100);
    return true;
  };
  const update = setInterval(() => void server.updated('memo://readme'), 20);
  const result = await watch(server, 'memo://readme --count 1', {}).finally(() => clearInterval(update));
  expect(result).toMatchObject({ exit: 0, stderr: 'watching memo://readme; Ctrl-C ends it\n' });
  expect(listened).toBe(2);
});

test('a stream that ends at once is not asked for again and again', async () => {
  const server = keep(await modernSurfaceServer());
  let listened = 0;
  server.intercept = (hit, response) => {
    const { id, method } = (hit.json ?? {}) as { id?: string; method?: string };
    if (method !== 'subscriptions/listen') return false;
    listened++;
    acknowledge(response, id, { resourceSubscriptions: ['memo://readme'] });
    response.end();
    return true;
  };
  const result = await watch(server, 'memo://readme --json', {});
  expect(result.exit).toBe(5);
  expect(result.stderr).toContain('"code":"closed"');
  expect(listened).toBe(1);
});

test.each(kinds)(
  'a server of %s that goes away is a failure',
  async (_, kind) => {
    const server = await kind();
    const result = await watch(server, 'memo://readme', { ready: () => server.close() });
    expect(result.lines).toEqual([]);
    expect(result.exit).toBe(5);
    expect(result.stderr).toContain('\nhint: ');
  },
  20_000,
);

describe('a server without subscriptions', () => {
  async function refusal(server: { mcpUrl: string; close(): Promise<void> }, protocol = 'auto') {
    keep(server);
    const result = await desk(notes({ url: server.mcpUrl })).script(
      `resources watch memo://x --json --protocol ${protocol}`,
    );
    expect(result.exit).toBe(7);
    return errorOf(result);
  }

  test('says so by its capabilities', async () => {
    const register = (server: { server: { registerCapabilities(has: object): void } }) =>
      server.server.registerCapabilities({ resources: {} });
    expect(await refusal(await modernServer({ register }))).toEqual({
      code: 'not_offered',
      message: 'notes offers no subscriptions',
      hint: 'it offers: resources',
      server: 'notes',
    });
  });

  test('does not know the method that it said it had', async () => {
    expect(await refusal(await modernSurfaceServer(), 'legacy')).toMatchObject({
      code: 'not_offered',
      message: 'notes offers no subscriptions',
    });
  });

  test('has no stream to tell of updates', async () => {
    const server = await hostileServer({
      capabilities: { resources: { subscribe: true } },
      results: { 'resources/subscribe': {}, 'resources/unsubscribe': {} },
    });
    expect(await refusal(server)).toMatchObject({ code: 'not_offered' });
  });

  test('agrees to something else', async () => {
    const server = await modernSurfaceServer();
    server.intercept = (hit, response) => {
      const { id, method } = (hit.json ?? {}) as { id?: string; method?: string };
      if (method !== 'subscriptions/listen') return false;
      acknowledge(response, id, {});
      return true;
    };
    expect(await refusal(server)).toMatchObject({ code: 'not_offered' });
  });

  test('refuses in words of its own', async () => {
    const server = await hostileServer({
      capabilities: { resources: { subscribe: true } },
      results: {
        'resources/subscribe': (hit, response) =>
          answer(response, 200, {
            jsonrpc: '2.0',
            id: (hit.json as { id: unknown }).id,
            error: { code: -32002, message: 'no such resource' },
          }),
      },
    });
    expect(await refusal(server)).toMatchObject({ code: 'rpc_error' });
  });
});

test.each(['--json', '--format ndjson'])('%s is a line for each update as well', async (flag) => {
  const server = keep(await sessionSurfaceServer());
  server.intercept = (hit, response) => {
    const { method } = (hit.json ?? {}) as { method?: string };
    if (method === 'resources/subscribe') response.once('finish', () => void server.updated('memo://readme'));
    return false;
  };
  const result = await watch(server, `memo://readme --count 1 ${flag}`, {});
  expect(result).toMatchObject({ exit: 0, stderr: '' });
  expect(result.lines.map((line) => JSON.parse(line))).toEqual([
    { server: 'notes', uri: 'memo://readme', time: expect.stringMatching(/^\d{4}-.*Z$/) },
  ]);
});
