// The folders that a person names to servers (`roots/list`), in both eras. Without any there is nothing to declare.

import { type Client, ProtocolError as RpcError } from '@modelcontextprotocol/client';

/** `uri` is a `file:` URI. */
export type Root = { uri: string; name: string };

const METHOD_NOT_FOUND = -32601;

export function answerRoots(client: Client, roots: Root[]): void {
  if (roots.length > 0) {
    client.setRequestHandler('roots/list', async () => ({ roots }));
    return;
  }
  // Who asks all the same is told that there are none: some servers take a refusal for a broken client.
  client.fallbackRequestHandler = async ({ method }) => {
    if (method === 'roots/list') return { roots: [] };
    throw new RpcError(METHOD_NOT_FOUND, 'Method not found');
  };
}
