// A client of the revisions up to 2025-11-25 in front of a server of 2026-07-28: the session that the client believes
// in is kept here, the server gets requests that stand for themselves.

import { setTimeout } from 'node:timers/promises';
import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/client';
import { isObject } from '../json-object.ts';
import type { Call, Client } from './client.ts';
import type { Route } from './direct.ts';
import { initializeParams } from './handshake.ts';
import { toolHeaders } from './headers.ts';
import type { Link } from './link.ts';
import {
  type Answer,
  type Id,
  LOG_LEVEL,
  METHOD_NOT_FOUND,
  metaOf,
  type Params,
  SERVER_INFO,
  SUBSCRIPTION,
} from './message.ts';
import { passCall } from './pass.ts';

/** Rounds of questions of one request. */
const MOST_ROUNDS = 20;
/** Milliseconds until a subscription that ended is opened again, at first and at most. */
const PAUSES = { first: 1000, longest: 30_000 };

/** What `initialize` is answered with, from what the server says of itself. Pure. */
export function initializeResult(asked: unknown, discovered: Params, server: string): Params {
  const { capabilities = {}, instructions } = discovered;
  const known = typeof asked === 'string' && SUPPORTED_PROTOCOL_VERSIONS.includes(asked);
  return {
    protocolVersion: known ? asked : initializeParams({ clientInfo: {}, capabilities: {} }).protocolVersion,
    capabilities,
    serverInfo: metaOf(discovered)[SERVER_INFO] ?? { name: server, version: 'unknown' },
    ...(instructions !== undefined && { instructions }),
  };
}

/** `envelope`: what every request says of the client. `capabilities`: the server's. `over`: the client has gone. */
export function olderClientRoute(
  client: Client,
  link: Link,
  { envelope, capabilities, over }: { envelope: Params; capabilities: unknown; over: AbortSignal },
): Route {
  const headers = toolHeaders();
  let level: unknown;
  const watched = subscription(link, envelope, capabilities, over);

  async function ask(method: string, params: Params | undefined, call: Call): Promise<Answer> {
    let more: Params = {};
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const meta = { ...metaOf(params), ...envelope, ...(level !== undefined && { [LOG_LEVEL]: level }) };
      const answer = await passCall(link, headers, method, { ...params, ...more, _meta: meta }, call);
      if (!('result' in answer)) return answer;
      const { resultType, ...result } = answer.result;
      if (resultType === 'complete') return { result };
      if (resultType !== 'input_required') return answer;
      const { inputRequests, requestState } = result;
      const asked = await answersOf(client, inputRequests, call.signal);
      if ('error' in asked) return asked;
      more = { inputResponses: asked.result, ...(requestState !== undefined && { requestState }) };
    }
    return { error: { code: -32603, message: 'the server asks too much for one request' } };
  }

  return {
    async request({ method, params }, call) {
      if (method === 'ping') return { result: {} };
      if (method === 'logging/setLevel') {
        level = params?.level;
        return { result: {} };
      }
      if (method === 'resources/subscribe' || method === 'resources/unsubscribe') {
        watched.change(method === 'resources/subscribe', String(params?.uri));
        return { result: {} };
      }
      return ask(method, params, call);
    },
    async notification({ method, params }) {
      if (method === 'notifications/initialized') watched.begin();
      if (method === 'notifications/cancelled') client.call(params?.requestId as Id)?.cancel();
    },
    heard(message, reply) {
      const { method, params } = message;
      if ('id' in message)
        void reply({
          error: { code: METHOD_NOT_FOUND, message: 'Method not found: no requests since 2026-07-28' },
        });
      else if (method !== 'notifications/subscriptions/acknowledged') {
        const { [SUBSCRIPTION]: _, ...meta } = metaOf(params);
        client.tell(method, params && { ...params, ...(params._meta !== undefined && { _meta: meta }) });
      }
    },
    reopened: async () => {},
  };
}

/** Asks the client all that the server wants to know, one after the other. */
async function answersOf(client: Client, requests: unknown, signal: AbortSignal): Promise<Answer> {
  const result: Params = {};
  for (const [name, request] of Object.entries(isObject(requests) ? requests : {})) {
    if (!isObject(request)) continue;
    const params = isObject(request.params) ? request.params : undefined;
    const answer = await client.ask(String(request.method), params, undefined, signal);
    if ('error' in answer) return answer;
    result[name] = answer.result;
  }
  return { result };
}

/** One subscription for all that the client wants to hear of. */
function subscription(link: Link, envelope: Params, capabilities: unknown, over: AbortSignal) {
  const uris = new Set<string>();
  let running: AbortController | undefined;
  const has = (what: string) => {
    const own = isObject(capabilities) ? capabilities[what] : undefined;
    return isObject(own) && own.listChanged === true;
  };

  async function listen(stop: AbortSignal): Promise<void> {
    const notifications = {
      ...(has('tools') && { toolsListChanged: true }),
      ...(has('prompts') && { promptsListChanged: true }),
      ...(has('resources') && { resourcesListChanged: true }),
      ...(uris.size > 0 && { resourceSubscriptions: [...uris] }),
    };
    if (Object.keys(notifications).length === 0) return;
    for (let pause = PAUSES.first; !stop.aborted; pause = Math.min(2 * pause, PAUSES.longest)) {
      const params = { notifications, _meta: envelope };
      const answer = await link
        .request('subscriptions/listen', params, { signal: stop })
        .catch(() => undefined);
      // It does not have it.
      if (answer && 'error' in answer) return;
      await setTimeout(pause, undefined, { signal: stop, ref: false }).catch(() => undefined);
    }
  }

  function restart(): void {
    running?.abort();
    const stop = new AbortController();
    running = stop;
    over.addEventListener('abort', () => stop.abort(), { once: true, signal: stop.signal });
    if (!over.aborted) void listen(stop.signal);
  }

  return {
    begin: restart,
    change(wanted: boolean, uri: string) {
      if (wanted) uris.add(uri);
      else uris.delete(uri);
      restart();
    },
  };
}
