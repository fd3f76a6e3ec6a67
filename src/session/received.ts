// What Node's HTTP client has received, as `Fetch` promises it.
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Headers } from '../headers.ts';
import { answer } from '../response.ts';
import { decoded } from './coding.ts';

type Signals = (AbortSignal | null | undefined)[];

/**
 * With the body as a stream, its content codings undone, and none where there is none. `signals` end it as well.
 * @throws what `decoded` throws
 */
export async function received(
  message: IncomingMessage,
  method: string,
  url: string,
  signals: Signals,
): Promise<Response> {
  const head = headOf(message, url);
  // A body that breaks before it is read breaks once it is.
  message.on('error', () => {});
  // A 205 that has one all the same could be without end, so it is for the reader to leave.
  const none =
    method === 'HEAD' || [204, 304].includes(head.status) || head.headers.get('content-length') === '0';
  if (none) message.resume();
  return answer(
    none ? null : streamOf(await decoded(message, head.headers.get('content-encoding')), message, signals),
    head,
  );
}

/** What has no body of HTTP behind it: the server wants another protocol. */
export function refusal(message: IncomingMessage, url: string): Response {
  return answer(null, headOf(message, url));
}

function headOf({ statusCode = 0, statusMessage = '', rawHeaders }: IncomingMessage, url: string) {
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2)
    headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  return { status: statusCode, statusText: statusMessage, headers, url };
}

/** Nothing is taken from the connection before it is asked for. */
function streamOf(body: Readable, message: IncomingMessage, signals: Signals): ReadableStream<Uint8Array> {
  const pieces: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        // What is packed can go on when all of it has come, and almost without end.
        for (const signal of signals) if (signal?.aborted) body.destroy(signal.reason);
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        // What has come in whole is read, and leaves a connection that can be used again.
        if (message.destroyed || !message.complete || body !== message) message.destroy();
        else while (!(await pieces.next()).done);
      },
    },
    { highWaterMark: 0 },
  );
}
