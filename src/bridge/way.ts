// The way from one client to the server, whichever revisions the two speak.

import type { Bearer } from '../auth/bearer.ts';
import type { HttpEntry } from '../config/entry.ts';
import type { Client } from './client.ts';
import { changedLists, directRoute, type Route } from './direct.ts';
import {
  discover,
  type Era,
  envelope,
  type Greeting,
  greetAnew,
  initialize,
  initializeParams,
  type Self,
} from './handshake.ts';
import { type Link, openLink } from './link.ts';
import { CLIENT_CAPABILITIES, CLIENT_INFO, metaOf, type Params, type Request } from './message.ts';
import { discoverResult, newerClientRoute } from './newer-client.ts';
import { initializeResult, olderClientRoute } from './older-client.ts';

export type Way = {
  route: Route;
  /** What the client's own handshake is answered with. */
  result: Params;
  close(): Promise<void>;
};

export type WayOptions = {
  entry: HttpEntry;
  bearer: Bearer;
  client: Client;
  signal: AbortSignal;
  sent(): Set<string>;
  ready(): Promise<void>;
  trouble(error: unknown): void;
};

/**
 * `request` is the first one of a client of `era`, and says what it can do.
 * @throws Refused, or CliError
 */
export async function openWay(options: WayOptions, era: Era, request: Request): Promise<Way> {
  const { entry, client } = options;
  const self = selfOf(era, request);
  const session = era === 'older' ? (request.params ?? {}) : initializeParams(self);
  const meta = era === 'newer' ? metaOf(request.params) : envelope(self);
  const over = new AbortController();
  const way: { greeting?: Greeting; route?: Route } = {};
  const link = openLink({
    ...options,
    heard: (message, reply) => way.route?.heard(message, reply),
    async reopened() {
      if (era === 'older')
        for (const method of changedLists(way.greeting?.result.capabilities)) client.tell(method, undefined);
      await way.route?.reopened();
    },
    async greet(remote) {
      const again = way.greeting?.era;
      if (again === 'newer') return;
      if (again === 'older') await initialize(remote, session);
      else
        way.greeting = await greetAnew(remote, entry.protocol, era, {
          older: () => initialize(remote, session),
          newer: () => discover(remote, meta),
        });
      // A client of the older revisions says it itself, the first time.
      const isTold = way.greeting?.era === 'newer' || (again === undefined && era === 'older');
      if (!isTold) await remote.notify('notifications/initialized', undefined);
    },
  });
  const close = async () => {
    over.abort();
    await link.close();
  };
  try {
    await link.open();
  } catch (error) {
    await close();
    throw error;
  }
  // There is one after a handshake.
  const { era: theirs, result } = way.greeting as Greeting;
  const [route, own] = routed(
    { client, link, over: over.signal, entry },
    { era, theirs, result, request, meta },
  );
  way.route = route;
  return { route, result: own, close };
}

type Ends = { client: Client; link: Link; over: AbortSignal; entry: HttpEntry };
type Agreed = { era: Era; theirs: Era; result: Params; request: Request; meta: Params };

function routed(ends: Ends, { era, theirs, result, request, meta }: Agreed): [Route, Params] {
  const { client, link, over, entry } = ends;
  if (era === theirs) return [directRoute(client, link, era), result];
  if (era === 'newer') return [newerClientRoute(client, link, result), discoverResult(result)];
  const { capabilities } = result;
  return [
    olderClientRoute(client, link, { envelope: meta, capabilities, over }),
    initializeResult(request.params?.protocolVersion, result, entry.name),
  ];
}

function selfOf(era: Era, { params }: Request): Self {
  if (era === 'older') return { clientInfo: params?.clientInfo, capabilities: params?.capabilities };
  const meta = metaOf(params);
  return { clientInfo: meta[CLIENT_INFO], capabilities: meta[CLIENT_CAPABILITIES] };
}
