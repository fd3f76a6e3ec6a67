// --quiet, for shells: stdout has the result alone, stderr what has to be acted on.
import type { McpServer } from '@modelcontextprotocol/server';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { configFile } from '../support/home.ts';
import { modernSurfaceServer } from '../support/modern-server.ts';
import { desk, keep } from '../support/scene.ts';

async function bench() {
  const answers: Record<string, object> = {
    plain: { content: [{ type: 'text', text: 'a' }] },
    mixed: {
      content: [
        { type: 'text', text: 'a\n' },
        { type: 'image', mimeType: 'image/png', data: 'AAAA' },
        { type: 'text', text: 'b \u001b[31m' },
      ],
    },
    wrong: { content: [{ type: 'text', text: 'no' }], isError: true },
    image: { content: [{ type: 'image', mimeType: 'image/png', data: 'AAAA' }] },
    number: { content: [], structuredContent: { n: 1 } },
  };
  const register = (server: McpServer) => {
    for (const [name, answer] of Object.entries(answers))
      server.registerTool(name, { inputSchema: z.object({}) }, async () => structuredClone(answer) as never);
  };
  const server = keep(await modernSurfaceServer({ register }));
  const none = keep(await modernSurfaceServer());
  const mcpServers = { bench: { url: server.mcpUrl }, other: { url: none.mcpUrl } };
  return desk(configFile({ mcpServers }));
}

test.each([
  ['plain', 0, 'a\n'],
  ['mixed', 0, 'a\nb \u001b[31m\n'],
  ['wrong', 8, 'no\n'],
  ['image', 0, ''],
  ['number', 0, '{"n":1}\n'],
])('`tools call %s` prints the text alone', async (tool, exit, stdout) => {
  const { script } = await bench();
  const result = await script(`--server bench tools call ${tool} --quiet`);
  expect({ exit: result.exit, stdout: result.stdout }).toEqual({ exit, stdout });
  expect(result.stderr).toBe(exit === 0 ? '' : 'error: wrong answered with an error\n');
});

test('on a terminal the text is safe', async () => {
  const { person } = await bench();
  const result = await person('--server bench tools call mixed --quiet', { terminal: { stdout: true } });
  expect(result.stdout).not.toContain('\u001b');
  expect(result.stdout).toContain('b ');
});

test.each([
  ['tools list bench', /^echo\nadd\n(.+\n)*number\n$/],
  ['resources list bench', /^memo:\/\/readme\n/],
  ['resources templates bench', /^memo:\/\/page\/\{id\}\n/],
  ['prompts list bench', /^review\n/],
  ['prompts list bench,other', /^bench\treview\n(.+\n)*other\treview\n/],
  ['servers list', /^bench\nother\n$/],
  ['token list', /^$/],
])('`%s` is names alone', async (line, names) => {
  const { script } = await bench();
  const result = await script(`${line} --quiet`);
  expect(result).toMatchObject({ exit: 0, stderr: '' });
  expect(result.stdout).toMatch(names);
  expect(result.stdout).not.toMatch(/DESCRIPTION|^No /);
});

test('what was done is said by the exit code', async () => {
  const { script } = await bench();
  const quiet = async (line: string, stdin?: string) => {
    const { exit, stdout, stderr } = await script(`${line} --quiet`, stdin === undefined ? {} : { stdin });
    return { exit, stdout, stderr };
  };
  const silent = { exit: 0, stdout: '', stderr: '' };
  expect(await quiet('token set weather', 'a-key-of-the-weather')).toEqual(silent);
  expect(await quiet('token list')).toEqual({ ...silent, stdout: 'bearer:weather\n' });
  expect(await quiet('token delete weather')).toEqual(silent);
  expect(await quiet('token clear --yes')).toEqual(silent);
  expect(await quiet('auth reset bench')).toEqual(silent);
});
