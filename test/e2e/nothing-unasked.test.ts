// No request that nobody asked for: every connection of the program is written down, below every library, and compared with
// who had to be asked.
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { newHome } from '../support/home.ts';
import { notes } from '../support/person.ts';
import { spawnCli } from '../support/process.ts';
import { type Scene, scene } from '../support/scene.ts';
import { watchSockets } from '../support/sockets-watch.mjs';

const places: string[] = [];
let unwatch = () => {};
beforeEach(() => {
  places.splice(0);
  unwatch = watchSockets(net, (place) => places.push(place));
});
afterEach(() => unwatch());

/** Whom the program connected to since the last time, each once. */
function asked(): string[] {
  return [...new Set(places.splice(0))].sort();
}

const hostOf = ({ url }: { url: string }) => new URL(url).host;

test('commands that need nobody connect to nobody', async () => {
  const config = notes({ url: 'https://notes.example/mcp', oauth: { issuer: 'https://auth.example' } });
  for (const line of [
    '--version',
    '--help',
    'servers list',
    'servers get notes',
    'auth status',
    'auth list',
    'token list',
    'token backends',
    'token keygen --force',
    'auth logout notes',
    'auth snippet curl notes',
    'completion bash',
    'auth reset --yes',
    'no-such-command',
  ]) {
    await runCli(['--config-file', config, ...line.split(' ')], { showsSecrets: true });
    expect({ line, asked: asked() }).toEqual({ line, asked: [] });
  }
});

test('a sign-in, calls, a renewal and a logout connect to the server and its authorization server', async () => {
  const { authorization, server, person, script } = await scene();
  const both = [hostOf(server), hostOf(authorization)].sort();
  // The browser is the test's own; what it opens besides is the program's listener.
  const others = () => asked().filter((place) => !both.includes(place));
  expect((await person('auth login notes')).exit).toBe(0);
  expect(others().length).toBeLessThanOrEqual(1);
  for (const [line, expected, clock = 0] of steps({ authorization, server })) {
    expect({ line, exit: (await script(line, { clock, showsSecrets: true })).exit }).toEqual({
      line,
      exit: 0,
    });
    expect({ line, asked: asked() }).toEqual({ line, asked: expected });
  }
});

function steps({
  authorization,
  server,
}: Pick<Scene, 'authorization' | 'server'>): [string, string[], number?][] {
  const [mcp, issuer] = [hostOf(server), hostOf(authorization)];
  return [
    ['tools list notes', [mcp]],
    ['tools call echo text=hi --server notes', [mcp]],
    ['ping notes', [mcp]],
    ['auth status notes', []],
    ['auth token notes', []],
    ['auth refresh notes', [issuer]],
    ['auth doctor notes', [mcp, issuer].sort()],
    ['auth logout notes', [issuer]],
  ];
}

test('nor does the program as it is started do more', async () => {
  const { server, config } = await scene({ server: { authorizationServers: [] } });
  const home = newHome();
  const log = join(home, 'sockets');
  const watching = { NODE_OPTIONS: `--import ${new URL('../support/sockets.mjs', import.meta.url).href}` };
  const env = { ...watching, SOCKETS_LOG: log };
  const { exit } = await spawnCli(['--config-file', config, 'tools', 'list', 'notes'], { home, env }).done;
  expect(exit).toBe(0);
  expect([...new Set(readFileSync(log, 'utf8').trim().split('\n'))]).toEqual([hostOf(server)]);
});
