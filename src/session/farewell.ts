// A server with sessions learns only from a message that nobody waits for a tool any more. The SDK sends it on its
// way and says no more about it, so a command that ends at once would close the transport under it.

import type { Transport } from '@modelcontextprotocol/client';

/** Nobody who pressed Ctrl-C waits longer than this for a server that does not listen. */
const PATIENCE = 1000;

/** Makes `close` wait for a cancellation that is under way, for at most a second. */
export function letCancellationsThrough(transport: Transport): void {
  const under = new Set<Promise<unknown>>();
  const { send, close } = transport;
  transport.send = (message, options) => {
    const sent = send.call(transport, message, options);
    if ('method' in message && message.method === 'notifications/cancelled') {
      const done: Promise<unknown> = sent.catch(() => undefined).finally(() => under.delete(done));
      under.add(done);
    }
    return sent;
  };
  transport.close = async () => {
    if (under.size > 0) await atMost(PATIENCE, Promise.all(under));
    await close.call(transport);
  };
}

async function atMost(limit: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limit);
  });
  await Promise.race([work, over]);
  clearTimeout(timer);
}
