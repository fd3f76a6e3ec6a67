// `subscriptions/listen` of a client of 2026-07-28 at a server that has sessions.

import { isObject } from '../json-object.ts';
import type { Call, Client } from './client.ts';
import type { Link } from './link.ts';
import { type Answer, type Id, INVALID_PARAMS, metaOf, type Params, SUBSCRIPTION } from './message.ts';

const LISTS: Readonly<Record<string, string>> = {
  'notifications/tools/list_changed': 'toolsListChanged',
  'notifications/prompts/list_changed': 'promptsListChanged',
  'notifications/resources/list_changed': 'resourcesListChanged',
};
const UPDATED = 'notifications/resources/updated';

type Filter = { lists: string[]; uris: string[] };

export function listeners(client: Client, link: Link, capabilities: unknown) {
  const open = new Map<Id, Filter>();
  const wanted = () => new Set([...open.values()].flatMap(({ uris }) => uris));

  return {
    /** Lasts until the client ends it. */
    async listen(call: Call, params: Params | undefined): Promise<Answer> {
      if (!isObject(params?.notifications))
        return { error: { code: INVALID_PARAMS, message: 'Invalid params: notifications is required' } };
      const filter = honored(params.notifications, capabilities);
      const before = wanted();
      for (const uri of filter.uris) {
        if (before.has(uri)) continue;
        const answer = await link.request('resources/subscribe', { uri });
        if ('error' in answer) return answer;
      }
      open.set(call.id, filter);
      client.tell('notifications/subscriptions/acknowledged', {
        notifications: {
          ...Object.fromEntries(filter.lists.map((list) => [list, true])),
          ...(filter.uris.length > 0 && { resourceSubscriptions: filter.uris }),
        },
        _meta: { [SUBSCRIPTION]: call.id },
      });
      const isEmpty = filter.lists.length === 0 && filter.uris.length === 0;
      if (!isEmpty && !call.signal.aborted)
        await new Promise<void>((resolve) =>
          call.signal.addEventListener('abort', () => resolve(), { once: true }),
        );
      open.delete(call.id);
      const still = wanted();
      for (const uri of filter.uris)
        if (!still.has(uri)) await link.request('resources/unsubscribe', { uri }).catch(() => undefined);
      return { result: { resultType: 'complete', _meta: { [SUBSCRIPTION]: call.id } } };
    },
    /** Whether this is something that only subscribers hear of. */
    told(method: string, params: Params | undefined): boolean {
      const list = LISTS[method];
      if (list === undefined && method !== UPDATED) return false;
      for (const [id, { lists, uris }] of open) {
        const matches = list === undefined ? uris.includes(String(params?.uri)) : lists.includes(list);
        if (matches) client.tell(method, { ...params, _meta: { ...metaOf(params), [SUBSCRIPTION]: id } });
      }
      return true;
    },
    async restore(): Promise<void> {
      for (const uri of wanted()) await link.request('resources/subscribe', { uri });
    },
  };
}

/** What of the wishes the server can do. */
function honored(filter: Params, capabilities: unknown): Filter {
  const has = (what: string, feature: string) => {
    const own = isObject(capabilities) ? capabilities[what] : undefined;
    return isObject(own) && own[feature] === true;
  };
  const lists = ['tools', 'prompts', 'resources'].flatMap((what) => {
    const name = `${what}ListChanged`;
    return filter[name] === true && has(what, 'listChanged') ? [name] : [];
  });
  const asked = Array.isArray(filter.resourceSubscriptions) ? filter.resourceSubscriptions : [];
  const uris = asked.filter((uri): uri is string => typeof uri === 'string');
  return { lists, uris: has('resources', 'subscribe') ? uris : [] };
}
