import type { Call } from './client.ts';
import { HEADER_MISMATCH, type ToolHeaders } from './headers.ts';
import type { Link } from './link.ts';
import { type Answer, metaOf, type Params } from './message.ts';

/** Sends a request of a client to a server of 2026-07-28, with the headers that its tool wants. */
export async function passCall(
  link: Link,
  headers: ToolHeaders,
  method: string,
  params: Params | undefined,
  call: Call,
): Promise<Answer> {
  const { signal } = call;
  const send = () =>
    link.request(method, params, {
      signal,
      ...(method === 'tools/call' && { headers: headers.of(params) }),
      sent: (id) => {
        call.remoteId = id;
      },
    });
  let answer = await send();
  if (method === 'tools/call' && 'error' in answer && answer.error.code === HEADER_MISMATCH) {
    // Nobody has listed the tools yet, or they have changed.
    headers.learn(await link.request('tools/list', { _meta: withoutToken(metaOf(params)) }, { signal }));
    if (headers.of(params)) answer = await send();
  }
  if (method === 'tools/list') headers.learn(answer);
  return answer;
}

/** Progress of another request than the client's would be news to it. */
function withoutToken({ progressToken: _, ...meta }: Params): Params {
  return meta;
}
