// `mcp-cli proxy` as a real process between clients of both SDK lines and protected servers of both eras.
import { ElicitRequestSchema, ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { type Behind, MODERN, newerClient, olderClient } from '../support/bridge.ts';
import { configFile } from '../support/home.ts';
import { modernSurfaceServer } from '../support/modern-server.ts';
import { addOlderQuestions, addQuestions } from '../support/questions.mjs';
import { desk, keep } from '../support/scene.ts';
import { sessionSurfaceServer } from '../support/session-server.ts';
import type { SurfaceServer } from '../support/surface.ts';

type Tell = (word: string) => void;

const SERVERS = {
  '2026-07-28': (options: object, tell: Tell) =>
    modernSurfaceServer({ ...options, modernOnly: true, register: (it) => addQuestions(it, tell) }),
  '2025 with sessions': (options: object, tell: Tell) =>
    sessionSurfaceServer({ ...options, tools: (it) => addOlderQuestions(it, tell) }),
};

type Scene = Behind & { server: SurfaceServer; told: string[]; heard(word: string): Promise<void> };

async function at(kind: keyof typeof SERVERS): Promise<Scene> {
  const told: string[] = [];
  const waiting: (() => void)[] = [];
  const authorization = keep(await authorizationServer());
  const tell = (word: string) => {
    told.push(word);
    for (const look of waiting) look();
  };
  const server = keep(await SERVERS[kind]({ authorizationServers: [authorization] }, tell));
  const config = configFile({ mcpServers: { notes: { url: server.mcpUrl } } });
  const { home, person } = desk(config);
  expect((await person('auth login notes')).exit).toBe(0);
  server.log.splice(0);
  const heard = (word: string) =>
    new Promise<void>((resolve) => {
      const look = () => told.includes(word) && resolve();
      waiting.push(look);
      look();
    });
  return { home, config, server, told, heard };
}

/** What a test does with a client of either line. */
type Person = {
  name: string;
  capabilities(): unknown;
  tools(): Promise<string[]>;
  call(name: string, args: object, options?: Options): Promise<{ content: unknown; isError?: boolean }>;
  read(uri: string): Promise<unknown>;
  prompt(name: string, args: Record<string, string>): Promise<unknown>;
  complete(value: string): Promise<string[]>;
  resources(): Promise<string[]>;
  /** Resolves once an update was heard; `ready` when the server knows that it is waited for. */
  watch(uri: string): Promise<{ updated: Promise<string> }>;
};

type Options = { signal?: AbortSignal; onprogress?(progress: { message?: string | undefined }): void };

const ANSWER = { action: 'accept' as const, content: { colour: 'red' } };
const asked: string[] = [];
afterEach(() => void asked.splice(0));

async function current(scene: Behind, modern: boolean): Promise<Person> {
  const { client } = await newerClient(
    scene,
    { ...(modern && MODERN), capabilities: { elicitation: { form: {} } } },
    (made) =>
      made.setRequestHandler('elicitation/create', async ({ params }) => {
        asked.push(params.message);
        return ANSWER;
      }),
  );
  return {
    name: 'current',
    capabilities: () => client.getServerCapabilities(),
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: (name, args, options) => client.callTool({ name, arguments: { ...args } }, options) as never,
    read: (uri) => client.readResource({ uri }),
    prompt: (name, args) => client.getPrompt({ name, arguments: args }),
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    complete: async (value) =>
      (
        await client.complete({
          ref: { type: 'ref/prompt', name: 'review' },
          argument: { name: 'style', value },
        })
      ).completion.values,
    async watch(uri) {
      const updated = new Promise<string>((resolve) =>
        client.setNotificationHandler('notifications/resources/updated', ({ params }) => resolve(params.uri)),
      );
      if (modern) await client.listen({ resourceSubscriptions: [uri] });
      else await client.subscribeResource({ uri });
      return { updated };
    },
  };
}

async function maintenance(scene: Behind): Promise<Person> {
  const { client } = await olderClient(scene, { capabilities: { elicitation: { form: {} } } }, (made) =>
    made.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
      asked.push(params.message);
      return ANSWER;
    }),
  );
  return {
    name: 'maintenance',
    capabilities: () => client.getServerCapabilities(),
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: (name, args, options) =>
      client.callTool({ name, arguments: { ...args } }, undefined, options) as never,
    read: (uri) => client.readResource({ uri }),
    prompt: (name, args) => client.getPrompt({ name, arguments: args }),
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    complete: async (value) =>
      (
        await client.complete({
          ref: { type: 'ref/prompt', name: 'review' },
          argument: { name: 'style', value },
        })
      ).completion.values,
    async watch(uri) {
      const updated = new Promise<string>((resolve) =>
        client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => resolve(params.uri)),
      );
      await client.subscribeResource({ uri });
      return { updated };
    },
  };
}

const CLIENTS = {
  'the current line, 2026-07-28': (scene: Behind) => current(scene, true),
  'the current line, 2025-11-25': (scene: Behind) => current(scene, false),
  'the maintenance line': maintenance,
};

const FORM = {
  mode: 'form',
  message: 'Which one?',
  requestedSchema: { type: 'object', properties: { colour: { type: 'string' } }, required: ['colour'] },
};

const ROWS = Object.keys(CLIENTS).flatMap((client) =>
  Object.keys(SERVERS).map(
    (server) => ({ client, server }) as { client: keyof typeof CLIENTS; server: keyof typeof SERVERS },
  ),
);

describe.each(ROWS)('$client, with a server of $server', ({ client: kind, server: era }) => {
  test('lists, calls, reads, prompts, completes, hears of progress and updates, answers, and cancels', async () => {
    const scene = await at(era);
    const client = await CLIENTS[kind](scene);
    expect(client.capabilities()).toMatchObject({ resources: { subscribe: true }, logging: {} });
    expect(await client.tools()).toEqual(expect.arrayContaining(['echo', 'ask', 'wait']));
    expect((await client.call('echo', { text: 'hëllo' })).content).toEqual([{ type: 'text', text: 'hëllo' }]);
    expect((await client.call('fail', {})).isError).toBe(true);
    expect(await client.resources()).toContain('memo://readme');
    expect(await client.read('memo://readme')).toMatchObject({ contents: [{ text: 'hello\nworld' }] });
    expect(await client.prompt('greet', {})).toMatchObject({ messages: [{ role: 'user' }] });
    expect(await client.complete('sh')).toEqual(['short', 'sharp']);

    const steps: unknown[] = [];
    // Both lines forget who waits for progress when the result is read in the same piece: the last step may get lost there.
    await client.call('slow', { steps: 3, pause: 100 }, { onprogress: ({ message }) => steps.push(message) });
    expect(steps.slice(0, 2)).toEqual(['step 1', 'step 2']);

    const { content } = await client.call('ask', { questions: [FORM, { ...FORM, message: 'And then?' }] });
    expect(asked).toEqual(['Which one?', 'And then?']);
    expect(JSON.parse((content as { text: string }[])[0]?.text ?? '')).toEqual([ANSWER, ANSWER]);

    const { updated } = await client.watch('memo://readme');
    await until(async () => scene.server.updated('memo://readme'), updated);
    expect(await updated).toBe('memo://readme');

    const abort = new AbortController();
    const waiting = client.call('wait', {}, { signal: abort.signal });
    await scene.heard('called');
    abort.abort();
    await expect(waiting).rejects.toThrow();
    await scene.heard('aborted');
    expect(await client.tools()).toContain('echo');
  });
});

/** Does it until `done`: the subscription may be on its way to the server. */
async function until(act: () => Promise<void>, done: Promise<unknown>): Promise<void> {
  let over = false;
  void done.then(() => {
    over = true;
  });
  while (!over) {
    await act();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
