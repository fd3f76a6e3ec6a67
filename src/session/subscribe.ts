// Waiting for updates of a resource, in both eras: `resources/subscribe` until 2025-11-25, `subscriptions/listen` since.

import { type Client, ProtocolError as RpcError } from '@modelcontextprotocol/client';
import { NetworkError } from '../errors.ts';
import type { Connection } from './connect.ts';
import { goodbye } from './farewell.ts';
import { notOffered, requireOffer } from './offer.ts';
import type { WatchEvents } from './session.ts';

type Waiting = { signal: AbortSignal; timeout: number; until: AbortSignal };

const METHOD_NOT_FOUND = -32601;

/** Milliseconds that a stream must have lasted to be opened again after it broke. */
const WORTH_REOPENING = 1000;

/** The end of the last watch of a client: it takes back what the next one needs, at the server as well as here. */
const ends = new WeakMap<Client, Promise<unknown>>();

/** One at a time. Resolves when `until` is aborted; rejects when the server ends it, cannot do it, or is gone. */
export async function watchResource(
  connection: Connection,
  server: string,
  uri: string,
  told: WatchEvents,
  waiting: Waiting,
): Promise<void> {
  const { client } = connection;
  requireOffer(client, server, 'resources');
  requireOffer(client, server, 'subscriptions');
  await inTurn(client, waiting.until, async () => {
    client.setNotificationHandler('notifications/resources/updated', ({ params }) =>
      told.updated(params.uri),
    );
    try {
      if (client.getDiscoverResult()) await listen(client, server, uri, told, waiting);
      else await subscribe(connection, server, uri, told, waiting);
    } finally {
      client.removeNotificationHandler('notifications/resources/updated');
    }
  });
}

/** After the client's last watch, unless nobody waits for it any more. */
async function inTurn(client: Client, until: AbortSignal, watch: () => Promise<void>): Promise<void> {
  await Promise.race([ends.get(client), aborted(until)]);
  if (until.aborted) return;
  const watching = watch();
  ends.set(
    client,
    watching.catch(() => undefined),
  );
  await watching;
}

async function listen(
  client: Client,
  server: string,
  uri: string,
  told: WatchEvents,
  { signal, timeout, until }: Waiting,
): Promise<void> {
  for (let first = true; !until.aborted; first = false) {
    const since = performance.now();
    const subscription = await client.listen({ resourceSubscriptions: [uri] }, { signal, timeout });
    const stop = () => void subscription.close();
    until.addEventListener('abort', stop, { once: true });
    try {
      if (!subscription.honoredFilter.resourceSubscriptions?.includes(uri))
        throw notOffered(client, server, 'subscriptions');
      if (first) told.ready();
      if (until.aborted) return;
      const end = await subscription.closed;
      if (end === 'local') return;
      // Whatever stands between us and the server may end a quiet stream after some minutes.
      if (end === 'graceful' || performance.now() - since < WORTH_REOPENING) throw ended(server);
    } finally {
      until.removeEventListener('abort', stop);
      await goodbye(subscription.close());
    }
  }
}

async function subscribe(
  { client, stream }: Connection,
  server: string,
  uri: string,
  told: WatchEvents,
  { signal, timeout, until }: Waiting,
): Promise<void> {
  const broken = lost(client, server, timeout);
  try {
    await client.subscribeResource({ uri }, { signal, timeout }).catch((error: unknown) => {
      // Some say that they have it and do not.
      if (RpcError.isInstance(error) && error.code === METHOD_NOT_FOUND)
        throw notOffered(client, server, 'subscriptions');
      throw error;
    });
    // Updates come on a stream that nothing else needs, and a server need not have it.
    if (!(await Promise.race([stream(), broken.failure]))) throw notOffered(client, server, 'subscriptions');
    told.ready();
    await Promise.race([aborted(until), broken.failure]);
  } finally {
    broken.forget();
    // Not bound to the signal that ended it all.
    await goodbye(client.unsubscribeResource({ uri }, { timeout }));
  }
}

/** Rejects once the connection is gone: the SDK tells of trouble, and only a question says how bad it is. */
function lost(client: Client, server: string, timeout: number): { failure: Promise<never>; forget(): void } {
  const before = { onerror: client.onerror, onclose: client.onclose };
  let fail: (reason: unknown) => void = () => {};
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // It may come before anybody waits for it.
  failure.catch(() => undefined);
  client.onclose = () => fail(ended(server));
  client.onerror = () => void client.ping({ timeout }).catch(fail);
  return { failure, forget: () => Object.assign(client, before) };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function ended(server: string): NetworkError {
  return new NetworkError('closed', `${server} ended the subscription`, {
    hint: 'updates may have been missed; read the resource, and watch it again',
    server,
  });
}
