// What a server offers besides tools, for either SDK line: resources, templates, prompts, completion, messages it logs.
import { z } from 'zod';
import type { McpServerHandle } from './mcp-server.ts';

/** `updated` tells those who wait for updates of this resource. */
export type SurfaceServer = McpServerHandle & {
  updated(uri: string): Promise<void>;
  /** Tells everybody that the list of tools is another one. */
  changed(): Promise<void>;
};

/** A PNG's beginning: bytes that are no text. */
export const PICTURE = Buffer.from('89504e470d0a1a0a00ff', 'hex');

type Extra = {
  mcpReq?: { log(level: string, data: unknown, logger?: string): Promise<void> };
  sendNotification?(notification: object): Promise<void>;
};

/** The parts of an SDK line that its server class does not bring along. */
type Kit = {
  // biome-ignore lint/suspicious/noExplicitAny: two packages with classes of the same shape and different names
  ResourceTemplate: any;
  /** An optional text with proposals: the lines find them in different places. */
  proposed(values: string[]): z.ZodType;
};

const PAGES = ['north', 'south', 'southwest'];
const text = (value: string) => ({ role: 'user', content: { type: 'text', text: value } });

// biome-ignore lint/suspicious/noExplicitAny: the McpServer of either line
export function addSurface(server: any, { ResourceTemplate, proposed }: Kit): void {
  server.server.registerCapabilities({ resources: { subscribe: true }, logging: {} });
  server.registerResource(
    'readme',
    'memo://readme',
    { title: 'Read me', description: 'What this is\nand more', mimeType: 'text/plain', size: 12 },
    async (uri: URL) => ({ contents: [{ uri: uri.href, mimeType: 'text/plain', text: 'hello\nworld' }] }),
  );
  server.registerResource('logo', 'memo://logo', { mimeType: 'image/png' }, async (uri: URL) => ({
    contents: [{ uri: uri.href, mimeType: 'image/png', blob: PICTURE.toString('base64') }],
  }));
  server.registerResource('album', 'memo://album', {}, async () => ({
    contents: [
      { uri: 'memo://album/1', text: 'one\n' },
      { uri: 'memo://album/2', mimeType: 'image/png', blob: PICTURE.toString('base64') },
    ],
  }));
  server.registerResource(
    'page',
    new ResourceTemplate('memo://page/{id}', {
      list: undefined,
      complete: { id: (value: string) => PAGES.filter((page) => page.startsWith(value)) },
    }),
    { description: 'A page by its id', mimeType: 'text/plain' },
    async (uri: URL) => ({ contents: [{ uri: uri.href, text: `page ${uri.href}` }] }),
  );
  server.registerResource(
    'part',
    new ResourceTemplate('memo://part/{id}{?number}', { list: undefined }),
    {},
    async (uri: URL) => ({ contents: [{ uri: uri.href, text: uri.href }] }),
  );
  server.registerPrompt(
    'review',
    {
      title: 'Review',
      description: 'Asks for a review',
      argsSchema: z.object({
        text: z.string(),
        style: proposed(['short', 'sharp', 'long']),
      }).shape,
    },
    async ({ text: draft, style }: { text: string; style?: string }, extra: Extra) => {
      await log(extra, 'info', 'a review begins');
      await log(extra, 'warning', 'the draft is \u001b[31mred\u001b[0m');
      return {
        description: 'A review',
        messages: [
          text(`Review (${style ?? 'any'}): ${draft}`),
          { role: 'assistant', content: { type: 'image', mimeType: 'image/png', data: 'AAAA' } },
        ],
      };
    },
  );
  server.registerPrompt('greet', { description: 'Says hello' }, async () => ({ messages: [text('Hello')] }));
}

async function log({ mcpReq, sendNotification }: Extra, level: string, data: string): Promise<void> {
  if (mcpReq) return mcpReq.log(level, data, 'reviews');
  await sendNotification?.({ method: 'notifications/message', params: { level, data, logger: 'reviews' } });
}
