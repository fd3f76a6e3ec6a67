// What `mcp-cli proxy` takes from a client, passes on, and gives back; and its end.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { piped } from '../support/bridge.ts';
import { configFile, newHome } from '../support/home.ts';
import { answer, type Hit } from '../support/loopback.ts';
import { spawnCli } from '../support/process.ts';
import { desk, keep, scene } from '../support/scene.ts';
import { sessionServer } from '../support/session-server.ts';
import { KEY } from '../support/store.ts';

type Json = { id?: string | number; method?: string; params?: Record<string, unknown> };
const json = ({ json }: Hit) => (json ?? {}) as Json;

async function open(args: string[] = []) {
  const server = keep(await sessionServer());
  const config = configFile({ mcpServers: { notes: { url: server.mcpUrl } } });
  return { server, client: piped({ home: desk(config).home, config, args }) };
}

test('lines that are no messages are answered, and the next one is taken', async () => {
  const { client } = await open();
  await client.greet();
  const rows: [string, number][] = [
    ['{"jsonrpc":"2.0","id":1,', -32700],
    ['hello', -32700],
    ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600],
    ['{"id":1,"method":"ping"}', -32600],
    ['{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600],
    ['{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}', -32600],
    [`{"jsonrpc":"2.0","id":1,"method":"${'x'.repeat(17 * 1024 * 1024)}"}`, -32600],
  ];
  for (const [line, code] of rows) {
    client.send(`${line}\n`);
    expect((await client.heard(({ id }) => id === null)).error?.code, line.slice(0, 60)).toBe(code);
  }
  // A letter that two pieces of the pipe share, and line ends of Windows.
  const bytes = Buffer.from('{"jsonrpc":"2.0","id":"é","method":"ping"}\r\n');
  client.send(bytes.subarray(0, 24));
  client.send(bytes.subarray(24));
  expect((await client.heard(({ id }) => id === 'é')).result).toEqual({});
});

test('what nobody knows is passed on, in both directions, with all that is in it', async () => {
  const { server, client } = await open();
  const { result: hello } = await client.greet();
  expect(hello).toMatchObject({ protocolVersion: '2025-11-25', instructions: 'Be patient' });
  const { params } = json(server.log.find((hit) => json(hit).method === 'initialize') as Hit);
  expect(params).toEqual({
    protocolVersion: '2025-11-25',
    capabilities: { elicitation: {}, sampling: {}, roots: {} },
    clientInfo: { name: 'piped', version: '1' },
  });
  const strange = {
    _meta: { 'x/y': [1, { deep: null }] },
    content: [],
    more: { é: '\u2028', big: 1e300 },
    toString: 1,
  };
  server.intercept = (hit, response) => {
    const { id, method, params } = json(hit);
    if (method !== 'acme/do') return false;
    expect(params).toEqual(strange);
    answer(response, 200, { jsonrpc: '2.0', id, result: strange });
    return true;
  };
  expect((await client.ask('acme/do', strange)).result).toEqual(strange);
  server.intercept = undefined;
  const { error } = await client.ask('acme/other', { a: 1 });
  expect(error).toMatchObject({ code: -32601, message: 'Method not found' });
});

test('what is nested without end is refused, and nothing else suffers', async () => {
  const { server, client } = await open();
  await client.greet();
  const deep = (inner: string) => `${'{"a":'.repeat(50_000)}${inner}${'}'.repeat(50_000)}`;
  server.intercept = (hit, response) => {
    const { id, method } = json(hit);
    if (method !== 'acme/deep') return false;
    const events = [
      `{"jsonrpc":"2.0","id":"s1","method":"sampling/createMessage","params":${deep('1')}}`,
      `{"jsonrpc":"2.0","method":"notifications/message","params":${deep('1')}}`,
      `{"jsonrpc":"2.0","id":${id},"result":${deep('1')}}`,
    ].map((data) => `data: ${data}\n\n`);
    answer(response, 200, events.join(''), 'text/event-stream');
    return true;
  };
  expect((await client.ask('acme/deep')).error).toBeDefined();
  const line = `{"jsonrpc":"2.0","id":"deep","method":"tools/call","params":${deep('1')}}\n`;
  client.send(line);
  expect((await client.heard(({ id }) => id === 'deep')).error).toBeDefined();
  expect((await client.ask('tools/list')).result).toBeDefined();
});

test('ids are the own business of each client', async () => {
  const server = keep(await sessionServer());
  const config = configFile({ mcpServers: { notes: { url: server.mcpUrl } } });
  const clients = [1, 2].map(() => piped({ home: newHome(), config }));
  for (const client of clients) await client.greet();
  const answers = await Promise.all(
    clients.flatMap((client, index) =>
      [7, '7', 'x'].map((id) =>
        client.ask('tools/call', { name: 'echo', arguments: { text: `${index}${typeof id}${id}` } }, id),
      ),
    ),
  );
  expect(answers.map(({ result }) => ((result?.content ?? []) as { text: string }[])[0]?.text)).toEqual([
    ...['0number7', '0string7', '0stringx'],
    ...['1number7', '1string7', '1stringx'],
  ]);
  const [client] = clients;
  const [slow, same] = await Promise.all([
    client?.ask('tools/call', { name: 'slow', arguments: { steps: 1, pause: 50 } }, 9),
    client?.ask('ping', {}, 9),
  ]);
  expect([slow, same].filter((line) => line?.error?.message.includes('in use'))).toHaveLength(1);
});

test('tools that are not allowed are neither listed nor called', async () => {
  const { server, client } = await open(['--allow-tools', 'e*o,ad*', '--deny-tools', 'admin']);
  await client.greet();
  const { result } = await client.ask('tools/list');
  expect(((result?.tools ?? []) as { name: string }[]).map(({ name }) => name)).toEqual(['echo', 'add']);
  for (const name of ['fail', 'admin', 'ECHO'])
    expect((await client.ask('tools/call', { name, arguments: {} })).error).toMatchObject({
      code: -32602,
      message: expect.stringContaining(`the tool "${name}" is not allowed here`),
    });
  // A server that is not strict would make a call without an id, and only leave out the answer.
  for (const name of ['admin', 'fail'])
    client.send(`${JSON.stringify({ jsonrpc: '2.0', method: 'tools/call', params: { name } })}\n`);
  expect((await client.ask('tools/call', { name: 'echo', arguments: { text: 'a' } })).result).toBeDefined();
  expect(server.calls('tools/call')).toBe(1);
});

test('the token is taken out of whatever the server sends, and nothing else is', async () => {
  const { home, config, person, server } = await scene();
  await person('auth login notes');
  const client = piped({ home, config });
  await client.greet();
  server.intercept = (hit, response) => {
    const { id, method } = json(hit);
    if (method !== 'acme/echo') return false;
    const token = hit.headers.authorization?.split(' ')[1];
    answer(response, 200, {
      jsonrpc: '2.0',
      id,
      result: { said: `Bearer ${token}`, [`${token}`]: 'Bearer abc' },
    });
    return true;
  };
  expect((await client.ask('acme/echo')).result).toEqual({ said: 'Bearer ***', '***': 'Bearer abc' });
});

test('--verbose says what became of an answer to the server, without the token that the server sends back', async () => {
  const { home, config, person, server } = await scene();
  await person('auth login notes');
  // The transport tells of it, and so does the answer that could not be given.
  const told: string[] = [];
  let second = () => {};
  const both = new Promise<void>((resolve) => {
    second = resolve;
  });
  const err = (line: string) => {
    if (told.push(line) === 2) second();
  };
  const client = piped({ home, config, args: ['--verbose'] }, { deps: { err } });
  await client.greet();
  let token = '';
  server.intercept = (hit, response) => {
    const { id, method } = json(hit);
    if (method === undefined && hit.method === 'POST') {
      answer(response, 500, { said: token });
      return true;
    }
    if (method !== 'acme/ask') return false;
    token = hit.headers.authorization?.split(' ')[1] ?? '';
    const events = [
      { jsonrpc: '2.0', id: 's1', method: 'roots/list' },
      { jsonrpc: '2.0', id, result: {} },
    ];
    answer(
      response,
      200,
      events.map((each) => `data: ${JSON.stringify(each)}\n\n`).join(''),
      'text/event-stream',
    );
    return true;
  };
  await client.ask('acme/ask');
  const { id } = await client.heard(({ method }) => method === 'roots/list');
  client.send({ id, result: { roots: [] } });
  await both;
  expect(token).not.toBe('');
  expect(told.join('')).not.toContain(token);
  expect(told).toEqual([
    'notes answered HTTP 500 (server_error)\n',
    'notes answered HTTP 500 (server_error)\n',
  ]);
  await client.end();
});

test('closing standard input ends it: answers under way are given, the session is ended', async () => {
  const { server, client } = await open();
  await client.greet();
  const last = client.ask('tools/call', { name: 'slow', arguments: { steps: 1, pause: 50 } });
  expect(await client.end()).toMatchObject({ exit: 0, stdout: '', stderr: '' });
  expect((await last).result).toBeDefined();
  expect(server.count('/mcp', 'DELETE')).toBe(1);
});

test('a reader that goes away ends it as well', async () => {
  const { server, client } = await open();
  await client.greet();
  client.output.destroy();
  expect((await client.done).exit).toBe(0);
  expect(server.count('/mcp', 'DELETE')).toBe(1);
});

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends the process: nothing is left', async (word) => {
  const authorization = keep(await authorizationServer());
  const server = keep(await sessionServer({ authorizationServers: [authorization] }));
  const config = configFile({ mcpServers: { notes: { url: server.mcpUrl } } });
  const { home, person } = desk(config);
  expect((await person('auth login notes')).exit).toBe(0);
  const { child, done, seen } = spawnCli(['--config-file', config, 'proxy', 'notes'], {
    home,
    env: { MCP_CLI_ENCRYPTION_KEY: KEY },
    keepsInput: true,
  });
  const request = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
  };
  child.stdin?.write(`${JSON.stringify(request)}\n`);
  await seen(/"serverInfo"/);
  child.kill(word);
  expect(await done).toMatchObject({ exit: 0, stderr: '' });
  expect(server.count('/mcp', 'DELETE')).toBe(1);
  const left = readdirSync(join(home, '.mcp_cli', 'tokens')).filter((name) => name.includes('lock'));
  expect(left).toEqual([]);
});

test('a stdio server is refused, and an unknown one is named', async () => {
  const config = configFile({ mcpServers: { notes: { command: 'node' } } });
  const client = piped({ home: newHome(), config });
  expect(await client.done).toMatchObject({ exit: 2, stderr: expect.stringContaining('nothing to bridge') });
});
