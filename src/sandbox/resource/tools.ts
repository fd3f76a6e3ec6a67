import { setTimeout as delay } from 'node:timers/promises';
import {
  acceptedContent,
  inputRequired,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Notebook } from './notes.ts';

const note = z.object({ id: z.string(), title: z.string(), text: z.string() });

/** `changed` is told of a note that was added. */
export function addTools(server: McpServer, notebook: Notebook, changed: () => void): void {
  server.registerTool(
    'search_notes',
    {
      title: 'Search notes',
      description: 'Finds notes by a word in their title or text',
      inputSchema: z.object({ query: z.string().describe('a word; nothing finds all') }),
      outputSchema: z.object({ notes: z.array(note) }),
      annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
    },
    async ({ query }) => {
      const notes = notebook.search(query);
      return {
        ...said(notes.map(({ title, text }) => `${title}\n${text}`).join('\n\n') || 'Nothing.'),
        structuredContent: { notes },
      };
    },
  );
  addWhoami(server);
  server.registerTool(
    'add_note',
    {
      title: 'Add a note',
      description: 'Adds a note. Needs the scope notes:write, which a sign-in does not ask for by itself',
      inputSchema: z.object({ title: z.string().min(1).max(100), text: z.string().max(2000) }),
      annotations: { readOnlyHint: false, destructiveHint: false },
    },
    async ({ title, text }) => {
      const { id } = notebook.add(title, text);
      changed();
      return said(`Added as notes://${id}`);
    },
  );
  server.registerTool(
    'count_slowly',
    {
      title: 'Count slowly',
      description: 'Counts to a number, and reports each step',
      inputSchema: z.object({
        to: z.number().int().min(1).max(1000).default(5),
        pause: z.number().int().min(0).max(10_000).default(200).describe('milliseconds between two steps'),
      }),
      annotations: { readOnlyHint: true },
    },
    async ({ to, pause }, context) => {
      for (let step = 1; step <= to; step++) {
        await report(context, step, to);
        await delay(pause, undefined, { signal: context.mcpReq.signal });
      }
      return said(`Counted to ${to}`);
    },
  );
  const trip = z.object({ destination: z.string().min(1), days: z.number().int().min(1).max(60) });
  server.registerTool(
    'plan_trip',
    {
      title: 'Plan a trip',
      description: 'Asks where to and for how long, and writes a list of what to pack',
      inputSchema: z.object({}),
      annotations: { readOnlyHint: true },
    },
    async (_, context) => {
      const wish = acceptedContent(context.mcpReq.inputResponses, 'trip', trip);
      if (context.mcpReq.inputResponses?.trip && !wish) return said('No trip, then.');
      if (!wish) {
        const question = inputRequired.elicit({
          message: 'Where to, and for how long?',
          requestedSchema: trip,
        });
        return inputRequired({ inputRequests: { trip: question } });
      }
      const { destination, days } = wish;
      return said(`${destination}, ${days} days: passport, charger, ${Math.ceil(days / 2)} shirts, a book.`);
    },
  );
}

function addWhoami(server: McpServer): void {
  server.registerTool(
    'whoami',
    {
      title: 'Who am I',
      description:
        'Says what the server knows of whoever calls: subject, client, scopes, and when the token ends',
      inputSchema: z.object({}),
      outputSchema: z.object({
        subject: z.string(),
        clientId: z.string(),
        scopes: z.array(z.string()),
        expiresAt: z.iso.datetime(),
      }),
      annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
    },
    async (_, { http }) => {
      const { clientId, scopes = [], expiresAt = 0, extra } = http?.authInfo ?? {};
      if (clientId === undefined) return { ...said('Nobody that is known here.'), isError: true };
      const subject = String(extra?.subject);
      const until = new Date(expiresAt * 1000).toISOString();
      return {
        ...said(`${subject}, by ${clientId}, for ${scopes.join(' ')}, until ${until}`),
        structuredContent: { subject, clientId, scopes, expiresAt: until },
      };
    },
  );
}

function said(text: string) {
  return { content: [{ type: 'text' as const, text }] };
}

async function report({ mcpReq }: ServerContext, progress: number, total: number): Promise<void> {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return;
  const params = { progressToken, progress, total, message: `${progress} of ${total}` };
  await mcpReq.notify({ method: 'notifications/progress', params });
}
