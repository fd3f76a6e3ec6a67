import {
  type JSONRPCMessage,
  SdkError,
  SdkErrorCode,
  SseError,
  type Transport,
} from '@modelcontextprotocol/client';

type Id = string | number;

/**
 * Makes requests fail as soon as the stream that was to bring their answers has ended; the SDK lets them wait for their
 * time limit. `broken` says if it was us who ended it. Called once, before the client connects, so that the handshake is
 * watched too: the client calls what it finds on the transport first. Gives what fails all that wait now.
 */
export function failWhenCut(transport: Transport, broken: () => Error | undefined): () => void {
  const waiting = new Map<Id, { answered(): void; failed(error: unknown): void }>();
  const { onmessage, onerror } = transport;
  const send = transport.send.bind(transport);
  const forget = (id: Id) => {
    waiting.get(id)?.answered();
    waiting.delete(id);
  };
  const cut = (id: Id) => {
    const ended = new SdkError(SdkErrorCode.ConnectionClosed, 'The stream ended before the answer');
    waiting.get(id)?.failed(broken() ?? ended);
    waiting.delete(id);
  };
  const cutAll = () => [...waiting.keys()].forEach(cut);
  transport.onmessage = (message, extra) => {
    if (!('method' in message) && message.id !== undefined) forget(message.id);
    onmessage?.(message, extra);
  };
  transport.send = (message, options) => {
    if (!('method' in message && 'id' in message)) {
      const given = givenUp(message);
      if (given !== undefined) forget(given);
      return send(message, options);
    }
    const { id } = message;
    return new Promise((resolve, reject) => {
      waiting.set(id, { answered: resolve, failed: reject });
      // The end of a stream that was given up is not told.
      options?.requestSignal?.addEventListener('abort', () => forget(id), { once: true });
      send(message, { ...options, onRequestStreamEnd: () => cut(id) }).catch((error: unknown) => {
        waiting.delete(id);
        reject(error);
      });
    });
  };
  // The older transport has one stream for all answers, and what it reconnects to knows nothing of them.
  transport.onerror = (error) => {
    if (SseError.isInstance(error)) cutAll();
    onerror?.(error);
  };
  return cutAll;
}

/** The request that a message says nobody waits for any more. */
function givenUp(message: JSONRPCMessage): Id | undefined {
  if (!('method' in message) || message.method !== 'notifications/cancelled') return undefined;
  return message.params?.requestId as Id | undefined;
}
