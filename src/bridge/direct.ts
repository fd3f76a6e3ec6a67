// Client and server of the same era: everything is passed on as it is.

import { isObject } from '../json-object.ts';
import { goodbye } from '../session/farewell.ts';
import type { Call, Client } from './client.ts';
import { faultOf } from './failure.ts';
import type { Era } from './handshake.ts';
import { toolHeaders } from './headers.ts';
import type { Link } from './link.ts';
import {
  type Answer,
  type Id,
  metaOf,
  type Notification,
  type Params,
  type Request,
  SUBSCRIPTION,
} from './message.ts';
import { passCall } from './pass.ts';

const TOOLS = new Set(['tools/list', 'tools/call']);

export type Route = {
  /** What the client sends; resolves when what it sends next may follow. */
  request(request: Request, call: Call): Promise<Answer>;
  notification(notification: Notification): Promise<void>;
  /** What the server sends by itself. */
  heard(message: Request | Notification, reply: (answer: Answer) => Promise<void>): void;
  /** There is a new session in the place of a lost one. */
  reopened(): Promise<void>;
};

export function directRoute(client: Client, link: Link, era: Era): Route {
  /** Subscriptions of 2026-07-28 by their id at the server. */
  const listening = new Map<Id, Id>();
  const kept = keptState();
  const headers = toolHeaders();
  return {
    async request({ method, params }, call) {
      const sent = (id: number) => {
        if (call.remoteId !== undefined) listening.delete(call.remoteId);
        call.remoteId = id;
        if (method === 'subscriptions/listen') listening.set(id, call.id);
      };
      try {
        const answer =
          era === 'newer' && TOOLS.has(method)
            ? await passCall(link, headers, method, params, call)
            : await link.request(method, params, { sent, signal: call.signal });
        if (!('result' in answer)) return answer;
        kept.done(method, params);
        return { ...answer, result: renamed(answer.result, listening) };
      } finally {
        if (call.remoteId !== undefined) listening.delete(call.remoteId);
      }
    },
    async notification({ method, params }) {
      if (method !== 'notifications/cancelled') return link.notify(method, params);
      const call = client.call(params?.requestId as Id);
      if (!call) return;
      // Since 2026-07-28 the end of the stream says it.
      if (era === 'older' && call.remoteId !== undefined)
        await goodbye(link.notify(method, { ...params, requestId: call.remoteId }));
      call.cancel();
    },
    heard(message, reply) {
      const { method, params } = message;
      if ('id' in message)
        void client
          .ask(method, params, message.id)
          .catch((error: unknown): Answer => ({ error: faultOf(error) }))
          .then(reply);
      else if (method === 'notifications/cancelled' && params?.requestId !== undefined)
        client.withdraw(params.requestId as Id, params);
      else client.tell(method, params && renamed(params, listening));
    },
    reopened: () => kept.restore(link),
  };
}

/** What a subscription is called at the server, as the client calls it. */
function renamed(holder: Params, listening: ReadonlyMap<Id, Id>): Params {
  const meta = metaOf(holder);
  const id = listening.get(meta[SUBSCRIPTION] as Id) ?? listening.get(Number(meta[SUBSCRIPTION]));
  return id === undefined ? holder : { ...holder, _meta: { ...meta, [SUBSCRIPTION]: id } };
}

/** What a session of the older revisions knows of its client, and a new one has to be told again. */
function keptState() {
  const uris = new Set<string>();
  let level: Params | undefined;
  return {
    done(method: string, params: Params | undefined) {
      const uri = params?.uri;
      if (method === 'logging/setLevel') level = params;
      if (typeof uri !== 'string') return;
      if (method === 'resources/subscribe') uris.add(uri);
      if (method === 'resources/unsubscribe') uris.delete(uri);
    },
    async restore(link: Link) {
      if (level) await link.request('logging/setLevel', level);
      for (const uri of uris) await link.request('resources/subscribe', { uri });
    },
  };
}

/** The lists that a server with these capabilities tells changes of: after a restart they may be others. */
export function changedLists(capabilities: unknown): string[] {
  if (!isObject(capabilities)) return [];
  return ['tools', 'resources', 'prompts'].flatMap((what) => {
    const has = capabilities[what];
    return isObject(has) && has.listChanged === true ? [`notifications/${what}/list_changed`] : [];
  });
}
