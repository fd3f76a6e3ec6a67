import { completable, type McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { type Notebook, PICTURE } from './notes.ts';

/** Notes to read, and words to start from. */
export function addLibrary(server: McpServer, notebook: Notebook): void {
  server.registerResource(
    'about',
    'notes://about',
    { title: 'About these notes', mimeType: 'text/markdown' },
    async ({ href }) => ({
      contents: [
        {
          uri: href,
          mimeType: 'text/markdown',
          text: `# Notes\n\n${notebook.all().length} notes of a sandbox.\n`,
        },
      ],
    }),
  );
  server.registerResource(
    'cup',
    'notes://cup.png',
    { title: 'A cup', mimeType: 'image/png', size: Buffer.from(PICTURE, 'base64').length },
    async ({ href }) => ({ contents: [{ uri: href, mimeType: 'image/png', blob: PICTURE }] }),
  );
  const ids = (text: string) => notebook.all().flatMap(({ id }) => (id.startsWith(text) ? [id] : []));
  server.registerResource(
    'note',
    new ResourceTemplate('notes://{id}', { list: undefined, complete: { id: ids } }),
    { title: 'One note', mimeType: 'text/plain' },
    async ({ href }, { id }) => {
      const note = notebook.find(String(id));
      if (!note) throw new Error('there is no such note');
      return { contents: [{ uri: href, mimeType: 'text/plain', text: `${note.title}\n\n${note.text}\n` }] };
    },
  );
  server.registerPrompt(
    'summarize',
    {
      title: 'Summarize a note',
      description: 'Words to begin with, for a model',
      argsSchema: z.object({ id: completable(z.string().describe('which note'), ids) }),
    },
    ({ id }) => ({
      messages: [
        {
          role: 'user' as const,
          content: {
            type: 'text' as const,
            text: `Summarize in one sentence:\n\n${notebook.find(id)?.text ?? 'There is no such note.'}`,
          },
        },
      ],
    }),
  );
}
