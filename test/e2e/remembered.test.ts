// What a server said of itself is not asked for again, and not believed any more once the server says otherwise.
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
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

/** Two servers, of which one is known by two accounts: three files. */
async function two() {
  const made = await scene({ others: { wiki: { url: 'https://wiki.test/mcp' } } });
  const { server } = made;
  const mcpServers = { notes: { url: server.mcpUrl }, wiki: { url: server.mcpUrl } };
  writeFileSync(made.config, JSON.stringify({ mcpServers }));
  for (const words of ['--server notes', '--server notes --account work', '--server wiki'])
    expect((await made.person(`${words} ${LIST}`)).exit).toBe(0);
  const folder = join(made.home, '.mcp_cli/servers');
  const names = () => readdirSync(folder).sort();
  expect(names()).toHaveLength(3);
  return { ...made, folder, names };
}

test.each([
  ['auth reset notes', 1],
  ['auth logout notes', 1],
  ['servers remove notes --yes', 1],
  ['auth reset --yes', 0],
])('after `%s`, %d is left', async (line, left) => {
  const { script, folder, names } = await two();
  const before = names();
  expect((await script(line)).exit).toBe(0);
  expect(names()).toHaveLength(left);
  // That of wiki is as good as before.
  expect(before).toEqual(expect.arrayContaining(names()));
  if (left === 0) return;
  const at = statSync(join(folder, names()[0] ?? '')).mtimeMs;
  expect((await script(`--server wiki ${LIST}`)).exit).toBe(0);
  expect(statSync(join(folder, names()[0] ?? '')).mtimeMs).toBe(at);
});

test('a server is forgotten by its name, also where it was taken out of the configuration', async () => {
  const { config, server, script, names } = await two();
  writeFileSync(config, JSON.stringify({ mcpServers: { wiki: { url: server.mcpUrl } } }));
  await script('auth reset notes');
  expect(names()).toHaveLength(1);
});

test('nothing is forgotten through a link', async () => {
  const { script, home, folder, names } = await two();
  const elsewhere = join(home, 'elsewhere');
  renameSync(folder, elsewhere);
  symlinkSync(elsewhere, folder);
  expect((await script('auth reset --yes')).exit).toBe(0);
  expect(names()).toHaveLength(3);
});

test('what nobody has used for a day goes when something else is kept', async () => {
  const { person, folder, names } = await two();
  const [first = '', second = ''] = names();
  const aged = (name: string, age: number) => {
    const then = new Date(Date.now() - age);
    utimesSync(join(folder, name), then, then);
  };
  aged(first, DAY + 60_000);
  aged(second, DAY - 60_000);
  mkdirSync(join(folder, 'a folder of somebody'));
  expect((await person(`--server notes --account third ${LIST}`)).exit).toBe(0);
  expect(names()).toHaveLength(4);
  expect(names()).not.toContain(first);
});
