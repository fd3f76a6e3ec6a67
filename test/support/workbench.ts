// Tools for the commands that call them: every type of argument, every kind of content, and one that never ends.
import type { CallToolResult, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { configFile } from './home.ts';
import type { McpServerHandle } from './mcp-server.ts';
import { modernServer } from './modern-server.ts';
import { desk, keep } from './scene.ts';

/** 67 bytes: the smallest PNG there is. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export type Workbench = ReturnType<typeof desk> & {
  server: McpServerHandle;
  /** The arguments of every call of `take`, as the tool got them. */
  taken: unknown[];
  /** Resolves when `endless` runs. */
  started: Promise<void>;
  /** Resolves when the server was told that nobody waits for `endless` any more. */
  cancelled: Promise<void>;
};

/** A server `bench` without protection, with its configuration and somebody who types at it. */
export async function workbench(): Promise<Workbench> {
  const taken: unknown[] = [];
  const [started, start] = event();
  const [cancelled, cancel] = event();
  const register = (server: McpServer) => {
    server.registerTool(
      'take',
      { description: 'Takes anything\nand says little', inputSchema: TAKES },
      async (args) => {
        taken.push(args);
        return text(JSON.stringify(args));
      },
    );
    server.registerTool('endless', { inputSchema: z.object({}) }, async (_, { mcpReq }) => {
      start();
      await new Promise<void>((resolve) => mcpReq.signal.addEventListener('abort', () => resolve()));
      cancel();
      return text('never');
    });
    for (const [name, result] of Object.entries(ANSWERS)) {
      server.registerTool(name, { inputSchema: z.object({}) }, async () => structuredClone(result));
    }
  };
  const server = keep(await modernServer({ register }));
  const config = configFile({ mcpServers: { bench: { url: server.mcpUrl } } });
  return { server, taken, started, cancelled, ...desk(config) };
}

const TAKES = z.object({
  text: z.string().optional().describe('What to say'),
  count: z.number().int().optional(),
  ratio: z.number().optional(),
  sure: z.boolean().optional(),
  tags: z.array(z.string()).optional(),
  sizes: z.array(z.number()).optional(),
  color: z.enum(['red', 'green']).optional(),
  deep: z.object({ level: z.number() }).optional(),
});

const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] });

const KINDS: CallToolResult['content'] = [
  { type: 'text', text: 'a picture:' },
  { type: 'image', mimeType: 'image/png', data: PNG },
  { type: 'audio', mimeType: 'audio/wav', data: Buffer.alloc(1500).toString('base64') },
  { type: 'resource_link', name: 'report', uri: 'file:///report.pdf', mimeType: 'application/pdf' },
  { type: 'resource', resource: { uri: 'file:///a.txt', mimeType: 'text/plain', text: 'inside' } },
  { type: 'resource', resource: { uri: 'file:///a.bin', mimeType: 'x/y', blob: 'AAEC' } },
];

const ANSWERS: Record<string, CallToolResult> = {
  kinds: { content: KINDS },
  nothing: { content: [] },
  structured: { content: [], structuredContent: { sum: 3, list: ['a'] } },
  both: { ...text('the sum is 3'), structuredContent: { sum: 3 } },
  broken: { ...text('it did not work'), isError: true },
  hostile: text('\u001b]0;title\u0007\u001b[2Jgone \u202Eback\r\nnext\tline'),
};

function event(): [Promise<void>, () => void] {
  let fire = () => {};
  const fired = new Promise<void>((resolve) => {
    fire = resolve;
  });
  return [fired, fire];
}
