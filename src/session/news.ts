// What a server says of its lists without being asked: as it comes until 2025-11-25, on `subscriptions/listen` since.

import type { Client } from '@modelcontextprotocol/client';
import type { News } from './session.ts';

/** Milliseconds that a stream must have lasted to be opened again after it ended. */
const WORTH_REOPENING = 1000;

/** To be called once a connection. What goes wrong is no news: what a server says unasked is never needed. */
export function hearNews(
  client: Client,
  news: News,
  request: { signal: AbortSignal; timeout: number },
): void {
  const { tools, resources, prompts } = client.getServerCapabilities() ?? {};
  if (tools) client.setNotificationHandler('notifications/tools/list_changed', () => news.changed('tools'));
  if (resources)
    client.setNotificationHandler('notifications/resources/list_changed', () => news.changed('resources'));
  if (prompts)
    client.setNotificationHandler('notifications/prompts/list_changed', () => news.changed('prompts'));
  const filter = {
    ...(tools?.listChanged && { toolsListChanged: true }),
    ...(resources?.listChanged && { resourcesListChanged: true }),
    ...(prompts?.listChanged && { promptsListChanged: true }),
  };
  if (client.getDiscoverResult() && Object.keys(filter).length > 0)
    void listen(client, filter, request).catch(() => undefined);
}

/** Until the connection is closed, or the server ends it for good. */
async function listen(
  client: Client,
  filter: Parameters<Client['listen']>[0],
  request: { signal: AbortSignal; timeout: number },
): Promise<void> {
  for (;;) {
    const since = performance.now();
    const subscription = await client.listen(filter, request);
    const end = await subscription.closed;
    // Whatever stands between us and the server may end a quiet stream after some minutes.
    if (end !== 'remote' || performance.now() - since < WORTH_REOPENING) return;
  }
}
