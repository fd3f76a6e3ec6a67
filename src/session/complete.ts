import type { Transport } from '@modelcontextprotocol/client';

const REVISION = 'io.modelcontextprotocol/protocolVersion';

/**
 * A result that does not say of which type it is counts as complete (2026-07-28, Result: a client must take it so); the
 * SDK refuses it where the server speaks that revision. Called once, before the client connects: the client calls what
 * it finds on the transport first, with the message that it then reads itself.
 */
export function takeAsComplete(transport: Transport): void {
  // Results of the older revisions have no type, and are left as they are.
  const modern = new Set<string | number>();
  const { onmessage } = transport;
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    if ('method' in message && 'id' in message && message.params?._meta?.[REVISION] !== undefined)
      modern.add(message.id);
    return send(message, options);
  };
  transport.onmessage = (message, extra) => {
    const isTyped = !('method' in message) && message.id !== undefined && modern.delete(message.id);
    if (isTyped && 'result' in message && message.result.resultType === undefined)
      message.result.resultType = 'complete';
    onmessage?.(message, extra);
  };
}
