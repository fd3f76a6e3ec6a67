// Resources, prompts, skills and completion of one session.

import { ProtocolError as RpcError } from '@modelcontextprotocol/client';
import type { Connection } from './connect.ts';
import { shallow } from './depth.ts';
import { requireOffer } from './offer.ts';
import type { Surface } from './session.ts';
import { listSkills, readSkill } from './skills.ts';
import { watchResource } from './subscribe.ts';

type Run = <T>(work: (connection: Connection) => Promise<T>) => Promise<T>;

const METHOD_NOT_FOUND = -32601;

/** `run` does work on the connection that there is, and mends it. */
export function openSurface(
  server: string,
  run: Run,
  request: { signal: AbortSignal; timeout: number },
): Surface {
  const over = <T>(what: 'resources' | 'prompts' | 'completions', work: (c: Connection) => Promise<T>) =>
    run(async (connection) => {
      requireOffer(connection.client, server, what);
      return shallow(await work(connection), server);
    });
  const until = (signal: AbortSignal | undefined) => ({ ...request, signal: signal ?? request.signal });
  return {
    listResources: () =>
      over('resources', async ({ client }) => (await client.listResources(undefined, request)).resources),
    listResourceTemplates: () =>
      over('resources', async ({ client }) => {
        try {
          return (await client.listResourceTemplates(undefined, request)).resourceTemplates;
        } catch (error) {
          // A server that has resources only need not know of templates.
          if (RpcError.isInstance(error) && error.code === METHOD_NOT_FOUND) return [];
          throw error;
        }
      }),
    readResource: (uri, signal) =>
      over('resources', ({ client }) => client.readResource({ uri }, until(signal))),
    watchResource: (uri, told, signal) =>
      run((connection) => watchResource(connection, server, uri, told, { ...request, until: signal })),
    listPrompts: () =>
      over('prompts', async ({ client }) => (await client.listPrompts(undefined, request)).prompts),
    getPrompt: (name, args, signal) =>
      over('prompts', ({ client }) => client.getPrompt({ name, arguments: args }, until(signal))),
    complete: (ref, argument, given) =>
      over('completions', async ({ client }) => {
        const { completion } = await client.complete(
          { ref, argument, context: { arguments: given } },
          request,
        );
        return completion;
      }),
    listSkills: () => run(({ client }) => listSkills(client, server, request)),
    readSkill: (skill, file) => run(({ client }) => readSkill(client, server, skill, file, request)),
  };
}
