// The way to the remote server for as long as the program runs: connections come and go under it, and who asks does
// not notice. Everything it throws is ours. Loaded only after the SDK.

import { ProtocolError as RpcError, SdkError, SdkErrorCode } from '@modelcontextprotocol/client';
import { CancelledError } from '../errors.ts';
import { withoutEcho } from '../session/echo.ts';
import { mender } from '../session/mend.ts';
import { wantsSignIn } from '../session/quirks.ts';
import { ownError, translate } from '../session/translate.ts';
import { type ConnectionOptions, openConnection } from './connection.ts';
import type { Answer, Params } from './message.ts';
import type { Sending } from './remote.ts';

export type LinkOptions = ConnectionOptions & {
  /** What the server was sent in confidence. */
  sent(): Set<string>;
};

export type Link = {
  /** Connects if there is no connection. */
  open(): Promise<void>;
  /** Asked again by itself only where that can do no harm. Rejects with CliError. */
  request(method: string, params: Params | undefined, sending?: Sending): Promise<Answer>;
  /** Never rejects: nobody waits for what becomes of it. */
  notify(method: string, params: Params | undefined): Promise<void>;
  close(): Promise<void>;
};

/** Asking twice does what asking once does. */
const REPEATABLE = new Set([
  ...['ping', 'server/discover', 'completion/complete', 'logging/setLevel', 'prompts/get'],
  ...['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list', 'resources/read'],
  ...['resources/subscribe', 'resources/unsubscribe', 'subscriptions/listen', 'tasks/get', 'tasks/list'],
]);

/** Milliseconds that a subscription must have lasted to be opened again after it broke. */
const WORTH_REOPENING = 1000;

export function openLink(options: LinkOptions): Link {
  const { entry, bearer, signal } = options;
  const own = (error: unknown) => withoutEcho(translate(error, entry, signal), options.sent());
  const trouble = (error: unknown) => options.trouble(own(error));
  const connection = openConnection({ ...options, trouble });

  async function request(method: string, params?: Params, sending?: Sending): Promise<Answer> {
    let remote = await connection.up();
    const reopen = () => connection.drop(remote);
    const mend = mender({ bearer, signal }, { reopen, refusal: () => remote.refusal() });
    let mayRepeat = REPEATABLE.has(method);
    for (;;) {
      const since = performance.now();
      try {
        remote = await connection.up();
        const answer = await remote.request(method, params, sending);
        if ('error' in answer && wantsSignIn(answer.error.code, answer.error.message))
          throw new RpcError(answer.error.code, answer.error.message);
        return answer;
      } catch (error) {
        if (sending?.signal?.aborted || connection.isClosed()) throw new CancelledError();
        const isLong = method === 'subscriptions/listen' && performance.now() - since > WORTH_REOPENING;
        if (isCut(error) && (mayRepeat || isLong)) mayRepeat = false;
        else await mend(error);
      }
    }
  }

  return {
    async open() {
      await connection.up().catch((error) => Promise.reject(own(error)));
    },
    request: (method, params, sending) =>
      request(method, params, sending).catch((error) => Promise.reject(own(error))),
    async notify(method, params) {
      await connection.now()?.notify(method, params).catch(trouble);
    },
    close: connection.close,
  };
}

/** The connection ended under the answer: nobody knows whether the request was dealt with. */
function isCut(error: unknown): boolean {
  if (SdkError.isInstance(error) && error.code === SdkErrorCode.ConnectionClosed) return true;
  return ['reset', 'closed'].includes(ownError(error)?.code ?? '');
}
