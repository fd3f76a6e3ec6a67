// A client of 2026-07-28 in front of a server of the revisions before: the session is kept here. What the server asks
// in the middle of a request becomes an answer that asks (`input_required`), and the request goes on when it is sent
// again.

import { setTimeout } from 'node:timers/promises';
import { goodbye } from '../session/farewell.ts';
import type { Call, Client } from './client.ts';
import type { Route } from './direct.ts';
import { type Flight, flights } from './flights.ts';
import { NEWER } from './handshake.ts';
import type { Link } from './link.ts';
import { listeners } from './listeners.ts';
import {
  type Answer,
  CLIENT_CAPABILITIES,
  CLIENT_INFO,
  type Id,
  LOG_LEVEL,
  METHOD_NOT_FOUND,
  metaOf,
  type Params,
  REVISION,
  SERVER_INFO,
} from './message.ts';

/** Their results say for how long they hold. */
const CACHED = /^(server\/discover|(tools|prompts|resources|resources\/templates)\/list|resources\/read)$/;
/** What has no place in 2026-07-28. */
const GONE = new Set([
  'initialize',
  'ping',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
]);
/** Milliseconds that a question may wait for the client to come back with the answer. */
const FORGOTTEN = 15 * 60_000;

/** What `server/discover` is answered with, from what the server said to `initialize`. Pure. */
export function discoverResult({ capabilities = {}, instructions, serverInfo, _meta }: Params): Params {
  return whole('server/discover', {
    supportedVersions: [NEWER],
    capabilities,
    ...(instructions !== undefined && { instructions }),
    _meta: { ...metaOf({ _meta }), [SERVER_INFO]: serverInfo },
  });
}

/** `initialized`: what the server said of itself. */
export function newerClientRoute(client: Client, link: Link, initialized: Params): Route {
  const under = flights();
  const heard = listeners(client, link, initialized.capabilities);
  let level: unknown;

  /** Ends with the answer, or with a question while the request goes on at the server. */
  async function settled(
    method: string,
    flight: Flight,
    params: Params | undefined,
    call: Call,
  ): Promise<Answer> {
    flight.called(metaOf(params).progressToken);
    call.signal.addEventListener(
      'abort',
      async () => {
        if (flight.remoteId !== undefined)
          await goodbye(link.notify('notifications/cancelled', { requestId: flight.remoteId }));
        flight.abandon();
      },
      { once: true },
    );
    const next = await flight.next(call.signal);
    if ('answer' in next) return completed(method, next.answer);
    const requestState = under.park(flight);
    void forget(requestState);
    return {
      result: { resultType: 'input_required', inputRequests: { [next.name]: next.question }, requestState },
    };
  }

  async function forget(requestState: string): Promise<void> {
    await setTimeout(FORGOTTEN, undefined, { ref: false });
    under.resume(requestState)?.abandon();
  }

  async function begin(method: string, params: Params | undefined, call: Call): Promise<Answer> {
    const { [LOG_LEVEL]: wanted, ...meta } = metaOf(params);
    if (wanted !== undefined && wanted !== level) {
      level = wanted;
      await link.request('logging/setLevel', { level: wanted });
    }
    const capabilities = meta[CLIENT_CAPABILITIES];
    for (const key of [REVISION, CLIENT_INFO, CLIENT_CAPABILITIES]) delete meta[key];
    const flight = under.start(method, capabilities, (signal, sent) =>
      link.request(method, params && { ...params, _meta: meta }, { signal, sent }),
    );
    return settled(method, flight, params, call);
  }

  return {
    async request({ method, params }, call) {
      if (GONE.has(method))
        return { error: { code: METHOD_NOT_FOUND, message: `Method not found: ${method}` } };
      if (method === 'server/discover') return { result: discoverResult(initialized) };
      if (method === 'subscriptions/listen') return heard.listen(call, params);
      const flight = under.resume(params?.requestState);
      if (!flight) return begin(method, params, call);
      flight.answered(params?.inputResponses);
      return settled(method, flight, params, call);
    },
    async notification({ method, params }) {
      if (method === 'notifications/cancelled') client.call(params?.requestId as Id)?.cancel();
    },
    heard(message, reply) {
      const { method, params } = message;
      if ('id' in message) return under.ask(message, reply);
      if (method === 'notifications/cancelled') return;
      if (method === 'notifications/progress') return client.tell(method, under.progress(params));
      if (!heard.told(method, params)) client.tell(method, params);
    },
    reopened: () => heard.restore(),
  };
}

function completed(method: string, answer: Answer): Answer {
  return 'result' in answer ? { result: whole(method, answer.result) } : answer;
}

/** A result with what every one has since 2026-07-28. Nothing is said to hold longer than it was asked for. */
function whole(method: string, result: Params): Params {
  return {
    resultType: 'complete',
    ...(CACHED.test(method) && { ttlMs: 0, cacheScope: 'private' }),
    ...result,
  };
}
