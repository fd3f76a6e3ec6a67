import { SdkError, SdkErrorCode, SseError, type Transport } from '@modelcontextprotocol/client';

/**
 * Makes requests fail as soon as the stream that was to bring their answers has ended; the SDK lets them wait for their
 * time limit. `broken` says if it was us who ended it. Called once, before the client connects, so that the handshake is
 * watched too: the client calls what it finds on the transport first.
 */
export function failWhenCut(transport: Transport, broken: () => Error | undefined): void {
  const waiting = new Map<string | number, { answered(): void; failed(error: unknown): void }>();
  const { onmessage, onerror } = transport;
  const send = transport.send.bind(transport);
  const cut = (id: string | number) => {
    const ended = new SdkError(SdkErrorCode.ConnectionClosed, 'The stream ended before the answer');
    waiting.get(id)?.failed(broken() ?? ended);
    waiting.delete(id);
  };
  transport.onmessage = (message, extra) => {
    if (!('method' in message) && message.id !== undefined) {
      waiting.get(message.id)?.answered();
      waiting.delete(message.id);
    }
    onmessage?.(message, extra);
  };
  transport.send = (message, options) => {
    if (!('method' in message && 'id' in message)) return send(message, options);
    const { id } = message;
    return new Promise((resolve, reject) => {
      waiting.set(id, { answered: resolve, failed: reject });
      send(message, { ...options, onRequestStreamEnd: () => cut(id) }).catch((error: unknown) => {
        waiting.delete(id);
        reject(error);
      });
    });
  };
  // The older transport has one stream for all answers, and what it reconnects to knows nothing of them.
  transport.onerror = (error) => {
    if (SseError.isInstance(error)) for (const id of [...waiting.keys()]) cut(id);
    onerror?.(error);
  };
}
