// What a server said of itself is not asked for again, and not believed any more once the server says otherwise.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import type { Hit } from '../support/loopback.ts';
import type { McpOptions } from '../support/mcp-server.ts';
import { modernServer } from '../support/modern-server.ts';
import { notes } from '../support/person.ts';
import { desk, keep, scene } from '../support/scene.ts';
import { sessionServer } from '../support/session-server.ts';

const LIST = 'tools list --json';
const DAY = 24 * 3_600_000;

const modernOnly = (options: McpOptions) => modernServer({ ...options, modernOnly: true });

const said = ({ json, method }: Hit) => (json as { method?: string })?.method ?? method;

/** After a first command, and what the second one asks. */
async function warm() {
  // Long enough for clocks that are a day ahead.
  const made = await scene();
  made.authorization.behaviour.accessTokenTtl = 100_000;
  expect((await made.person(LIST)).exit).toBe(0);
  const folder = join(made.home, '.mcp_cli/servers');
  const [name = ''] = readdirSync(folder);
  const file = join(folder, name);
  const asked = async (words = LIST, options = {}) => {
    const at = made.server.log.length;
    const result = await made.script(words, options);
    return { result, said: made.server.log.slice(at).map(said) };
  };
  return { ...made, file, asked };
}

test('is kept in a private file, without the token', async () => {
  const { file, asked } = await warm();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).not.toMatch(/bearer|token/i);
  expect((await asked()).said).toEqual(['tools/list']);
});

test('for a day', async () => {
  const { asked } = await warm();
  expect((await asked(LIST, { clock: DAY - 60_000 })).said).toEqual(['tools/list']);
  expect((await asked(LIST, { clock: DAY + 60_000 })).said).toEqual(['server/discover', 'tools/list']);
});

test.each([
  ['no JSON', () => '{'],
  ['no answer of any server', (text: string) => text.replace('"supportedVersions"', '"other"')],
  ['of a revision that nobody knows', (text: string) => text.replace('2026-07-28', '2099-01-01')],
  ['without tools', (text: string) => text.replace('"tools"', '"nothing"')],
])('a file that is %s is as good as none', async (_, change) => {
  const { file, asked } = await warm();
  const before = readFileSync(file, 'utf8');
  // A URL can have a key in it.
  expect(before).not.toContain('/mcp');
  expect(change(before)).not.toBe(before);
  writeFileSync(file, change(before));
  const { result, said } = await asked();
  expect(result).toMatchObject({ exit: 0, stderr: '' });
  expect(JSON.parse(result.stdout).tools).not.toEqual([]);
  expect(said).toEqual(['server/discover', 'tools/list']);
  expect((await asked()).said).toEqual(['tools/list']);
});

test.each([
  [
    'went back to an older one',
    sessionServer,
    ['initialize', 'notifications/initialized', 'tools/list', 'DELETE'],
  ],
  ['left all older ones', modernOnly, ['tools/list']],
])('a server that %s is asked anew', async (_, open, then) => {
  const authorization = keep(await authorizationServer());
  const server = keep(await open({ authorizationServers: [authorization] }));
  const { home, person, script } = desk(notes({ url: server.mcpUrl }));
  expect((await person(LIST)).exit).toBe(0);
  const folder = join(home, '.mcp_cli/servers');
  const file = join(folder, readdirSync(folder)[0] ?? '');
  const now = JSON.parse(readFileSync(file, 'utf8'));
  const { file: modern } = await warm();
  const before = open === modernOnly ? { kind: 'legacy' } : JSON.parse(readFileSync(modern, 'utf8')).known;
  writeFileSync(file, JSON.stringify({ ...now, known: before }));
  expect(await script(LIST)).toMatchObject({ exit: 0, stderr: '' });
  const at = server.log.length;
  expect(await script(LIST)).toMatchObject({ exit: 0, stderr: '' });
  expect(server.log.slice(at).map(said)).toEqual(then);
  expect(JSON.parse(readFileSync(file, 'utf8')).known.kind).toBe(now.known.kind);
});
