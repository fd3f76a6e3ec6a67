import { ProtocolError } from '../errors.ts';

/**
 * The same response over a body that reports its own end: `done` is called once, when the body is read to its end,
 * breaks, or is cancelled, so that nothing stays attached to a signal that outlives the request. Failures while
 * reading pass through `translate`.
 */
export function relay(response: Response, done: () => void, translate: (error: unknown) => Error): Response {
  if (response.status < 200 || response.status > 599) {
    throw new ProtocolError('not_http', `the server answered with the status ${response.status}`, {
      hint: 'tell the operator of the server',
    });
  }
  if (!response.body) {
    done();
    return response;
  }
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const piece = await reader.read();
          if (!piece.done) return controller.enqueue(piece.value);
          done();
          controller.close();
        } catch (error) {
          done();
          controller.error(translate(error));
        }
      },
      async cancel(reason) {
        done();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  const { status, statusText } = response;
  const relayed = new Response(body, { status, statusText, headers: [...response.headers] });
  return Object.defineProperty(relayed, 'url', { value: response.url });
}
