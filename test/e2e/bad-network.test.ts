// Servers that cannot be reached, or that answer with something else than what they are asked for.
import { describe, test } from 'vitest';
import { makeCertificate } from '../support/certificates.ts';
import { brokenJson, cut, empty, fault, hold, html } from '../support/faults.ts';
import { configFile } from '../support/home.ts';
import {
  answer,
  certificateFile,
  expiredCertificateFile,
  type Intercept,
  listen,
  redirect,
} from '../support/loopback.ts';
import { desk, keep } from '../support/scene.ts';
import { serveHttp, serveTcp } from '../support/servers.ts';
import { expectTold, type Told } from '../support/told.ts';

const LIST = ['--server', 'notes', 'tools', 'list', '--json'];

/** Where nothing listens. */
async function closedPort(): Promise<number> {
  const server = await listen(() => undefined);
  await server.close();
  return server.port;
}

/** A server that answers every request in this way. */
async function answering(reply: Intercept): Promise<Place> {
  const server = keep(await listen(() => undefined));
  server.intercept = reply;
  return { url: `${server.url}/mcp` };
}

async function speaking(words: string): Promise<Place> {
  const server = keep(await serveTcp((socket) => void socket.end(words)));
  return { url: `http://127.0.0.1:${server.port}/mcp` };
}

async function secured(tls: true | 'expired'): Promise<string> {
  return `${keep(await listen((_, response) => response.end(), { tls })).url}/mcp`;
}

type Place = { url: string; flags?: string[]; env?: Record<string, string> };

const everything = /./;

describe('an MCP server', () => {
  test.each<[string, () => Promise<Place>, Told]>([
    [
      'that is not running',
      async () => ({ url: `http://127.0.0.1:${await closedPort()}/mcp` }),
      { exit: 5, code: 'refused', says: /http:\/\/127\.0\.0\.1:\d+ refused/, hint: 'mcpServers.notes.url' },
    ],
    [
      'whose name does not exist',
      async () => ({ url: 'https://notes.invalid/mcp' }),
      { exit: 5, code: 'dns', says: 'https://notes.invalid', hint: 'mcpServers.notes.url' },
    ],
    [
      'at an address without a way to it',
      async () => ({ url: 'https://224.0.0.1/mcp' }),
      { exit: 5, code: 'unreachable', says: 'https://224.0.0.1', hint: /network|VPN/ },
    ],
    [
      'behind a proxy that is not there',
      async () => ({
        url: 'https://notes.invalid/mcp',
        env: { HTTPS_PROXY: `http://127.0.0.1:${await closedPort()}` },
      }),
      { exit: 5, code: 'proxy', hint: 'HTTPS_PROXY' },
    ],
    [
      'with a certificate of nobody known',
      async () => ({ url: await secured(true) }),
      { exit: 5, code: 'tls', says: 'DEPTH_ZERO_SELF_SIGNED_CERT', hint: '--ca-file' },
    ],
    [
      'with one that is over',
      async () => ({ url: await secured('expired'), flags: ['--ca-file', expiredCertificateFile] }),
      { exit: 5, code: 'tls', says: 'CERT_HAS_EXPIRED', hint: /renew.*clock/ },
    ],
    [
      'with one of another host',
      async () => {
        const other = makeCertificate('DNS:elsewhere.example');
        const server = keep(await serveHttp((_, response) => response.end(), other));
        return { url: `https://127.0.0.1:${server.port}/mcp`, flags: ['--ca-file', other.file] };
      },
      { exit: 5, code: 'tls', says: 'ALTNAME', hint: 'mcpServers.notes.url' },
    ],
    [
      'that does not speak TLS',
      async () => ({ url: (await speaking('')).url.replace('http:', 'https:') }),
      { exit: 5, code: 'reset', hint: 'does the server want http?' },
    ],
    [
      'that speaks TLS where http is configured',
      async () => ({ url: (await secured(true)).replace('https:', 'http:') }),
      { exit: 5, code: 'reset', hint: 'does the server want https?' },
    ],
    [
      'that speaks something else',
      () => speaking('SSH-2.0-OpenSSH_9.6\r\n'),
      { exit: 7, code: 'not_http', hint: 'mcpServers.notes.url' },
    ],
    ['that hangs up', () => answering(cut(everything)), { exit: 5, code: 'reset', hint: 'try again' }],
    [
      'that never answers',
      async () => ({ ...(await answering(hold(everything).intercept)), flags: ['--timeout', '200ms'] }),
      { exit: 5, code: 'timeout', hint: '--timeout' },
    ],
    [
      'in trouble',
      () => answering(empty(everything, 503)),
      { exit: 5, code: 'server_error', says: '503', hint: 'try again later' },
    ],
    [
      'that is a web site',
      () => answering(html(everything, 200)),
      { exit: 7, code: 'not_mcp', hint: /url.*\/mcp/ },
    ],
    [
      'at another path',
      () => answering(html(everything, 404)),
      { exit: 7, code: 'not_mcp', says: '404', hint: /url.*\/mcp/ },
    ],
    [
      'with broken JSON',
      () => answering(brokenJson(everything)),
      { exit: 7, code: 'not_mcp', hint: /url.*\/mcp/ },
    ],
    [
      'with an empty answer',
      () => answering(empty(everything, 200)),
      { exit: 7, code: 'not_mcp', hint: /url.*\/mcp/ },
    ],
    [
      'that has moved',
      () => answering(fault(everything, (response) => redirect(response, 'https://elsewhere.example/mcp'))),
      { exit: 7, code: 'not_mcp', says: '302', hint: /url/ },
    ],
  ])('%s', async (_, open, told) => {
    const { url, flags = [], env = {} } = await open();
    const { script } = desk(configFile({ mcpServers: { notes: { url } } }));
    expectTold(await script([...flags, ...LIST], { env }), { server: 'notes', ...told });
  });

  test('a CA file that is not there', async () => {
    const { script } = desk(configFile({ mcpServers: { notes: { url: await secured(true) } } }));
    const result = await script(['--ca-file', `${certificateFile}.none`, ...LIST]);
    expectTold(result, { exit: 3, code: 'ca_file', says: '.none', hint: '--ca-file' });
  });
});

// The SDK reports the same fault in another way on each transport and revision.
describe.each([
  ['legacy, Streamable HTTP', '/mcp', ['--protocol', 'legacy'], 'not_mcp'],
  ['2026-07-28 only', '/mcp', ['--protocol', 'modern'], 'negotiation_failed'],
  ['HTTP+SSE', '/sse', [], 'not_mcp'],
])('%s: a server', (_, path, flags, wrongPath) => {
  test.each<[string, () => Promise<Place>, Told]>([
    [
      'that is not running',
      async () => ({ url: `http://127.0.0.1:${await closedPort()}/mcp` }),
      { exit: 5, code: 'refused', hint: 'mcpServers.notes.url' },
    ],
    ['in trouble', () => answering(empty(everything, 503)), { exit: 5, code: 'server_error', hint: 'try' }],
    ['that is a web site', () => answering(html(everything, 200)), { exit: 7, code: 'not_mcp', hint: 'url' }],
    ['at another path', () => answering(html(everything, 404)), { exit: 7, code: wrongPath, hint: 'url' }],
    ['with broken JSON', () => answering(brokenJson(everything)), { exit: 7, code: 'not_mcp', hint: 'url' }],
    ['that hangs up', () => answering(cut(everything)), { exit: 5, code: 'reset', hint: 'try again' }],
  ])('%s', async (_, open, told) => {
    const { url } = await open();
    const config = configFile({ mcpServers: { notes: { url: url.replace('/mcp', path) } } });
    expectTold(await desk(config).script([...flags, ...LIST]), { server: 'notes', ...told });
  });
});

test('an event stream that would have the token sent elsewhere', async () => {
  const stream = 'event: endpoint\ndata: https://elsewhere.example/messages\n\n';
  const { url } = await answering(
    fault(everything, (response) => answer(response, 200, stream, 'text/event-stream')),
  );
  const config = configFile({ mcpServers: { notes: { url: url.replace('/mcp', '/sse') } } });
  const told = { exit: 7, code: 'invalid_answer', hint: 'url', server: 'notes' };
  expectTold(await desk(config).script(LIST), told);
});

describe('a stdio server', () => {
  test.each<[string, object, Told]>([
    [
      'that is not installed',
      { command: 'no-such-program-here' },
      { exit: 5, code: 'not_started', says: 'no-such-program-here', hint: 'mcpServers.notes.command' },
    ],
    [
      'that dies at once',
      { command: process.execPath, args: ['-e', 'console.error("no licence"); process.exit(3)'] },
      { exit: 5, code: 'not_started', hint: /no licence.*|mcpServers\.notes/s },
    ],
    [
      'that dies without a word',
      { command: process.execPath, args: ['-e', 'process.exit(0)'] },
      { exit: 5, code: 'not_started', hint: 'mcpServers.notes.command' },
    ],
    [
      'in a folder that is not there',
      { command: process.execPath, cwd: '/no/such/folder' },
      { exit: 5, code: 'not_started', hint: /mcpServers\.notes\.command, .*cwd/ },
    ],
  ])('%s', async (_, entry, told) => {
    const { script } = desk(configFile({ mcpServers: { notes: entry } }));
    expectTold(await script(LIST), { server: 'notes', ...told });
  });
});
