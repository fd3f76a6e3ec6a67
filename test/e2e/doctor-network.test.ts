// What the doctor sees on the way to a server: names, ports, certificates, proxies, and a server that says nothing.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { makeCertificate } from '../support/certificates.ts';
import { odd, type Report, reportOf, step } from '../support/doctor.ts';
import { certificateFile, listen } from '../support/loopback.ts';
import { notes } from '../support/person.ts';
import { freePort } from '../support/port.ts';
import { desk, keep } from '../support/scene.ts';
import { serveHttp } from '../support/servers.ts';

type Place = { url: string; flags?: string; env?: Record<string, string> };

async function examined({ url, flags = '', env = {} }: Place): Promise<Report> {
  const { script } = desk(notes({ url }));
  return reportOf(await script(`auth doctor notes --json ${flags}`.trim(), { env }));
}

/** How each step came out, of those that are named. */
function statuses(report: Report, ...names: string[]): string[] {
  return names.map((name) => step(report, name).status);
}

/** A server that asks nobody, over TLS. */
async function secure(tls: true | 'expired' = true): Promise<string> {
  const server = keep(await listen((_, response) => response.writeHead(404).end(), { tls }));
  return `${server.url}/mcp`;
}

/** Lets nobody through who does not say `user:secret`, and leads everybody to `port`. */
async function proxy(port: number, status = 200) {
  const seen: string[] = [];
  const server = createServer((_, response) => response.writeHead(500).end());
  server.on('connect', ({ url, headers }, socket) => {
    seen.push(`${url} ${Buffer.from(headers['proxy-authorization']?.slice(6) ?? '', 'base64')}`);
    socket.on('error', () => {});
    if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  keep({
    async close() {
      server.close();
      server.closeAllConnections();
    },
  });
  const address = server.address();
  return { seen, host: `127.0.0.1:${typeof address === 'object' ? address?.port : ''}` };
}

describe('the way to a server', () => {
  test('nobody listens', async () => {
    const report = await examined({ url: `http://127.0.0.1:${await freePort()}/mcp` });
    expect(odd(report)).toEqual(['tcp failed refused']);
    expect(step(report, 'tcp').fix).toContain('mcpServers.notes.url');
    expect(step(report, 'tls').seen).toBe('the server cannot be reached');
    // Neither rests on the server.
    expect(statuses(report, 'redirect', 'store')).toEqual(['passed', 'passed']);
  });

  test('the name is not there', async () => {
    const report = await examined({ url: 'https://notes.invalid/mcp' });
    expect(odd(report)).toEqual(['dns failed dns']);
    expect(statuses(report, 'tcp', 'tls', 'challenge', 'token', 'mcp')).toEqual(Array(5).fill('skipped'));
  });

  test('it speaks http on a port that was given as https', async () => {
    const server = keep(await listen((_, response) => response.end()));
    const report = await examined({ url: `${server.url.replace('http:', 'https:')}/mcp` });
    expect(odd(report)).toEqual(['tls failed tls']);
    expect(step(report, 'challenge').seen).toBe('there is no secure connection');
  });

  test('it takes the connection and says nothing: no step takes longer than its limit', {
    timeout: 40_000,
  }, async () => {
    const server = keep(await listen(() => new Promise(() => {})));
    const begun = performance.now();
    const report = await examined({ url: `${server.url}/mcp` });
    expect(odd(report)).toEqual(['challenge failed timeout']);
    expect(statuses(report, 'resource_metadata', 'token')).toEqual(['skipped', 'skipped']);
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  test('a server that hangs does not hide an authorization server that is known by another way', async () => {
    const port = await freePort();
    const { script } = desk(
      notes({ url: `http://127.0.0.1:${port}/mcp`, oauth: { issuer: `http://127.0.0.1:${port}` } }),
    );
    const report = reportOf(await script('auth doctor notes --json'));
    expect(odd(report)).toEqual(['tcp failed refused', 'server_metadata failed refused']);
  });
});

describe('certificates', () => {
  test('of nobody known, and with --ca-file', async () => {
    const url = await secure();
    const report = await examined({ url });
    expect(odd(report)).toEqual(['tls failed tls']);
    expect(step(report, 'tls')).toMatchObject({
      seen: expect.stringMatching(/SELF_SIGNED|UNABLE/),
      clause: 'RFC 9110 section 4.3.4',
      fix: expect.stringContaining('--ca-file'),
    });
    const trusted = await examined({ url, flags: `--ca-file ${certificateFile}` });
    expect(step(trusted, 'tls')).toMatchObject({ status: 'passed', seen: expect.stringMatching(/^TLSv1/) });
    expect(trusted.failed).toBe('challenge');
  });

  test('that is over, for another host, or about to end', async () => {
    const over = await examined({ url: await secure('expired') });
    expect(odd(over)).toEqual(['tls failed tls']);
    const elsewhere = makeCertificate('DNS:elsewhere.example');
    const soon = makeCertificate('DNS:localhost', 'IP:127.0.0.1');
    for (const certificate of [elsewhere, soon]) keep({ close: async () => certificate.remove() });
    const other = keep(await serveHttp((_, response) => response.end(), elsewhere));
    const wrong = await examined({
      url: `https://localhost:${other.port}/mcp`,
      flags: `--ca-file ${elsewhere.file}`,
    });
    expect(step(wrong, 'tls').fix).toContain('it is for another host');
    const dying = keep(await serveHttp((_, response) => response.writeHead(404).end(), soon));
    const warned = await examined({
      url: `https://localhost:${dying.port}/mcp`,
      flags: `--ca-file ${soon.file}`,
    });
    expect(odd(warned).slice(0, 2)).toEqual(['tls warning', 'challenge failed not_mcp']);
    expect(step(warned, 'tls').seen).toMatch(/good for [01] days only/);
  });

  test('a CA file that is none is a fault of the configuration', async () => {
    const report = await examined({ url: await secure(), flags: '--ca-file /nonexistent/ca.pem' });
    expect(report.steps.find(({ status }) => status === 'failed')).toMatchObject({
      step: 'tls',
      exit: 3,
      code: 'ca_file',
    });
  });
});

describe('a proxy', () => {
  test('leads to the server, and nobody is shown who we are to it', async () => {
    const certificate = makeCertificate('DNS:notes.example');
    keep({ close: async () => certificate.remove() });
    const server = keep(await serveHttp((_, response) => response.writeHead(404).end(), certificate));
    const { host, seen } = await proxy(server.port);
    const { script } = desk(notes({ url: 'https://notes.example/mcp' }));
    const env = { HTTPS_PROXY: `http://johndoe:proxy-secret-1@${host}` };
    const result = await script(['auth', 'doctor', 'notes', '--json', '--ca-file', certificate.file], {
      env,
    });
    const report = reportOf(result);
    expect(statuses(report, 'proxy', 'dns', 'tcp')).toEqual(['passed', 'passed', 'passed']);
    expect(step(report, 'tls').seen).toMatch(/^TLSv1/);
    expect(step(report, 'proxy').seen).toBe(`through http://${host} (HTTPS_PROXY)`);
    expect(seen[0]).toBe('notes.example:443 johndoe:proxy-secret-1');
    expect(result.stdout + result.stderr).not.toMatch(/johndoe|proxy-secret-1/);
  });

  test.each<[string, () => Promise<string>, string]>([
    ['that is not there', async () => `http://127.0.0.1:${await freePort()}`, 'tcp failed proxy'],
    ['that refuses', async () => `http://${(await proxy(1, 407)).host}`, 'tls failed proxy'],
    ['that is no URL', async () => 'socks5://127.0.0.1:1', 'proxy failed proxy'],
  ])('%s', async (_, url, told) => {
    const report = await examined({ url: 'https://notes.example/mcp', env: { HTTPS_PROXY: await url() } });
    expect(odd(report)).toEqual([told]);
  });
});
