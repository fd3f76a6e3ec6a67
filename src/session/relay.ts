import { ProtocolError } from '../errors.ts';
import { answer } from '../response.ts';

/** Bytes of one answer, or of one event in a stream of them: room for any image, and not for what never ends. */
export const LARGEST = 32 * 1024 * 1024;

const refused = new WeakMap<Response, ProtocolError>();

/** Why the rest of a response was not taken, for a reader that tells no reasons. */
export function refusalOfBody(response: Response): ProtocolError | undefined {
  return refused.get(response);
}

/**
 * The same response over a body that reports its own end: `done` is called once, when the body is read to its end,
 * breaks, or is cancelled, so that nothing stays attached to a signal that outlives the request. Failures while
 * reading pass through `translate`; a body, or an event, larger than 32 MiB breaks with ProtocolError `too_large`.
 */
export function relay(response: Response, done: () => void, translate: (error: unknown) => Error): Response {
  if (response.status < 200 || response.status > 599) {
    void response.body?.cancel().catch(() => undefined);
    throw new ProtocolError('not_http', `the server answered with the status ${response.status}`, {
      hint: 'tell the operator of the server',
    });
  }
  if (!response.body) {
    done();
    return response;
  }
  const reader = response.body.getReader();
  const events = response.ok && isStream(response.headers.get('content-type'));
  let size = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const piece = await reader.read();
          if (!piece.done) {
            size = events ? sinceEvent(piece.value, size) : size + piece.value.byteLength;
            if (size <= LARGEST) return controller.enqueue(piece.value);
            await reader.cancel().catch(() => undefined);
            const error = tooLarge();
            refused.set(relayed, error);
            throw error;
          }
          done();
          controller.close();
        } catch (error) {
          done();
          controller.error(error instanceof ProtocolError ? error : translate(error));
        }
      },
      async cancel(reason) {
        done();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  const relayed = answer(body, response);
  return relayed;
}

/** The same response, of which no further piece is taken before `ready` resolves: its reader may be slow. */
export function paced(response: Response, ready: () => Promise<void>): Response {
  if (!response.body) return response;
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          await ready();
          const piece = await reader.read();
          if (piece.done) controller.close();
          else controller.enqueue(piece.value);
        } catch (error) {
          const reason = refused.get(response);
          if (reason) refused.set(made, reason);
          controller.error(error);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  const made = answer(body, response);
  return made;
}

/** `server`: its name, where only the transport knows it. */
export function tooLarge(server?: string): ProtocolError {
  return new ProtocolError('too_large', `the server's answer is larger than ${LARGEST} bytes`, {
    hint: 'ask for less, or tell the operator of the server',
    server,
  });
}

/** As the reader decides it: what is no stream for it is collected whole, and must not grow event by event. */
function isStream(contentType: string | null): boolean {
  return contentType?.split(';')[0]?.trim().toLowerCase() === 'text/event-stream';
}

/** Bytes since the last empty line, which ends an event, whichever line break it is written with. */
function sinceEvent(piece: Uint8Array, before: number): number {
  const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
  const end = Math.max(...['\n\n', '\r\n\r\n', '\r\r'].map((blank) => bytes.lastIndexOf(blank)));
  return end < 0 ? before + piece.byteLength : piece.byteLength - end;
}
