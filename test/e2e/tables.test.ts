// Every table of the program: within the terminal, and whole in a pipe. Needs dist (npm run build).
import { PassThrough } from 'node:stream';
import type { McpServer } from '@modelcontextprotocol/server';
import { memorySkillFiles, SkillsExtension } from '@modelcontextprotocol/server/ext/skills';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { width } from '../../src/ui/width.ts';
import { authorizationServer } from '../support/authorization-server.ts';
import { configFile } from '../support/home.ts';
import { modernServer, modernSurfaceServer } from '../support/modern-server.ts';
import { desk, keep } from '../support/scene.ts';
import { KEY } from '../support/store.ts';
import { ptyCli } from '../support/terminal.ts';

/** With what is bold in words, and lines as a file has them. */
const readable = (shown: string) =>
  shown.replaceAll('\u001b[1m', '<b>').replaceAll('\u001b[22m', '</b>').replaceAll('\r\n', '\n');

const ABOUT = 'メモを検索して一覧を返します 👩‍💻 and says what it found, in more words than fit into a line';

const register = (server: McpServer) => {
  server.registerTool('search', { description: ABOUT, inputSchema: z.object({}) }, async () => ({
    content: [],
  }));
  const inputSchema = z.object({ query: z.string().describe(ABOUT), limit: z.number().optional() });
  server.registerTool('日本語の検索', { description: 'short', inputSchema }, async () => ({ content: [] }));
};

/** `open` has tools, `full` the rest, `skilled` skills, `locked` a sign-in; two cannot be used. */
async function shop() {
  const open = keep(await modernServer({ register }));
  const full = keep(await modernSurfaceServer());
  const skill =
    '---\nname: tidy\ndescription: Keeps things tidy, in more words than there is room for\n---\n';
  const catalog = await SkillsExtension.load(memorySkillFiles({ 'tidy/SKILL.md': skill }));
  const skilled = keep(await modernServer({ register: (made: McpServer) => catalog.attach(made) }));
  const authorization = keep(await authorizationServer());
  const locked = keep(await modernServer({ authorizationServers: [authorization] }));
  const config = configFile({
    mcpServers: {
      open: { url: open.mcpUrl },
      full: { url: full.mcpUrl },
      skilled: { url: skilled.mcpUrl },
      locked: { url: locked.mcpUrl },
      メモ: { url: `https://notes.example/${'long/'.repeat(40)}` },
      files: {
        command: 'npx',
        args: ['-y', '@modelcontextprotocol/server-filesystem', '/tmp'],
        disabled: true,
      },
      broken: { url: 7 },
    },
  });
  const made = desk(config);
  expect((await made.person('auth login locked')).exit).toBe(0);
  return { config, ...made };
}

const TABLES = [
  'auth status',
  'auth list',
  'servers list',
  'tools list open',
  'tools describe 日本語の検索 --server open',
  'resources list full',
  'resources templates full',
  'prompts list full',
  'skills list skilled',
  'ping open',
  'sandbox --list-faults',
];

test('every table keeps to 80 and to 40 columns, and is whole in a pipe', async () => {
  const { script } = await shop();
  for (const line of TABLES) {
    const piped = await script(line);
    expect(piped).toMatchObject({ exit: 0, stdout: expect.not.stringContaining('…') });
    for (const columns of [80, 40]) {
      const stdout = { isTTY: true, columns, stream: new PassThrough() };
      const shown = await script(line, { deps: { stdout } });
      expect(shown.exit).toBe(0);
      for (const each of readable(shown.stdout).split('\n')) {
        expect(width(each.replace(/^<b>|<\/b>$/g, '')), `${line}: ${each}`).toBeLessThanOrEqual(columns);
        // No sequence is cut, or left open by the end of a line.
        expect(each).not.toContain('\u001b');
        expect(each.includes('<b>')).toBe(each.endsWith('</b>'));
      }
    }
  }
});

test('at a terminal of 80 columns, a description is cut between characters', async () => {
  const { config, home } = await shop();
  const line = ['--config-file', config, 'tools', 'list', 'open'];
  const { exit, shown } = await ptyCli(line, { home, columns: 80 }).done;
  expect(exit).toBe(0);
  expect(readable(shown)).toBe(
    [
      '<b>TOOL          DESCRIPTION</b>',
      'search        メモを検索して一覧を返します 👩‍💻 and says what it found, in more w…',
      '日本語の検索  short',
      '',
    ].join('\n'),
  );
});

test('at a terminal of 40 columns, what does not fit side by side is a block', async () => {
  const { config, home } = await shop();
  const line = ['--config-file', config, 'auth', 'status', 'locked', 'open'];
  const env = { MCP_CLI_ENCRYPTION_KEY: KEY };
  const { exit, shown } = await ptyCli(line, { home, env, columns: 40 }).done;
  expect(exit).toBe(4);
  const [first, second] = readable(shown).split('\n\n');
  expect(first).toMatch(
    /^<b>locked<\/b>\n {2}STATE {4}signed in\n {2}EXPIRES {2}in .+\n {2}STORE {4}encrypted\n {2}SCOPE {4}.+\n {2}ISSUER {3}http:.+$/,
  );
  expect(second).toMatch(/^<b>open<\/b>\n {2}STATE {4}not signed in\nerror: /);
});
