// A session that mends itself (see `mender`). Everything it throws is ours.

import type { Tool } from '@modelcontextprotocol/client';
import { type Connection, type ConnectOptions, connect } from './connect.ts';
import { shallow } from './depth.ts';
import { remembered, type Sent, sentWith, withoutEcho } from './echo.ts';
import { Doubt, isOutdated } from './memory.ts';
import { mender, type Repair } from './mend.ts';
import { hearNews } from './news.ts';
import { asPromised, unjudged } from './output-schema.ts';
import { openPatience } from './patience.ts';
import type { News, Session } from './session.ts';
import { openSurface } from './surface.ts';
import { translate } from './translate.ts';

/** @throws CliError of every kind; see translate */
export async function openSession(given: Omit<ConnectOptions, 'patience'>): Promise<Session> {
  const { entry, signal, timeout } = given;
  const patience = openPatience(timeout);
  const request = { signal, timeout };
  const sent = sentWith(entry);
  const options = { ...given, patience, sent, bearer: given.bearer && remembered(given.bearer, sent) };
  let connection = await mended(options, undefined, () => connect(options));
  const reopen = async () => {
    await connection.client.close();
    connection = await connect(options);
    if (heard) hearNews(connection.client, heard, request);
  };
  let heard: News | undefined;
  const run = <T>(work: (connection: Connection) => Promise<T>): Promise<T> =>
    mended(options, { reopen, refusal: () => connection.refusal() }, async () => {
      const used = connection;
      try {
        const result = await work(used);
        used.remembered = false;
        return result;
      } catch (error) {
        if (!used.remembered || !isOutdated(error)) throw error;
        await given.memory?.forget();
        await reopen();
        return work(connection);
      }
    });
  const { client } = connection;
  /** As they were listed last. */
  let tools: Tool[] = [];
  return {
    server: entry.name,
    protocol: client.getNegotiatedProtocolVersion() ?? 'unknown',
    serverInfo: client.getServerVersion(),
    instructions: client.getInstructions(),
    capabilities: client.getServerCapabilities() ?? {},
    async listTools() {
      tools = await run(async (connection) => shallow(await listTools(connection, request), entry.name));
      return tools;
    },
    callTool: (name, args, { signal: own, ...watching } = {}) =>
      run(async ({ client, listen }) => {
        const tool = tools.find((each) => each.name === name);
        const toolDefinition = unjudged(tool);
        await listen();
        const result = await patience.request(
          ({ options, meta }) =>
            client.callTool(
              { name, arguments: args, _meta: meta },
              { ...options, ...(toolDefinition && { toolDefinition }) },
            ),
          { signal: own ?? signal, ...watching },
        );
        return asPromised(shallow(result, entry.name), tool, entry.name);
      }),
    ping: () => run(({ client }) => ping(client, request)),
    hear(news) {
      heard = news;
      hearNews(connection.client, news, request);
    },
    close: () => connection.close(),
    ...openSurface(entry.name, run, request),
  };
}

type Request = { signal: AbortSignal; timeout: number };

/** Asking a server without tools makes the SDK write to stdout. */
async function listTools({ client, remembered }: Connection, request: Request): Promise<Tool[]> {
  if (!client.getServerCapabilities()?.tools) {
    if (remembered) throw new Doubt();
    return [];
  }
  const { tools } = await client.listTools(undefined, request);
  return tools;
}

/** The 2026-07-28 revision has no `ping`; asking what the server offers is its smallest round trip. */
async function ping(client: Connection['client'], request: Request): Promise<number> {
  const start = performance.now();
  if (client.getDiscoverResult()) await client.discover(request);
  else await client.ping(request);
  return performance.now() - start;
}

/** Does the work until it succeeds, or fails in a way that nothing more can be done about. */
async function mended<T>(
  options: ConnectOptions & { sent: Sent },
  repair: Repair | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const mend = mender(options, repair);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      await mend(error).catch((failure: unknown) => {
        throw withoutEcho(translate(failure, options.entry, options.signal), options.sent);
      });
    }
  }
}
