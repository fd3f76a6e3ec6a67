// The tools of every test server, on either SDK line. Plain JavaScript, because stdio-server.mjs is started by node.
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

const text = (value) => ({ content: [{ type: 'text', text: value }] });

/** @type {import('./toolbox.d.mts').addTools} */
export function addTools(server, progressOf) {
  server.registerTool(
    'echo',
    {
      title: 'Echo',
      description: 'Says what it was told',
      inputSchema: z.object({ text: z.string() }),
      annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
    },
    async ({ text: said }) => text(said),
  );
  server.registerTool(
    'add',
    {
      title: 'Add',
      description: 'Adds two numbers',
      inputSchema: z.object({ a: z.number(), b: z.number() }),
      outputSchema: z.object({ sum: z.number() }),
      annotations: { readOnlyHint: true, idempotentHint: true },
    },
    async ({ a, b }) => ({ ...text(`${a + b}`), structuredContent: { sum: a + b } }),
  );
  server.registerTool(
    'slow',
    {
      description: 'Reports each of its steps, `pause` milliseconds apart',
      inputSchema: z.object({ steps: z.number().int().default(3), pause: z.number().default(5) }),
      annotations: { readOnlyHint: true },
    },
    async ({ steps, pause: between }, extra) => {
      const report = progressOf(extra);
      for (let step = 1; step <= steps; step++) {
        await report({ progress: step, total: steps, message: `step ${step}` });
        await pause(between);
      }
      return text(`${steps} steps`);
    },
  );
  server.registerTool(
    'fail',
    {
      description: 'Always answers isError',
      inputSchema: z.object({}),
      annotations: { destructiveHint: true },
    },
    async () => ({ ...text('it did not work'), isError: true }),
  );
  server.registerTool(
    'admin',
    {
      description: 'Needs a further scope where the server is protected',
      inputSchema: z.object({}),
      annotations: { destructiveHint: true, readOnlyHint: false },
    },
    async () => text('done as administrator'),
  );
}

/** How a tool reports progress on `@modelcontextprotocol/server` 2.x. */
export function modernProgress({ mcpReq }) {
  return reporter(mcpReq._meta, (notification) => mcpReq.notify(notification));
}

/** How a tool reports progress on `@modelcontextprotocol/sdk` 1.x. */
export function olderProgress({ _meta, sendNotification }) {
  return reporter(_meta, sendNotification);
}

function reporter(meta, notify) {
  const progressToken = meta?.progressToken;
  return async (progress) => {
    if (progressToken === undefined) return;
    await notify({ method: 'notifications/progress', params: { progressToken, ...progress } });
  };
}
