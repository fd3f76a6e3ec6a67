// What is waiting for an answer is forgotten with the last who waits for it: a session may last for days.
import { SdkErrorCode, type Transport } from '@modelcontextprotocol/client';
import { expect, test, vi } from 'vitest';
import { failWhenCut } from '../../src/session/cut.ts';

/** A transport that sends what it is given nowhere; `sent` says of each request what became of it. */
function opened(broken?: Error) {
  const ends: (() => void)[] = [];
  const transport: Transport = {
    start: async () => {},
    close: async () => {},
    send: async (_message, options) => void ends.push(() => options?.onRequestStreamEnd?.()),
  };
  const cutAll = failWhenCut(transport, () => broken);
  const ask = (id: number, requestSignal?: AbortSignal) => {
    const settled = vi.fn();
    const message = { jsonrpc: '2.0', id, method: 'tools/call' } as const;
    transport.send(message, requestSignal && { requestSignal }).then(
      () => settled('over'),
      (error: unknown) => settled(error),
    );
    return settled;
  };
  return { transport, ask, cutAll, ends };
}
const turn = () => new Promise(setImmediate);

test.each<[string, (given: ReturnType<typeof opened>, stop: AbortController) => void]>([
  ['its answer', ({ transport }) => transport.onmessage?.({ jsonrpc: '2.0', id: 1, result: {} })],
  [
    'a word to the server',
    ({ transport }) =>
      void transport.send({
        jsonrpc: '2.0',
        method: 'notifications/cancelled',
        params: { requestId: 1, reason: 'over' },
      }),
  ],
  ['the end of its own stream, of which nobody is told', (_, stop) => stop.abort()],
])('a request is over with %s', async (_, end) => {
  const given = opened();
  const stop = new AbortController();
  const first = given.ask(1, stop.signal);
  const second = given.ask(2);
  await turn();
  expect(first).not.toHaveBeenCalled();
  end(given, stop);
  await turn();
  expect(first.mock.calls).toEqual([['over']]);
  // What comes of it later concerns nobody.
  given.ends[0]?.();
  given.cutAll();
  await turn();
  expect(first).toHaveBeenCalledTimes(1);
  expect(second.mock.calls).toEqual([[expect.objectContaining({ code: SdkErrorCode.ConnectionClosed })]]);
});

test('those that wait are told why nothing more can come', async () => {
  const broken = new Error('too much');
  const { ask, cutAll } = opened(broken);
  const [one, other] = [ask(1), ask(2)];
  await turn();
  cutAll();
  await turn();
  expect([one.mock.calls, other.mock.calls]).toEqual([[[broken]], [[broken]]]);
});
